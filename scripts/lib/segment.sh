# shellcheck shell=sh
# The status segment's old-style name.

# follow TEXT: sets `value` to TEXT with each `#{geppetto_status}` made the live segment, as an argument of tmux, to
# which a last `;` would end the command. Fails when there is none.
follow() {
    case $1 in *'#{geppetto_status}'*) value=$1 ;; *) return 1 ;; esac
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
