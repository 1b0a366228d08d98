//! A runner needs its person: who is told, in which way, and who is not. A second tmux is the person's terminal.

use std::fs;

use crate::support::{Sandbox, Terminal};

/// A terminal of a person that shows a session.
fn looking_at<'a>(sandbox: &'a Sandbox, session: &str) -> Terminal<'a> {
    let terminal = Terminal::open(sandbox);
    let socket = sandbox.text_path("t");
    terminal.type_line(&format!("tmux -S {socket} attach -t ={session}:"));
    terminal.wait_for(&format!("[{session}]"));
    terminal
}

/// The bell flag of a window.
fn has_rung(sandbox: &Sandbox, window: &str) -> bool {
    sandbox.tmux(&["display-message", "-p", "-t", window, "#{window_bell_flag}"]) == "1"
}

#[test]
fn the_bell_rings_in_another_window_whose_runner_fails_or_falls_silent() {
    let sandbox = Sandbox::new();
    sandbox.configure("[notify]\nidle_after_work_seconds = 0");
    sandbox.start("front", "read line");
    let failing = sandbox.start("failing", "read line; exit 3");
    let quiet = ["--idle-after", "1s"];
    let silent = sandbox.start_with("silent", &quiet, "read line; echo work; read line");
    sandbox.wait_for_status("silent", "idle");
    let _terminal = looking_at(&sandbox, "geppetto");
    let windows = [failing.window_id.unwrap(), silent.window_id.unwrap()];
    for pane in [failing.pane_id.unwrap(), silent.pane_id.unwrap()] {
        sandbox.type_into(&pane, "");
    }
    for window in windows {
        sandbox.wait_until("the bell of the window", || has_rung(&sandbox, &window));
    }
}

#[test]
fn a_bell_is_no_work_of_which_the_end_rings_a_bell() {
    let sandbox = Sandbox::new();
    sandbox.configure("[notify]\nidle_after_work_seconds = 0");
    sandbox.start("front", "read line");
    let quiet = ["--idle-after", "1s"];
    let silent = sandbox.start_with("silent", &quiet, "read line; echo work; read line");
    sandbox.wait_for_status("silent", "idle");
    let _terminal = looking_at(&sandbox, "geppetto");
    let mut life = sandbox.follow_life("silent");
    sandbox.type_into(silent.pane_id.as_deref().unwrap(), "");
    life.until("idle");
    let window = silent.window_id.unwrap();
    sandbox.wait_until("the bell of the window", || has_rung(&sandbox, &window));
    let printed = sandbox.runner("silent").output_bytes;

    // Time passes in which another bell would have rung and made work.
    let later = ["--idle-after", "3s"];
    sandbox.start_with("later", &later, "echo; read line");
    sandbox.wait_for_status("later", "idle");
    sandbox.geppetto(&["stop", "silent", "--force"]).ok();
    life.until("stopped");
    assert_eq!(life.seen, ["idle", "running", "idle", "stopped"]);
    assert_eq!(sandbox.runner("silent").output_bytes, printed);
}

#[test]
fn nobody_is_told_of_the_pane_that_they_look_at() {
    let sandbox = Sandbox::new();
    let told = sandbox.path("told");
    sandbox.configure(&format!(
        "[notify]\nways = ['command']\ncommand = 'echo \"$GEPPETTO_NAME\" >>{}'",
        told.display()
    ));
    let front = sandbox.start("front", "read line; exit 3");
    let back = sandbox.start("back", "read line; exit 3");
    let _terminal = looking_at(&sandbox, "geppetto");
    sandbox.type_into(&front.pane_id.unwrap(), "");
    sandbox.wait_for_status("front", "failed");
    sandbox.type_into(&back.pane_id.unwrap(), "");
    let text = sandbox.wait_for("the command to be told", || fs::read_to_string(&told).ok());
    assert_eq!(text, "back\n");
}

#[test]
fn a_line_is_shown_where_the_bell_is_not_heard() {
    let sandbox = Sandbox::new();
    let failing = sandbox.start("failing", "read line; exit 3");
    let terminal = looking_at(&sandbox, "anchor");
    sandbox.type_into(&failing.pane_id.unwrap(), "");
    terminal.wait_for("failing has failed: Its program ended (exit code 3).");
}

#[test]
fn the_command_gets_facts_that_nothing_reads_as_code() {
    let sandbox = Sandbox::new();
    let (told, trap) = (sandbox.path("told"), sandbox.path("work/trap"));
    sandbox.configure(&format!(
        "[notify]\nways = ['command', 'message']\ncommand = '''\
         {{ printf '%s\\n' \"$GEPPETTO_SESSION\" \"$GEPPETTO_STATUS\" \"$GEPPETTO_NAME\"; cat; }} >{0}.new\n\
         mv {0}.new {0}'''",
        told.display()
    ));
    // tmux expands the name that it is given.
    let hostile = "$(touch trap)`touch trap`'; touch trap; ##(touch trap) ##{pane_id} %H";
    let [session, window, pane] = sandbox.session(hostile, "read line; exit 3");
    sandbox.tmux(&["set-option", "-w", "-t", &window, "remain-on-exit", "on"]);
    sandbox
        .geppetto(&["register", &session, "--name", "a"])
        .ok();
    let terminal = looking_at(&sandbox, "anchor");
    sandbox.type_into(&pane, "");
    let text = sandbox.wait_for("the command to be told", || fs::read_to_string(&told).ok());
    let mut lines = text.lines();
    let shown = sandbox.tmux(&["display-message", "-p", "-t", &session, "#{session_name}"]);
    assert_eq!(lines.next(), Some(shown.as_str()));
    assert_eq!(lines.next(), Some("failed"));
    assert_eq!(lines.next(), Some("a"));
    let runner: serde_json::Value = serde_json::from_str(lines.next().unwrap()).unwrap();
    assert_eq!(
        (&runner["name"], &runner["status"]),
        (&"a".into(), &"failed".into())
    );
    terminal.wait_for("a has failed");
    assert!(!trap.exists());
}

#[test]
fn next_leads_through_those_who_need_their_person() {
    let sandbox = Sandbox::new();
    sandbox.start("first", "read line; echo the first one; exit 3");
    sandbox.start("second", "read line; echo the second one; exit 3");
    let terminal = looking_at(&sandbox, "anchor");
    sandbox.geppetto(&["next"]).refused(1);
    for name in ["first", "second"] {
        let pane = sandbox.runner(name).pane_id.unwrap();
        sandbox.type_into(&pane, "");
        sandbox.wait_for_status(name, "failed");
    }
    let next = sandbox.shell_line(&["next", "--client", "#{client_name}"]);
    sandbox.tmux(&[
        "bind-key",
        "-n",
        "F5",
        "run-shell",
        &format!("{next} || true"),
    ]);
    let (first, second) = ("the first one", "the second one");
    for (shown, hidden) in [(first, second), (second, first), (first, second)] {
        terminal.press("F5");
        terminal.wait_for(shown);
        assert!(!terminal.screen().contains(hidden));
    }
    // As a person does it, from where they are.
    sandbox.geppetto(&["snooze", "first", "--for", "1h"]).ok();
    let answer = sandbox.geppetto_json(&["next"]);
    assert_eq!(answer["runner"]["name"], "second");
}

#[test]
fn a_snooze_outlives_the_daemon_and_is_shown() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "read line");
    let said = sandbox.geppetto(&["snooze", "one"]).ok();
    assert!(said.starts_with("one snoozed until "), "{said}");
    let until = sandbox.runner("one").snoozed_until_ms;
    assert!(until.is_some());
    sandbox.geppetto(&["daemon", "restart"]).ok();
    assert_eq!(sandbox.runner("one").snoozed_until_ms, until);
    assert!(
        sandbox
            .geppetto(&["show", "one"])
            .ok()
            .contains("snoozed until")
    );
    assert_eq!(
        sandbox.geppetto(&["snooze", "one", "--off"]).ok(),
        "one not snoozed\n"
    );
}
