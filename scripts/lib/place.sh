# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is read by build.sh
# With what the program is built, and where.

find_cargo() { # sets `cargo`; tmux often has a shorter PATH than the user's shell
    for cargo in "$(command -v cargo)" "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" /opt/homebrew/bin/cargo \
        /usr/local/bin/cargo; do
        [ -x "$cargo" ] && return 0
    done
    printf '\nBuilding it needs cargo, which was not found. Two ways out:\n\n'
    printf '  1. Install Rust (https://rustup.rs), then press the key again.\n'
    printf '  2. Put a geppetto program on PATH, or name it in tmux.conf:\n'
    printf '     set -g @geppetto-bin /path/of/geppetto\n'
    return 1
}

find_place() { # find_place PLUGIN: sets `target` and `log` and makes sure of their directories
    target=$1/target/build
    log=${XDG_STATE_HOME:-$HOME/.local/state}/geppetto/build.log
    mkdir -p "$target" "${log%/*}" && [ -w "$target" ] && return 0
    printf '\nIt cannot be built here: %s is not writable.\n' "$target"
    printf 'Install the program elsewhere on PATH, or name it with @geppetto-bin.\n'
    return 1
}
