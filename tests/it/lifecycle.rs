//! The life of a runner that geppetto started, from its first sign to its exit.

use serde_json::json;

use crate::support::{Process, Sandbox};

#[test]
fn a_program_that_leaves_with_zero_is_completed() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo hello; exit 0");
    let runner = sandbox.wait_for_status("one", "completed");
    let exit = runner.exit.expect("an ended runner has an exit");
    assert_eq!((exit.code, exit.signal, exit.known), (Some(0), None, true));
    assert_eq!(exit.source, "run-parent");
    assert_eq!(sandbox.log_lines("one"), ["hello"]);
    assert_eq!(runner.origin, "started");
    assert_eq!(runner.command, ["sh", "-c", "echo hello; exit 0"]);
}

#[test]
fn another_exit_code_is_a_failure() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo sorry; exit 3");
    let runner = sandbox.wait_for_status("one", "failed");
    let exit = runner.exit.expect("an ended runner has an exit");
    assert_eq!((exit.code, exit.signal, exit.known), (Some(3), None, true));
    assert!(runner.reason.contains("exit code 3"), "{}", runner.reason);
}

#[test]
fn a_signal_is_a_failure_with_its_number() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo at $$; exec sleep 1000");
    let runner = sandbox.wait_for_status("one", "running");
    let program = runner.pid.expect("a running program has a process id");
    sandbox.wait_for_line("one", &format!("at {program}"));
    sandbox.sh(&format!("kill -9 {program}")).ok();
    let exit = sandbox.wait_for_status("one", "failed").exit.unwrap();
    assert_eq!((exit.code, exit.signal, exit.known), (None, Some(9), true));
}

#[test]
fn every_step_of_a_life_is_seen() {
    let sandbox = Sandbox::new();
    let mut life = sandbox.follow_life("one");
    let options = ["--idle-after", "1s"];
    let runner = sandbox.start_with("one", &options, "echo begin; read line; echo got $line");
    life.until("idle");
    sandbox.type_into(&runner.pane_id.unwrap(), "work");
    life.until("completed");
    assert_eq!(
        life.seen,
        ["starting", "running", "idle", "running", "completed"]
    );
    assert_eq!(sandbox.log_lines("one"), ["begin", "work", "got work"]);
}

#[test]
fn an_ended_runner_starts_again_in_a_new_window() {
    let sandbox = Sandbox::new();
    let first = sandbox.start("one", "echo run; read line; exit 4");
    sandbox.type_into(first.pane_id.as_deref().unwrap(), "");
    sandbox.wait_for_status("one", "failed");

    sandbox.geppetto(&["start", "one"]).ok();
    let second = sandbox.wait_for_status("one", "running");
    assert_eq!((second.id, second.run), (first.id, 2));
    assert_ne!(second.window_id, first.window_id);
    assert_ne!(second.pane_id, first.pane_id);
    assert!(second.exit.is_none());
    sandbox.type_into(second.pane_id.as_deref().unwrap(), "");
    sandbox.wait_for_status("one", "failed");
    let runs = sandbox.log_lines("one");
    assert_eq!(
        runs.iter().filter(|line| *line == "run").count(),
        2,
        "{runs:?}"
    );
}

#[test]
fn a_live_runner_is_not_started_twice() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "read line");
    let said = sandbox.geppetto(&["start", "one"]).refused(1);
    assert!(said.contains("one"), "{said}");
    assert_eq!(sandbox.runner("one").run, 1);
}

#[test]
fn wait_returns_when_the_status_is_there() {
    let sandbox = Sandbox::new();
    sandbox.start_with(
        "one",
        &["--idle-after", "1s"],
        "echo quiet; read line; exit 7",
    );
    sandbox.geppetto(&["wait", "one", "--for", "idle"]).ok();
    let runner = sandbox.runner("one");
    assert_eq!(runner.status, "idle");
    sandbox.type_into(&runner.pane_id.unwrap(), "");
    sandbox.geppetto(&["wait", "one"]).ok();
    assert_eq!(sandbox.runner("one").status, "failed");
    let output = sandbox.geppetto(&["wait", "one", "--exit-code"]);
    assert_eq!(output.code, Some(7), "{output:#?}");
}

#[test]
fn wait_gives_up_with_exit_code_four() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "read line");
    let wait = ["wait", "one", "--for", "completed", "--timeout", "300ms"];
    sandbox.geppetto(&wait).refused(4);
    let request = json!({"type": "wait-runner", "runner": "one", "timeoutMs": 100});
    let error = sandbox.refusal(&request);
    assert_eq!(error.tag, geppetto::wire::Tag::TimedOut);
}

#[test]
fn wait_says_when_the_status_can_no_longer_come() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "exit 0");
    sandbox.wait_for_status("one", "completed");
    sandbox
        .geppetto(&["wait", "one", "--for", "idle"])
        .refused(1);
}

#[test]
fn a_runner_over_its_time_is_stopped_and_says_why() {
    let sandbox = Sandbox::new();
    sandbox.start_with(
        "one",
        &["--max-duration", "1s"],
        "echo busy; exec sleep 1000",
    );
    let runner = sandbox.wait_for_status("one", "stopped");
    let reason = runner.reason.to_lowercase();
    assert!(
        reason.contains("duration") && reason.contains("1 s"),
        "{reason}"
    );
    assert_eq!(runner.exit.unwrap().signal, Some(15));
}

#[test]
fn directory_and_variables_are_the_ones_asked_for() {
    let sandbox = Sandbox::new();
    let place = sandbox.text_path("a place");
    std::fs::create_dir(&place).unwrap();
    let options = ["--cwd", &place, "--env", "GREETING=a 'b' \"c\" $d #{e} ;"];
    sandbox.start_with(
        "one",
        &options,
        "pwd; echo \"$GREETING\"; echo ${TMUX_PANE:-none}",
    );
    let runner = sandbox.wait_for_status("one", "completed");
    let pane = runner.pane_id.unwrap();
    let lines = sandbox.log_lines("one");
    assert_eq!(lines, [place.as_str(), "a 'b' \"c\" $d #{e} ;", &pane]);
    assert_eq!(runner.cwd, Some(place));
}

#[test]
fn the_output_directory_gets_the_log() {
    let sandbox = Sandbox::new();
    let directory = sandbox.text_path("logs/of/it");
    let lines = "i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo line $i; done";
    sandbox.start_with("one", &["--output-dir", &directory], lines);
    sandbox.wait_for_status("one", "completed");
    let file = std::path::Path::new(&directory).join("one.log");
    let expected: String = (1..=500).map(|i| format!("line {i}\n")).collect();
    sandbox.wait_until("the whole log in the file", || {
        std::fs::read_to_string(&file).is_ok_and(|text| text == expected)
    });
}

#[test]
fn a_runner_with_a_key_gets_a_session_for_it() {
    let sandbox = Sandbox::new();
    sandbox.start_with("one", &["--key", "checkout/review"], "read line");
    let runner = sandbox.runner("one");
    assert_eq!(runner.key.as_deref(), Some("coda::checkout::review"));
    assert_eq!(
        runner.session_name.as_deref(),
        Some("coda__checkout__review")
    );
    let option = [
        "show-options",
        "-v",
        "-t",
        "=coda__checkout__review:",
        "@geppetto_key",
    ];
    assert_eq!(sandbox.tmux(&option), "coda::checkout::review");
}

#[test]
fn the_end_of_a_runner_leaves_no_process() {
    let sandbox = Sandbox::new();
    let runner = sandbox.start("one", "sleep 1000 & echo child $!; wait");
    sandbox.wait_until("the child's line", || !sandbox.log("one").is_empty());
    let line = sandbox.log_lines("one").remove(0);
    let child: i32 = line.strip_prefix("child ").unwrap().parse().unwrap();
    sandbox.geppetto(&["stop", "one"]).ok();
    sandbox.wait_until("program and child to be gone", || {
        Process::find(child).is_none() && Process::find(runner.pid.unwrap()).is_none()
    });
}

#[test]
fn the_first_runner_starts_tmux_itself() {
    let sandbox = Sandbox::without_tmux();
    sandbox.start("one", "echo hello; read line");
    sandbox.wait_for_line("one", "hello");
    assert_eq!(
        sandbox.runner("one").session_name.as_deref(),
        Some("geppetto")
    );
    assert_eq!(
        sandbox.tmux(&["list-sessions", "-F", "#{session_name}"]),
        "geppetto"
    );
}
