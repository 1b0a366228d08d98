# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is read by geppetto.tmux
# How geppetto.tmux reads what tmux printed: `rest` is fields, each with a line of `::` after it, and then the keys.
nl='
'
conflict=
tell=

# next: sets `value` to the next field: nothing when the option is unset, a line feed and its text when it is set.
next() {
    value=${rest%%"$nl::$nl"*}
    rest=$nl${rest#*"$nl::$nl"}
}

# choose VALUE DEFAULT: sets `key` to the key to bind, or fails. A key that the user named is the user's wish; the
# default one is left alone when somebody else has it, which is told once, as soon as a client is there to read it.
choose() {
    key=${1#"$nl"}
    case $1 in
        "$nl" | "${nl}off" | "${nl}none") return 1 ;;
        "$nl"*) return 0 ;;
    esac
    key=$2
    case $rest in *"$nl$2 "*) line=${rest#*"$nl$2 "} ;; *) return 0 ;; esac
    case ${line%%"$nl"*} in *'geppetto: '*) return 0 ;; esac
    conflict="${conflict}prefix + $2 is taken. "
    tell="if-shell -F '#{client_name}' { set-option -g @geppetto_conflict '$conflict' ; display-message -d 1500 \
'geppetto: ${conflict}Choose keys with @geppetto-key and @geppetto-dashboard-key.' }"
    return 1
}
