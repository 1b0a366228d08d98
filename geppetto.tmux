#!/bin/sh
# What TPM runs at tmux's start and at each reload: reads options, binds keys, publishes what others need. It never
# builds, asks or starts anything that lasts, and lets go of fd 0: tmux's start waits for whoever holds it.
exec </dev/null >/dev/null 2>&1
plugin=$(cd "$(dirname "$0")" && pwd) || exit 0
. "$plugin/scripts/lib/binary.sh" && . "$plugin/scripts/lib/fields.sh" && . "$plugin/scripts/lib/keys.sh" || exit 0
. "$plugin/scripts/lib/segment.sh" && . "$plugin/scripts/lib/follow.sh" && . "$plugin/scripts/lib/mouse.sh" || exit 0
ask @geppetto-key @geppetto-dashboard-key @geppetto-menu-key @geppetto-next-key @geppetto-bin @geppetto_conflict \
    @geppetto-mouse status-left status-right
next && register_key=$value && next && dashboard_key=$value && next && menu_key=$value && next && next_key=$value
next && option=${value#"$nl"} && next && told=${value#"$nl"} && next && mouse=$value
next && left=${value#"$nl"} && next && right=${value#"$nl"} && next && version=${value#"$nl"}

# Formats in these are filled in later, by the key press, quoted for its shell.
press="run-shell -b \"exec #{q:@geppetto_plugin}/scripts/press ACTION client=#{q:client_name} '#{session_id}' '#{pane_id}'"
press="$press bin=#{q:@geppetto-bin} popup=#{q:@geppetto-popup} known=#{q:@geppetto_bin}\"" slot=240
find_binary "$plugin" "$option" || live=

set -- set-option -g @geppetto_plugin "$plugin" \; set-option -g @geppetto_bin "$binary" \; \
    set-option -g @geppetto_status "$live" \; set-option -g @geppetto_badge "$badge"
follow "$left" && set -- "$@" \; set-option -g @geppetto_left "$kept" \; set-option -g status-left "$value"
follow "$right" && set -- "$@" \; set-option -g @geppetto_right "$kept" \; set-option -g status-right "$value"
for action in register logs dashboard menu next; do
    command=${press%ACTION*}$action${press#*ACTION}
    set -- "$@" \; set-option -s "command-alias[$slot]" "geppetto-$action=$command"
    choose "$action" && set -- "$@" \; bind-key -N "geppetto: $note" "$key" "$command"
    slot=$((slot + 1))
done
click geppetto-dashboard &&
    set -- "$@" \; set-option -g @geppetto_click "$former" \; bind-key -T root MouseDown1Status "$command"
[ "$conflict" = "$told" ] || set -- "$@" \; run-shell -b -d 3 -C "$tell"
tmux "$@" || tmux run-shell -b -d 3 -C "display-message -d 1500 'geppetto: tmux refused a key; see @geppetto-key'"
exit 0
