# shellcheck shell=sh
# What `run` and `test` need on a fresh Debian, Ubuntu or macOS machine.

stop() { # stop SENTENCE...
    printf '%s\n' "$@" >&2
    exit 1
}

need() { # need COMMAND PACKAGE...: installs the packages of the system when the command is missing
    ! command -v "$1" >/dev/null || return 0
    missing=$1 && shift
    echo "There is no $missing: installing $*."
    if command -v brew >/dev/null; then
        brew install "$@" || :
    elif command -v apt-get >/dev/null; then
        root=$([ "$(id -u)" = 0 ] && echo env || echo sudo)
        command -v "$root" >/dev/null || stop "That needs root, and there is no sudo. Install $* and try again."
        "$root" apt-get update -q || :
        "$root" DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@" || :
    else
        stop "There is neither apt-get nor brew to do it. Install $missing and try again."
    fi
    command -v "$missing" >/dev/null || stop "$missing could not be installed. Install it and try again."
}

need_tmux() { # older ones crash under a control client
    need tmux tmux
    case $(tmux -V) in
        'tmux '[012].* | 'tmux 3.'[012] | 'tmux 3.'[012][!0-9]*) stop "This is $(tmux -V); geppetto needs 3.3 or later." ;;
    esac
}

need_cargo() {
    PATH=$PATH:${CARGO_HOME:-${HOME-}/.cargo}/bin:/opt/homebrew/bin:/usr/local/bin
    command -v cargo >/dev/null || stop 'There is no cargo. Install Rust from https://rustup.rs and try again.'
    minor=$(cargo --version | sed -n 's/^cargo 1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 88 ] || stop 'Rust 1.88 or later is needed. Try "rustup update".' "This is: $(cargo --version)"
    need cc gcc libc6-dev
}
