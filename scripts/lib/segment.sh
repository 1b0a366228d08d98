# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is read by geppetto.tmux
# The status segment and the window badges: constant formats, which tmux fills in with what options say at each draw.
icons='#{?#{m:a*,#{@geppetto-icons}},ascii,#{?#{m:ner*,#{@geppetto-icons}},nerd,unicode}}'
on='^(on|1|true|yes)$'

# One process for each terminal; another line of arguments is another process.
live="#(exec #{q:@geppetto_bin} status --follow --icons=$icons --format=#{q:@geppetto-status-format}"
live="$live --width=#{q:@geppetto-status-width} #{?#{m/r:$on,#{@geppetto-mouse}},--click,}"
live="$live #{?#{==:#{@geppetto-status-scope},session},--session='#{session_id}',}"

# mark STATUS ASCII NERD UNICODE: what a badge is while geppetto_windows has the window's id and the status's first letter.
mark() {
    live="$live --style=$1=#{q:@geppetto-style-$1}"
    mark="#{?#{m:a*,#{@geppetto-icons}},$2,#{?#{m:ner*,#{@geppetto-icons}},$3,$4}}"
    mark="#{?@geppetto-style-$1,#[#{@geppetto-style-$1}]$mark#[default],$mark}"
    badge="$badge#{?#{m:*#{window_id}${1%"${1#?}"}*,#{geppetto_windows}}, $mark,}"
}
badge=
mark waiting '?' '' '◐'
mark failed x '' '✕'
mark active '*' '' '●'
mark paused = '' '‖'
mark idle - '' '○'
live="$live)"
