# shellcheck shell=sh
# shellcheck disable=SC2034 # `value` is read by geppetto.tmux
# How geppetto.tmux reads what tmux knows, in one call: `rest` is fields, each with a line of `::` after it: options,
# the version, the keys of the prefix table, and last what a click on the status line does.
nl='
'

# ask OPTION...: sets `rest`, with one call of tmux.
ask() {
    for name in "$@"; do
        set -- "$@" show-options -gqv "$name" \; display-message -p :: \;
        shift
    done
    # The last one fails when nothing is bound to the mouse.
    rest=$nl$(tmux "$@" display-message -p '#{version}' \; display-message -p :: \; list-keys -N -a -T prefix -P '' \; \
        display-message -p :: \; list-keys -T root MouseDown1Status)
}

# next: sets `value` to the next field: nothing when the option is unset, a line feed and its text when it is set.
next() {
    value=${rest%%"$nl::$nl"*}
    rest=$nl${rest#*"$nl::$nl"}
}
