# shellcheck shell=sh
# shellcheck disable=SC2154 # scripts/screenshots sets `geppetto` and `root`
# What scripts/screenshots does with the terminal of stage.sh.

open() { # open NAME COLUMNS ROWS COMMAND...: a terminal of that size with the command in it
    name=$1 columns=$2 rows=$3
    shift 3
    quiet terminal new-session -d -s "$name" -x "$columns" -y "$rows" "$@" \; set-option status off
    quiet in_terminal register "$name" --name "$name"
}

press() { # press NAME KEY
    terminal send-keys -t "=$1:" "$2"
}

screen() { in_terminal logs "$1" --screen 2>&1; }

shows() { # shows NAME TEXT TRIES: waits until that terminal shows it
    tries=$3
    until screen "$1" | grep -qF -- "$2"; do
        [ $((tries -= 1)) -gt 0 ] || return 1
        sleep 0.2
    done
}

shown() { # shown NAME TEXT: the same, or fails after a minute and tells what is there
    shows "$1" "$2" 300 || stop "The terminal $1 does not show: $2" "$(screen "$1")"
}

press_until() { # press_until NAME KEY TEXT: presses it up to ten times
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        ! shows "$1" "$3" 10 || return 0
        press "$1" "$2"
    done
    shown "$1" "$3"
}

picture() { quiet in_terminal export "$1" --format svg --force -o "$root/docs/pictures/$1.svg"; }
