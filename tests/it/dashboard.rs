//! The dashboard as a person uses it: they see their runners, look at one, act, and get their terminal back.

use crate::support::{Sandbox, Terminal};

fn open(sandbox: &Sandbox) -> Terminal<'_> {
    let terminal = Terminal::open(sandbox);
    terminal.type_line(&sandbox.shell_line(&["dashboard"]));
    terminal
}

#[test]
fn a_person_looks_filters_stops_and_leaves() {
    let sandbox = Sandbox::new();
    sandbox.daemon();
    let terminal = open(&sandbox);
    terminal.wait_for("No runner is watched.");
    // They come by themselves, and what they print, too.
    sandbox.start(
        "alpha",
        "echo first words; read line; echo then $line; exec sleep 1000",
    );
    terminal.wait_for("alpha");
    terminal.wait_for("first words");
    let beta = sandbox.start("beta", "echo other words; exec sleep 1000");
    terminal.wait_for("beta");
    let pane = sandbox.runner("alpha").pane_id.unwrap();
    sandbox.type_into(&pane, "more");
    terminal.wait_for("then more");

    terminal.type_line("/bet");
    terminal.wait_for("1 of 2");
    terminal.wait_for("other words");
    assert!(
        !terminal.screen().contains("alpha"),
        "{}",
        terminal.screen()
    );

    terminal.press("s");
    terminal.wait_for("Stop beta? y/n");
    terminal.press("n");
    terminal.wait_for("1 of 2");
    assert_eq!(sandbox.runner("beta").exit, None);
    terminal.press("s");
    terminal.wait_for("Stop beta? y/n");
    terminal.press("y");
    sandbox.wait_for_status("beta", "stopped");
    terminal.wait_for("stopped");
    // A refusal is told in place.
    terminal.press("p");
    terminal.wait_for("beta");
    sandbox.wait_until("the refusal", || terminal.screen().contains("ended"));
    assert_eq!(sandbox.runner("beta").id, beta.id);

    terminal.press("C-c");
    terminal.wait_for("ready>");
    assert!(!terminal.screen().contains("first words"));
    terminal.type_line("echo back $((40 + 2))");
    terminal.wait_for("back 42");
}

#[test]
fn a_killed_daemon_is_missed_and_found_again() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "alpha",
        "echo first words; read line; echo then $line; exec sleep 1000",
    );
    let terminal = open(&sandbox);
    terminal.wait_for("first words");
    sandbox.crash_daemon();
    terminal.wait_for("The daemon has ended");
    terminal.wait_for("daemon start");
    terminal.wait_for("first words");

    sandbox.geppetto(&["daemon", "start"]).ok();
    sandbox.wait_until("the daemon to be found", || {
        !terminal.screen().contains("The daemon has ended")
    });
    let pane = sandbox.runner("alpha").pane_id.unwrap();
    sandbox.type_into(&pane, "more");
    terminal.wait_for("then more");
    terminal.press("q");
    terminal.wait_for("ready>");
}

#[test]
fn enter_goes_to_the_pane() {
    let sandbox = Sandbox::new();
    sandbox.start("alpha", "echo first words; read line");
    let terminal = open(&sandbox);
    terminal.wait_for("first words");
    terminal.press("Enter");
    // The status line of tmux, since this terminal has become its client.
    terminal.wait_for("[geppetto]");
    terminal.type_line("");
    sandbox.wait_for_status("alpha", "completed");
}

#[test]
fn any_size_of_terminal_will_do() {
    let sandbox = Sandbox::new();
    sandbox.start("alpha", "echo first words; read line");
    let terminal = open(&sandbox);
    terminal.wait_for("│first words");
    terminal.resize(20, 6);
    sandbox.wait_until("a list and nothing else", || {
        let screen = terminal.screen();
        screen.contains("alpha") && !screen.contains('│') && !screen.contains("first words")
    });
    terminal.resize(80, 24);
    terminal.wait_for("── alpha");
    terminal.wait_for("first words");
    terminal.press("q");
    terminal.wait_for("ready>");
}

#[test]
fn runners_are_answered_renamed_and_stopped_together() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "alpha",
        "echo ask; read line; echo told $line; exec sleep 1000",
    );
    sandbox.start("beta", "exec sleep 1000");
    let terminal = open(&sandbox);
    terminal.wait_for("│ask");
    terminal.press("a");
    terminal.wait_for("Answer alpha:");
    terminal.type_line("yes, #{pid}; do 'it'");
    terminal.wait_for("told yes, #{pid}; do 'it'");

    terminal.press("R");
    terminal.wait_for("Name of alpha: alpha");
    terminal.type_line("bet");
    sandbox.wait_until("the new name", || {
        sandbox.runners().iter().any(|one| one.name == "alphabet")
    });
    terminal.press("R");
    terminal.press("C-u");
    terminal.type_line("beta");
    terminal.wait_for("named \"beta\" already");
    terminal.wait_for("Name of alphabet: beta");
    terminal.press("Escape");

    terminal.press("A");
    terminal.wait_for("2 marked");
    terminal.press("s");
    terminal.wait_for("Stop 2 runners? y/n");
    terminal.press("y");
    sandbox.wait_for_status("alphabet", "stopped");
    sandbox.wait_for_status("beta", "stopped");
}

#[test]
fn the_mouse_selects_and_goes() {
    let sandbox = Sandbox::new();
    sandbox.start("alpha", "echo of alpha; exec sleep 1000");
    sandbox.start("beta", "echo of beta; read line");
    let terminal = open(&sandbox);
    terminal.wait_for("│of alpha");
    let row = terminal
        .screen()
        .lines()
        .position(|row| row.contains("beta"));
    let row = 1 + u16::try_from(row.unwrap()).unwrap();
    terminal.click(5, row);
    terminal.wait_for("│of beta");
    terminal.click(5, row);
    terminal.wait_for("[geppetto]");
    terminal.type_line("");
    sandbox.wait_for_status("beta", "completed");
}

#[test]
fn inside_tmux_enter_switches_the_client() {
    let sandbox = Sandbox::new();
    sandbox.start("alpha", "echo first words; read line");
    let terminal = Terminal::open(&sandbox);
    let socket = sandbox.text_path("t");
    terminal.type_line(&format!("tmux -S {socket} attach -t anchor"));
    terminal.wait_for("[anchor]");
    terminal.type_line(&sandbox.shell_line(&["dashboard"]));
    terminal.wait_for("first words");
    terminal.press("Enter");
    terminal.wait_for("[geppetto]");
    terminal.type_line("");
    sandbox.wait_for_status("alpha", "completed");
}
