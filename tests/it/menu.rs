//! The menu of a pane: it offers what the runner's status allows, and does it.

use std::fs;

use crate::support::plugin::{PROGRAM, attached, load, loaded, press_prefix};
use crate::support::{Sandbox, Terminal, copy_program};

/// Presses the key of the menu, and waits for the menu.
fn open(terminal: &Terminal<'_>, title: &str) -> String {
    press_prefix(terminal, "y");
    terminal.wait_for(&format!("─ {title} ─"));
    terminal.screen()
}

/// A sandbox with a key for the menu.
fn with_key() -> Sandbox {
    let sandbox = loaded();
    sandbox.tmux(&["set-option", "-g", "@geppetto-menu-key", "y"]);
    load(&sandbox);
    sandbox
}

#[test]
fn a_runner_is_frozen_resumed_and_stopped() {
    let sandbox = with_key();
    sandbox.start("one", "echo words; exec sleep 1000");
    let terminal = attached(&sandbox, "=geppetto:");
    let menu = open(&terminal, "one");
    for entry in [
        "Log",
        "Freeze",
        "Stop",
        "Snooze",
        "Next that waits",
        "Dashboard",
    ] {
        assert!(menu.contains(entry), "{menu}");
    }
    assert!(!menu.contains("Resume") && !menu.contains("Start again"));
    terminal.press("p");
    terminal.wait_for("geppetto: one paused");
    let menu = open(&terminal, "one");
    assert!(
        menu.contains("Resume") && !menu.contains("Freeze"),
        "{menu}"
    );
    terminal.press("r");
    sandbox.wait_until("it to go on", || sandbox.runner("one").status != "paused");

    open(&terminal, "one");
    terminal.press("s");
    terminal.wait_for("Stop one? (y/n)");
    terminal.press("n");
    open(&terminal, "one");
    assert_eq!(sandbox.runner("one").exit, None);
    terminal.press("s");
    terminal.wait_for("Stop one? (y/n)");
    terminal.press("y");
    sandbox.wait_for_status("one", "stopped");
}

#[test]
fn a_failed_runner_is_started_again() {
    let sandbox = with_key();
    sandbox.start("one", "exit 3");
    sandbox.wait_for_status("one", "failed");
    let terminal = attached(&sandbox, "=geppetto:");
    let menu = open(&terminal, "one");
    assert!(!menu.contains("Stop") && !menu.contains("Freeze"), "{menu}");
    terminal.press("S");
    terminal.wait_for("geppetto: one");
    assert_eq!(sandbox.runner("one").run, 2);
}

#[test]
fn a_pane_without_a_runner_can_be_watched() {
    let sandbox = with_key();
    let terminal = attached(&sandbox, "=anchor:");
    let menu = open(&terminal, "this pane");
    assert!(!menu.contains("Stop") && !menu.contains("Log"), "{menu}");
    terminal.press("w");
    sandbox.wait_until("the runner", || sandbox.runners().len() == 1);
    assert!(sandbox.runners()[0].pane_id.is_some());
}

#[test]
fn logs_and_dashboard_open_in_a_popup_or_a_window() {
    let sandbox = with_key();
    sandbox.start("one", "echo first words; exec sleep 1000");
    let terminal = attached(&sandbox, "=geppetto:");
    let windows = || sandbox.tmux(&["list-windows", "-t", "=geppetto:", "-F", "#{window_name}"]);
    let before = windows();
    open(&terminal, "one");
    terminal.press("l");
    terminal.wait_for("log of one");
    assert_eq!(windows(), before);
    terminal.press("q");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("log of one")
    });

    sandbox.tmux(&["set-option", "-g", "@geppetto-popup", "off"]);
    open(&terminal, "one");
    terminal.press("d");
    sandbox.wait_until("a window", || windows() != before);
    terminal.wait_for("── one");
    terminal.press("q");
    sandbox.wait_until("the window to close", || windows() == before);
}

#[test]
fn without_a_terminal_it_says_so() {
    let sandbox = loaded();
    let refusal = sandbox.geppetto(&["menu", "--pane", "%0"]).refused(1);
    assert!(refusal.contains("No terminal is attached"), "{refusal}");
    let refusal = sandbox.geppetto(&["menu", "--pane", "x"]).refused(2);
    assert!(refusal.contains("--pane"), "{refusal}");
}

#[test]
fn nothing_in_the_path_of_the_program_is_syntax() {
    let sandbox = Sandbox::new();
    let directory = sandbox.path("it's $(touch x) #{pid} #(touch y) %H; `touch z`");
    fs::create_dir(&directory).unwrap();
    let hostile = directory.join("geppetto");
    copy_program(PROGRAM, &hostile);
    let mut start = sandbox.command(hostile.to_str().unwrap());
    start
        .arg("-S")
        .arg(sandbox.path("t"))
        .args(["daemon", "start"]);
    sandbox.run(start).ok();
    sandbox.start("one", "exec sleep 1000");
    let terminal = attached(&sandbox, "=geppetto:");
    let pane = sandbox.runner("one").pane_id.unwrap();
    // Without a name of the client, as a person types it; tmux lets them wait until the menu is closed.
    let show = || {
        let menu = sandbox.geppetto_background(&["menu", "--pane", &pane]);
        terminal.wait_for("─ one ─");
        menu
    };
    let mut menu = show();
    terminal.press("p");
    terminal.wait_for("geppetto: one paused");
    assert_eq!(menu.code(), Some(0));
    let _menu = show();
    terminal.press("l");
    terminal.wait_for("log of one");
    terminal.press("q");
    sandbox.wait_until("the popup to close", || {
        !terminal.screen().contains("log of one")
    });
    let _menu = show();
    terminal.press("s");
    terminal.wait_for("Stop one? (y/n)");
    terminal.press("y");
    sandbox.wait_for_status("one", "stopped");
    for name in ["x", "y", "z"] {
        for place in ["work", "home"] {
            assert!(!sandbox.path(place).join(name).exists(), "{name} was run");
        }
    }
}
