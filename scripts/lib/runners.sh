# shellcheck shell=sh
# shellcheck disable=SC2154 # scripts/screenshots sets `geppetto` and `root`
# The runners on the stage of scripts/screenshots.

play() { # play SCENE NAME KIND IDLE: a runner on the stage
    quiet on_stage new --session shop --name "$2" --kind "$3" --idle-after "$4" -- "$root/scripts/scene/$1"
}

set_stage() { # the runners, with the plugin in their tmux server; one asks, one has become silent
    mkdir -p "$HOME/shop" "$root/docs/pictures"
    cd "$HOME/shop" || exit
    quiet stage new-session -d -s shop -n notes -x 100 -y 20 cat
    quiet stage set-option -g @geppetto-bin "$geppetto" \; set-option -g status-right '#{E:@geppetto_status} %H:%M' \; \
        run-shell "$root/geppetto.tmux"
    play ends changelog codex 1h
    play asks discount-code claude-code 1h
    play rests monday-login cursor 2s
    play works help-ja claude-code 1h
    play fails build custom 1h
    quiet on_stage wait discount-code --for waiting --timeout 1m
    quiet on_stage wait monday-login --for idle --timeout 1m
}
