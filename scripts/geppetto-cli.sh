#!/bin/sh
# Talks to a running daemon with nothing but sh and nc, and prints its JSON answer:
#   geppetto-cli.sh list                 every runner
#   geppetto-cli.sh attach [SESSION]     watches a session by name or id ($N), or one pane (%N); by default yours
# Leaves with 0 when done, 1 when the daemon refused, 2 on wrong use, 3 without a daemon or nc.
. "$(dirname "$0")/lib/socket.sh"

fail() { # fail CODE TEXT
    echo "geppetto-cli.sh: $2" >&2
    exit "$1"
}

case ${1-}:$# in
    list:1) request='{"type":"list-runners"}' ;;
    attach:[12])
        target=${2-${TMUX_PANE:+$(tmux display-message -p -t "$TMUX_PANE" '#{session_id}')}}
        case $target in
            '') fail 2 'say which session, or run this inside tmux' ;;
            *[[:cntrl:]]*) fail 2 'a session name has no control characters' ;;
            %[0-9]*) field=paneId ;;
            \$[0-9]*) field=sessionId ;;
            *) field=sessionName ;;
        esac
        request="{\"type\":\"attach-tmux\",\"$field\":\"$(printf '%s' "$target" | sed 's/[\\"]/\\&/g')\"}"
        ;;
    *) fail 2 'usage: geppetto-cli.sh list | attach [SESSION]' ;;
esac

socket=$(daemon_socket)
[ -S "$socket" ] || fail 3 "no daemon listens on $socket; start it with \"geppetto daemon start\""
# The daemon answers and closes once our side is closed. OpenBSD's nc needs to be told to close it.
case $(nc -h 2>&1) in
    *'hutdown the network'*) answer=$(printf '%s\n' "$request" | nc -N -U "$socket") ;;
    *-U* | *nixsock*) answer=$(printf '%s\n' "$request" | nc -U "$socket") ;;
    *) fail 3 'this needs an nc that knows Unix sockets (-U), such as netcat-openbsd' ;;
esac || fail 3 "the daemon does not answer on $socket; start it with \"geppetto daemon start\""
printf '%s\n' "$answer"
case $answer in *'"success":true'*) ;; *) exit 1 ;; esac
