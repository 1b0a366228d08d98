# shellcheck shell=sh
# shellcheck disable=SC2154 # `cargo`, `target` and `log` are set by place.sh
# The steps of ensure-binary. Each says why it fails.

greet() { # greet PLUGIN: says why it asks
    if is_outdated "$1"; then
        echo 'The plugin was updated, and its program is of before. Until there is a new one, the old one goes on.'
    else
        echo 'The program of geppetto is not there yet.'
    fi
}

lock() { # a lock whose owner is gone is taken over
    if ! mkdir "$target/.building" 2>/dev/null && kill -0 "$(cat "$target/.building/pid")" 2>/dev/null; then
        echo 'Another build is under way.'
        return 1
    fi
    echo $$ >"$target/.building/pid"
}

unlock() { [ "$(cat "${target-}/.building/pid" 2>/dev/null)" != $$ ] || rm -rf "$target/.building"; }

# build PLUGIN: shown live and kept in the log; the pipe would hide cargo's own exit status.
build() {
    : >"$target/.began"
    (cd "$1" && PATH=${cargo%/*}:$PATH "$cargo" build --release --locked --target-dir "$target" && echo 'Built.') 2>&1 |
        tee "$log"
    tail -n 1 "$log" | grep -qx 'Built.' && put_in_place "$1/target/release"
}

# put_in_place DIRECTORY: puts the program there in one step, since another one may run from that file. It is as old as the
# begin of its build, so that what an update changes meanwhile is seen as newer.
put_in_place() {
    mkdir -p "$1" && cp "$target/release/geppetto" "$1/.geppetto.$$" && touch -r "$target/.began" "$1/.geppetto.$$" &&
        mv -f "$1/.geppetto.$$" "$1/geppetto"
}
