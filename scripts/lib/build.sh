# shellcheck shell=sh
# The steps of ensure-binary. Each says why it fails.

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
    target=$1/target
    log=${XDG_STATE_HOME:-$HOME/.local/state}/geppetto/build.log
    mkdir -p "$target" "${log%/*}" && [ -w "$target" ] && return 0
    printf '\nIt cannot be built here: %s is not writable.\n' "$target"
    printf 'Install the program elsewhere on PATH, or name it with @geppetto-bin.\n'
    return 1
}

lock() { # a lock whose owner is gone is taken over
    if ! mkdir "$target/.building" 2>/dev/null && kill -0 "$(cat "$target/.building/pid")" 2>/dev/null; then
        echo 'Another build is under way.'
        return 1
    fi
    echo $$ >"$target/.building/pid"
}

unlock() { [ "$(cat "${target-}/.building/pid" 2>/dev/null)" != $$ ] || rm -rf "$target/.building"; }

build() { # build PLUGIN: shown live and kept in the log; the pipe would hide cargo's own exit status
    (cd "$1" && PATH=${cargo%/*}:$PATH "$cargo" build --release --locked --target-dir "$target" && echo 'Built.') 2>&1 |
        tee "$log"
    tail -n 1 "$log" | grep -qx 'Built.'
}
