//! How a person ends, freezes and forgets a runner.

use std::fs;

use crate::support::{Process, Sandbox};

/// A program that writes an ever greater number into the file `count` of its directory.
const COUNTER: &str = "i=0; while :; do i=$((i+1)); echo $i >count.new; mv count.new count; done";

#[test]
fn stop_asks_first_and_the_program_may_tidy_up() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "one",
        "trap 'echo tidying; exit 5' TERM; echo ready; while :; do sleep 0.1; done",
    );
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["stop", "one"]).ok();
    // A reply means that the effect has happened.
    let runner = sandbox.runner("one");
    assert_eq!(runner.status, "stopped");
    assert_eq!(runner.exit.unwrap().code, Some(5));
    // Its child was asked, too, and the shell says so.
    let lines = sandbox.log_lines("one");
    assert_eq!(
        lines.last().map(String::as_str),
        Some("tidying"),
        "{lines:?}"
    );
}

#[test]
fn stop_by_force_does_not_ask() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "one",
        "trap 'echo tidying; exit 5' TERM; echo ready; while :; do sleep 0.1; done",
    );
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["stop", "one", "--force"]).ok();
    let runner = sandbox.runner("one");
    assert_eq!(runner.status, "stopped");
    assert_eq!(runner.exit.unwrap().signal, Some(9));
    assert_eq!(sandbox.log_lines("one"), ["ready"]);
}

#[test]
fn what_ignores_the_asking_is_killed_after_the_grace_time() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "one",
        "trap '' TERM HUP; echo ready; while :; do sleep 0.1; done",
    );
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["stop", "one", "--grace", "500ms"]).ok();
    let runner = sandbox.runner("one");
    assert_eq!(runner.status, "stopped");
    assert_eq!(runner.exit.unwrap().signal, Some(9));
    assert!(Process::find(runner.pid.unwrap()).is_none());
}

#[test]
fn a_frozen_runner_is_stopped_all_the_same() {
    let sandbox = Sandbox::new();
    sandbox.start(
        "one",
        "trap 'exit 6' TERM; echo ready; while :; do sleep 0.1; done",
    );
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["pause", "one"]).ok();
    sandbox.geppetto(&["stop", "one"]).ok();
    assert_eq!(sandbox.runner("one").status, "stopped");
}

#[test]
fn an_ended_runner_is_not_stopped_again() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "exit 0");
    sandbox.wait_for_status("one", "completed");
    let said = sandbox.geppetto(&["stop", "one"]).refused(1);
    assert!(said.contains("completed"), "{said}");
    assert_eq!(sandbox.runner("one").status, "completed");
}

#[test]
fn pause_freezes_and_resume_thaws() {
    let sandbox = Sandbox::new();
    let place = sandbox.text_path("work");
    sandbox.start_with("one", &["--cwd", &place], COUNTER);
    let count = || fs::read_to_string(sandbox.path("work/count")).unwrap_or_default();
    sandbox.wait_until("the program to count", || !count().is_empty());

    sandbox.geppetto(&["pause", "one"]).ok();
    let runner = sandbox.runner("one");
    assert_eq!(runner.status, "paused");
    let state = || Process::find(runner.pid.unwrap()).map(|process| process.state);
    assert_eq!(state(), Some('T'));
    let frozen_at = count();
    // Anything else that the machine does meanwhile would do: a run of another program from begin to end.
    sandbox.start("other", "exit 0");
    sandbox.wait_for_status("other", "completed");
    assert_eq!(count(), frozen_at);
    sandbox.geppetto(&["pause", "one"]).refused(1);

    sandbox.geppetto(&["resume", "one"]).ok();
    assert_ne!(sandbox.runner("one").status, "paused");
    sandbox.wait_until("the program to count on", || count() != frozen_at);
    assert_ne!(state(), Some('T'));
    sandbox.geppetto(&["resume", "one"]).refused(1);
}

#[test]
fn a_forgotten_runner_goes_on_unwatched() {
    let sandbox = Sandbox::new();
    let runner = sandbox.start("one", "echo ready; exec sleep 1000");
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["forget", "one"]).ok();
    assert!(sandbox.runners().is_empty());
    assert!(Process::find(runner.pid.unwrap()).is_some());
    sandbox.geppetto(&["show", "one"]).refused(1);
    // The name is free again.
    sandbox.start("one", "exit 0");
    sandbox.wait_for_status("one", "completed");
}
