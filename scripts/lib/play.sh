# shellcheck shell=sh
# How the agents of the play print: scripts/scene has them, scripts/screenshots shows them.

heading() { printf '\033[1m%s\033[0m\n\n' "$1"; }

step() {
    printf '\033[36m●\033[0m %s\n' "$1"
    sleep 0.2
}

added() { printf '  \033[32m%s\033[0m\n' "$1"; }

removed() { printf '  \033[31m%s\033[0m\n' "$1"; }

rest() { # until its pane goes away
    while read -r _; do :; done
}
