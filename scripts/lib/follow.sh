# shellcheck shell=sh
# shellcheck disable=SC2034 # what is set here is read by geppetto.tmux
# The status segment's old-style name.

# follow TEXT: sets `kept` to TEXT and `value` to TEXT with each `#{geppetto_status}` made the live segment, as arguments of
# tmux, to which a last `;` would end the command. Fails when there is none.
follow() {
    case $1 in *'#{geppetto_status}'*) value=$1 kept=$1 ;; *) return 1 ;; esac
    case $1 in *';') kept="${1%;}\\;" ;; esac
    while :; do
        case $value in
            *'#{geppetto_status}'*)
                value="${value%%'#{geppetto_status}'*}#{E:@geppetto_status}${value#*'#{geppetto_status}'}"
                ;;
            *';') value="${value%;}\\;" && return 0 ;;
            *) return 0 ;;
        esac
    done
}
