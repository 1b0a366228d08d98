//! The log of a runner in the dashboard: moving about in a long one, looking for something, following, copying.

use crate::support::{Sandbox, Terminal};

/// A runner that prints so many numbered lines, and what it is told from then on.
fn numbered(sandbox: &Sandbox, lines: u32) {
    let count = format!(
        "n=0; while [ $n -lt {lines} ]; do n=$((n + 1)); echo line $n of many; done; \
         while read word; do echo said $word; done"
    );
    sandbox.start("long", &count);
}

fn open<'a>(sandbox: &'a Sandbox, arguments: &[&str]) -> Terminal<'a> {
    let terminal = Terminal::open(sandbox);
    terminal.type_line(&sandbox.shell_line(arguments));
    terminal
}

#[test]
fn a_long_log_is_read_searched_followed_and_copied() {
    let sandbox = Sandbox::new();
    numbered(&sandbox, 20_000);
    let terminal = open(&sandbox, &["dashboard"]);
    terminal.wait_for("line 20000 of many");
    terminal.press("l");
    terminal.wait_for("log of long");
    terminal.wait_for("line 19970 of many");
    terminal.wait_for("following");

    terminal.press("g");
    terminal.wait_for("line 1 of many");
    terminal.wait_for("line 38 of many");
    terminal.type_line("/LINE 100.0 ");
    terminal.wait_for("No match further down.");
    terminal.type_line("/line 100.0 ");
    terminal.wait_for("line 10000 of many");
    terminal.press("n");
    terminal.wait_for("line 10010 of many");
    terminal.press("N");
    terminal.type_line("?^line 77 of");
    terminal.wait_for("line 77 of many");
    terminal.wait_for("line 70 of many");
    terminal.type_line("/(");
    terminal.wait_for("unclosed group");
    terminal.press("Escape");

    terminal.press("G");
    terminal.wait_for("line 20000 of many");
    terminal.wait_for("following");
    let pane = sandbox.runner("long").pane_id.unwrap();
    sandbox.type_into(&pane, "hello");
    terminal.wait_for("said hello");

    for key in ["v", "k", "k", "y"] {
        terminal.press(key);
    }
    terminal.wait_for("3 lines copied");
    assert_eq!(
        sandbox.tmux(&["show-buffer"]),
        "line 20000 of many\nhello\nsaid hello"
    );
    terminal.press("q");
    terminal.wait_for("?:keys");
    terminal.press("q");
    terminal.wait_for("ready>");
}

#[test]
fn a_log_is_opened_directly_and_survives_the_end_of_the_daemon() {
    let sandbox = Sandbox::new();
    numbered(&sandbox, 3);
    let terminal = open(&sandbox, &["dashboard", "--logs", "long"]);
    terminal.wait_for("line 3 of many");
    sandbox.crash_daemon();
    terminal.wait_for("The daemon has ended");
    terminal.wait_for("line 3 of many");
    sandbox.geppetto(&["daemon", "start"]).ok();
    sandbox.wait_until("the daemon to be found", || {
        !terminal.screen().contains("The daemon has ended")
    });
    let pane = sandbox.runner("long").pane_id.unwrap();
    sandbox.type_into(&pane, "hello");
    terminal.wait_for("said hello");
    // What geppetto says itself, and times.
    sandbox.geppetto(&["mark", "long", "halfway"]).ok();
    terminal.wait_for("Mark: halfway");
    terminal.press("t");
    terminal.type_line("yesterday");
    terminal.wait_for("\"yesterday\" is not a time");
    terminal.press("t");
    terminal.type_line("1h");
    terminal.wait_for("line 1 of many");
    terminal.press("q");
    terminal.wait_for("ready>");
}

#[test]
fn an_unknown_runner_is_refused_before_anything_is_drawn() {
    let sandbox = Sandbox::new();
    numbered(&sandbox, 1);
    let terminal = open(&sandbox, &["dashboard", "--logs", "nobody"]);
    terminal.wait_for("There is no runner");
    terminal.wait_for("ready>");
}

#[test]
fn a_flood_is_followed_left_read_from_its_beginning_and_found_again() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "flood",
        "n=0; while :; do n=$((n + 1)); echo line $n of a flood; done",
    );
    let terminal = open(&sandbox, &["dashboard", "--logs", "flood"]);
    terminal.wait_for("following");
    terminal.wait_for("of a flood");
    terminal.press("k");
    sandbox.wait_until("a page that stays", || {
        !terminal.screen().contains("following") && terminal.screen() == terminal.screen()
    });
    terminal.press("g");
    terminal.wait_for("line 1 of a flood");
    terminal.wait_for("line 38 of a flood");
    terminal.type_line("/^line 5000 ");
    terminal.wait_for("line 5000 of a flood");
    terminal.press("G");
    terminal.wait_for("following");
    sandbox.wait_until("newer lines", || {
        !terminal.screen().contains("line 5000 of a flood")
    });
    terminal.press("q");
    terminal.wait_for("ready>");
}
