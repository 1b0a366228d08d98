# shellcheck shell=sh
# Where the program is.

# find_binary PLUGIN OPTION: sets `binary` to the program, or to nothing and fails. OPTION is the user's @geppetto-bin
# and goes first; a build in the plugin's own directory goes before an install that may be of another version.
find_binary() {
    for binary in "$2" "$1/target/release/geppetto" "$(command -v geppetto)" \
        "${CARGO_HOME:-${HOME-}/.cargo}/bin/geppetto"; do
        case $binary in [~]/*) binary=${HOME-}/${binary#??} ;; esac
        [ -f "$binary" ] && [ -x "$binary" ] && return 0
    done
    binary=
    return 1
}
