# shellcheck shell=sh
# Where the program is.

# find_binary PLUGIN OPTION: sets `binary` to the program, or to nothing and fails. OPTION is the user's @geppetto-bin
# and goes first; a build in the plugin's own directory goes before an install that may be of another version. For a
# key, that is for `press`, a build that an update of the plugin has left behind is missing, so that a new one is offered.
find_binary() {
    for binary in "$2" "$1/target/release/geppetto" "$(command -v geppetto)" \
        "${CARGO_HOME:-${HOME-}/.cargo}/bin/geppetto"; do
        case $binary in [~]/*) binary=${HOME-}/${binary#??} ;; esac
        if [ -f "$binary" ] && [ -x "$binary" ]; then
            case ${0##*/}:$binary in "press:$1/target/release/geppetto") is_outdated "$1" && break ;; esac
            return 0
        fi
    done
    binary=
    return 1
}

# is_outdated PLUGIN: there is a build, and a source that is newer than it and than the last refusal of a new one.
is_outdated() {
    built=$1/target/release/geppetto declined=$1/target/.declined
    [ -f "$declined" ] || declined=$built
    [ -f "$built" ] && [ -n "$(find "$1/Cargo.toml" "$1/Cargo.lock" "$1/src" -newer "$built" -newer "$declined" \
        2>/dev/null | head -n 1)" ]
}

# keep_old PLUGIN: goes on with the build that is there, and fails when there is none.
keep_old() { [ -x "$1/target/release/geppetto" ] && : >"$1/target/.declined"; }
