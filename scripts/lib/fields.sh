# shellcheck shell=sh
# shellcheck disable=SC2034 # `value` is read by geppetto.tmux
# How geppetto.tmux reads what tmux knows, in one call: `rest` is fields, each with a line of `::` after it, and then the
# keys of the prefix table.
nl='
'

# ask OPTION...: sets `rest`, with one call of tmux.
ask() {
    for name in "$@"; do
        set -- "$@" show-options -gqv "$name" \; display-message -p :: \;
        shift
    done
    rest=$nl$(tmux "$@" list-keys -N -a -T prefix -P '')
}

# next: sets `value` to the next field: nothing when the option is unset, a line feed and its text when it is set.
next() {
    value=${rest%%"$nl::$nl"*}
    rest=$nl${rest#*"$nl::$nl"}
}
