# shellcheck shell=sh
# shellcheck disable=SC2154 # scripts/screenshots sets `geppetto` and `root`
# The stage of scripts/screenshots: one tmux server with runners, and another that is the terminal they are looked at in.
# Both live in `private`, with daemons of their own, and end with it. `geppetto` is the program, `root` the repository.
unset TMUX TMUX_PANE TMUX_TMPDIR GEPPETTO_SOCKET GEPPETTO_CONFIG GEPPETTO_LOG TTY_SESSION_PREFIX NO_COLOR ENV
private=$(mktemp -d "${TMPDIR:-/tmp}/geppetto.XXXXXX")
export HOME="$private/home" XDG_RUNTIME_DIR="$private" XDG_STATE_HOME="$private/state" \
    XDG_CONFIG_HOME="$private/config" LC_ALL=C.UTF-8 SHELL=/bin/sh TERM=xterm-256color

stage() { tmux -u -f /dev/null -S "$private/stage" "$@"; }
terminal() { tmux -u -f /dev/null -S "$private/terminal" "$@"; }
on_stage() { "$geppetto" -S "$private/stage" "$@"; }
in_terminal() { "$geppetto" -S "$private/terminal" "$@"; }

clean() {
    for server in on_stage in_terminal; do "$server" daemon stop >/dev/null 2>&1 || :; done
    for server in stage terminal; do "$server" kill-server 2>/dev/null || :; done
    rm -rf "$private"
}
trap clean EXIT
trap 'exit 130' INT HUP TERM

quiet() { # quiet COMMAND...: what it said is told only when it fails
    "$@" >"$private/said" 2>&1 </dev/null || stop "This failed: $*" "$(cat "$private/said")"
}
