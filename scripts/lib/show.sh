# shellcheck shell=sh
# shellcheck disable=SC2154 # `client`, `session` and `popup` are those of `press`
# How a key shows something.

# show COMMAND...: in a popup of the client, or in a new window where there is no client, where tmux has no popups, and
# where the user does not want them. Whether the command itself fails makes no difference.
show() {
    case $popup in off | 0 | false | no) client='' ;; esac
    if [ -n "$client" ] && [ -n "$(tmux list-commands display-popup)" ]; then
        tmux display-popup -c "$client" ${session:+-t "$session:"} -E -w 90% -h 90% -T ' geppetto ' "$@"
    else
        tmux new-window ${session:+-t "$session:"} -n geppetto "$@"
    fi
}

# say TEXT: on the client's status line, unless there is none. The text travels in the environment, where tmux takes none
# of it for a format.
say() {
    [ -n "$1" ] && [ -n "$client" ] || return 0
    case $1 in *';') set -- "${1%;}\\;" ;; esac
    tmux set-environment -gh geppetto_message "$1" \; \
        display-message -c "$client" -d 1500 '#{geppetto_message}' \; set-environment -gu geppetto_message
}
