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
