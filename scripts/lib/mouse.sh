# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # geppetto.tmux and this set what the other one reads
# A click on the segment. tmux tells from 3.4 on what was clicked; what it did before goes on everywhere else.

# click COMMAND: sets `former` to what a click on the status line does now and `command` to what it is to do; fails when the
# user does not want that, when tmux cannot, and when it is done already.
click() {
    case $mouse in "${nl}on" | "${nl}1" | "${nl}true" | "${nl}yes") ;; *) return 1 ;; esac
    case $version in [012].* | 3.[0-3] | 3.[0-3][!0-9]*) return 1 ;; esac
    former=${rest##*"$nl::$nl"}
    case $former in *mouse_status_range*,geppetto*) return 1 ;; esac
    case $former in *MouseDown1Status*) former=${former#*MouseDown1Status} ;; *) former= ;; esac
    command="if-shell -F '#{==:#{mouse_status_range},geppetto}' { $1 } { $former }"
}
