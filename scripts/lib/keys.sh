# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # geppetto.tmux and these set what the other one reads
# Which keys are bound.
conflict=
tell=

# choose ACTION: sets `key` to the key to bind and `note` to what it does, or fails. A key that the user named is the
# user's wish; a default one is left alone when somebody else has it, which is told once, as soon as a client is there.
choose() {
    case $1 in
        register) value=$register_key key=G note='watch this session' ;;
        dashboard) value=$dashboard_key key=M-g note='all runners on one screen' ;;
        menu) value=$menu_key key='' note='menu of this pane' ;;
        next) value=$next_key key='' note='go to the runner that has waited longest' ;;
        *) return 1 ;;
    esac
    case $value in
        "$nl" | "${nl}off" | "${nl}none") return 1 ;;
        # By itself it would end the command.
        "$nl;") key='\;' && return 0 ;;
        "$nl"*) key=${value#"$nl"} && return 0 ;;
    esac
    case $rest in *"$nl$key "*) line=${rest#*"$nl$key "} ;; *) [ -n "$key" ] && return 0 || return 1 ;; esac
    case ${line%%"$nl"*} in *'geppetto: '*) return 0 ;; esac
    conflict="${conflict}prefix + $key is taken. "
    tell="if-shell -F '#{client_name}' { set-option -g @geppetto_conflict '$conflict' ; display-message -d 1500 \
'geppetto: ${conflict}Choose keys with @geppetto-key and @geppetto-dashboard-key.' }"
    return 1
}
