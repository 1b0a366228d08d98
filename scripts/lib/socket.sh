# shellcheck shell=sh
# Where the daemon listens, by the same rules as the program: one daemon for each tmux server.

# real PATH: PATH with the links of its directory followed.
real() { (cd -P "${1%/*}" 2>/dev/null && printf '%s/%s' "${PWD%/}" "${1##*/}") || printf '%s' "$1"; }

# daemon_socket: prints the path.
daemon_socket() {
    uid=$(id -u)
    server=${TMUX-}
    server=${server%,*,*}
    [ -d "${TMUX_TMPDIR-}" ] || TMUX_TMPDIR=/tmp
    server=$(real "${server:-$TMUX_TMPDIR/tmux-$uid/default}")
    if [ "$server" = "$(real "/tmp/tmux-$uid/default")" ]; then
        name=default
    else
        sum=$(printf '%s' "$server" | cksum)
        name=$(printf '%s' "${server##*/}" | LC_ALL=C tr -c 'A-Za-z0-9_-' _)-${sum%% *}
    fi
    case ${XDG_RUNTIME_DIR-} in
        /*) directory=$XDG_RUNTIME_DIR/geppetto ;;
        *) directory=/tmp/geppetto-$uid ;;
    esac
    printf '%s' "${GEPPETTO_SOCKET:-$directory/$name.sock}"
}
