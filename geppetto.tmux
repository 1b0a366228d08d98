#!/bin/sh
# What TPM runs at tmux's start and at each reload: reads options, binds two keys, publishes what others need. It never
# builds, asks or starts anything that lasts, and lets go of fd 0: tmux's start waits for whoever holds it.
exec </dev/null >/dev/null 2>&1
plugin=$(cd "$(dirname "$0")" && pwd) || exit 0
. "$plugin/scripts/lib/binary.sh" && . "$plugin/scripts/lib/keys.sh" && . "$plugin/scripts/lib/segment.sh" || exit 0
rest=$nl$(tmux show-options -gqv @geppetto-key \; display-message -p :: \; \
    show-options -gqv @geppetto-dashboard-key \; display-message -p :: \; show-options -gqv @geppetto-bin \; \
    display-message -p :: \; show-options -gqv @geppetto_conflict \; display-message -p :: \; \
    show-options -gv status-left \; display-message -p :: \; show-options -gv status-right \; \
    display-message -p :: \; list-keys -N -a -T prefix -P '')
next && watch_key=$value && next && logs_key=$value && next && option=${value#"$nl"} && next && told=${value#"$nl"}
next && left=${value#"$nl"} && next && right=${value#"$nl"}

# Formats in these are filled in later: by the key press, quoted for its shell, and by each draw of the status line.
press="run-shell -b \"exec #{q:@geppetto_plugin}/scripts/press ACTION #{q:client_name} '#{session_id}'"
press="$press bin=#{q:@geppetto-bin} popup=#{q:@geppetto-popup} known=#{q:@geppetto_bin}\""
watch=${press%ACTION*}register${press#*ACTION} logs=${press%ACTION*}logs${press#*ACTION} status=
find_binary "$plugin" "$option" &&
    status='#(exec #{q:@geppetto_bin} status --follow --icons #{?#{m:a*,#{@geppetto-icons}},ascii,unicode})'

set -- set-option -g @geppetto_plugin "$plugin" \; set-option -g @geppetto_bin "$binary" \; \
    set-option -g @geppetto_status "$status" \; set-option -s 'command-alias[240]' "geppetto-register=$watch" \; \
    set-option -s 'command-alias[241]' "geppetto-logs=$logs"
follow "$left" && set -- "$@" \; set-option -g status-left "$value"
follow "$right" && set -- "$@" \; set-option -g status-right "$value"
choose "$watch_key" G && set -- "$@" \; bind-key -N 'geppetto: watch this session' "$key" "$watch"
choose "$logs_key" M-g && set -- "$@" \; bind-key -N 'geppetto: show a log' "$key" "$logs"
[ "$conflict" = "$told" ] || set -- "$@" \; run-shell -b -d 3 -C "$tell"
tmux "$@" || tmux run-shell -b -d 3 -C "display-message -d 1500 'geppetto: tmux refused a key; see @geppetto-key'"
exit 0
