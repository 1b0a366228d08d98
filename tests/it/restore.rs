//! What is left of runners when the daemon is killed in the middle of a start, when tmux itself goes away with a
//! daemon looking on or without one, and when another tmux server gives its panes the numbers of the old one.

use std::fs;

use geppetto::wire::RunnerView;

use crate::support::{Process, Sandbox};

/// Ends well when its terminal is taken away.
const POLITE: &str = "trap 'exit 0' HUP; echo ready; while :; do sleep 0.1; done";

/// Outlives its terminal, until somebody makes the file `go` in its directory.
const STUBBORN: &str = "trap '' HUP; echo ready; while [ ! -e go ]; do sleep 0.05; done; exit 0";

/// Starts a runner and has the daemon killed by tmux itself, right after tmux has done `moment`.
fn kill_the_daemon_after(sandbox: &Sandbox, moment: &str, name: &str) {
    let daemon = sandbox.daemon().pid;
    let kill = format!("run-shell 'kill -9 {daemon}'");
    sandbox.tmux(&["set-hook", "-g", &format!("after-{moment}"), &kill]);
    let mut starting = sandbox.geppetto_background(&[
        "new",
        "--name",
        name,
        "--",
        "sh",
        "-c",
        "echo up; exec sleep 1000",
    ]);
    sandbox.wait_until("the daemon to be killed", || {
        Process::find(daemon).is_none()
    });
    sandbox.tmux(&["set-hook", "-gu", &format!("after-{moment}")]);
    assert_ne!(starting.code(), Some(0), "its daemon is gone");
}

/// Ends the tmux server; returns when its process is gone, so that another one can take its socket.
fn end_tmux(sandbox: &Sandbox) {
    let server = sandbox.tmux(&["display-message", "-p", "#{pid}"]);
    sandbox.tmux(&["kill-server"]);
    let server = server.parse().unwrap();
    sandbox.wait_until("the tmux server to be gone", || {
        Process::find(server).is_none()
    });
}

/// The one runner of that name, which must live.
fn alive(sandbox: &Sandbox, name: &str) -> RunnerView {
    sandbox.geppetto(&["list"]).ok();
    sandbox.wait_until("the program to be known as running", || {
        ["running", "idle"].contains(&sandbox.runner(name).status.as_str())
    });
    let programs = sandbox.processes().into_iter();
    let programs = programs.filter(|process| {
        process.command.starts_with("sleep 1000")
            && process.has_variable(&format!("GEPPETTO_RUNNER={}", sandbox.runner(name).id))
    });
    assert_eq!(programs.count(), 1, "{name}");
    let runners = sandbox.runners().into_iter();
    let mut named: Vec<RunnerView> = runners.filter(|runner| runner.name == name).collect();
    assert_eq!(named.len(), 1, "{named:#?}");
    named.remove(0)
}

#[test]
fn a_start_that_the_daemon_did_not_survive_is_found_by_the_next_one() {
    let sandbox = Sandbox::new();
    // The first one has a session made for it, the next ones a window.
    for (round, moment) in [
        "new-session",
        "new-window",
        "set-option",
        "new-window",
        "set-option",
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("one-{round}");
        kill_the_daemon_after(&sandbox, moment, &name);
        let runner = alive(&sandbox, &name);
        let pane = runner.pane_id.clone().unwrap();
        sandbox.wait_for_line(&name, "up");
        // A later daemon has it from the record.
        sandbox.crash_daemon();
        assert_eq!(alive(&sandbox, &name).pane_id, Some(pane));
        assert_eq!(sandbox.runners().len(), round + 1);
    }
    sandbox.geppetto(&["stop", "one-0"]).ok();
    assert_eq!(sandbox.runner("one-0").status, "stopped");
}

#[test]
fn a_daemon_killed_while_it_started_the_tmux_server_itself_leaves_a_runner() {
    let sandbox = Sandbox::without_tmux();
    let daemon = sandbox.daemon().pid;
    let hook = format!("set-hook -g after-new-session \"run-shell 'kill -9 {daemon}'\"\n");
    fs::write(sandbox.path("home/.tmux.conf"), hook).unwrap();
    let new = [
        "new",
        "--name",
        "one",
        "--",
        "sh",
        "-c",
        "echo up; exec sleep 1000",
    ];
    let mut starting = sandbox.geppetto_background(&new);
    sandbox.wait_until("the daemon to be killed", || {
        Process::find(daemon).is_none()
    });
    assert_ne!(starting.code(), Some(0));
    alive(&sandbox, "one");
    sandbox.wait_for_line("one", "up");
}

/// The line of a runner in the plan of `restore`.
fn planned(sandbox: &Sandbox, name: &str) -> Option<String> {
    let plan = sandbox.geppetto_json(&["restore", "--dry-run"]);
    let lines = plan["restored"].as_array().unwrap().iter();
    let mut named = lines.filter(|line| line["name"] == name);
    let action = named.next()?["action"].as_str().unwrap().to_owned();
    assert!(named.next().is_none(), "{plan}");
    Some(action)
}

fn is_taken_along(sandbox: &Sandbox, name: &str) {
    let runner = sandbox.wait_for_status(name, "errored");
    let exit = runner.exit.as_ref();
    assert_eq!(
        exit.map(|exit| exit.source.as_str()),
        Some("server-gone"),
        "{runner:#?}"
    );
    assert_eq!(planned(sandbox, name).as_deref(), Some("start"));
}

#[test]
fn what_ends_well_because_its_server_ended_is_taken_along() {
    let sandbox = Sandbox::new();
    sandbox.start("polite", POLITE);
    sandbox.start("over", "exit 0");
    sandbox.wait_for_line("polite", "ready");
    sandbox.wait_for_status("over", "completed");
    end_tmux(&sandbox);
    is_taken_along(&sandbox, "polite");
    sandbox.start_tmux();
    is_taken_along(&sandbox, "polite");
    assert_eq!(sandbox.runner("over").status, "completed");
    assert_eq!(planned(&sandbox, "over"), None);
}

/// How many exits wait for a daemon.
fn written_exits(sandbox: &Sandbox) -> usize {
    let servers = fs::read_dir(sandbox.path("state/geppetto")).unwrap();
    servers
        .filter_map(|server| fs::read_dir(server.ok()?.path().join("exits")).ok())
        .flatten()
        .filter(|file| {
            let name = file.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".json") && !name.to_string_lossy().starts_with('.')
        })
        .count()
}

#[test]
fn what_ended_well_with_its_server_while_no_daemon_ran_is_taken_along() {
    let sandbox = Sandbox::new();
    sandbox.start("polite", POLITE);
    sandbox.start_with(
        "failing",
        &[],
        "trap 'exit 7' HUP; echo ready; while :; do sleep 0.1; done",
    );
    let quitter = sandbox.start("quitter", "echo ready; read line; exit 0");
    for name in ["polite", "failing", "quitter"] {
        sandbox.wait_for_line(name, "ready");
    }
    sandbox.crash_daemon();
    sandbox.type_into(&quitter.pane_id.unwrap(), "");
    sandbox.wait_until("the first exit to be written down", || {
        written_exits(&sandbox) == 1
    });
    end_tmux(&sandbox);
    sandbox.wait_until("all exits to be written down", || {
        written_exits(&sandbox) == 3
    });
    sandbox.start_tmux();
    sandbox.geppetto(&["list"]).ok();
    is_taken_along(&sandbox, "polite");
    is_taken_along(&sandbox, "failing");
    assert_eq!(sandbox.runner("quitter").status, "completed");
    assert_eq!(planned(&sandbox, "quitter"), None);
    assert_eq!(written_exits(&sandbox), 0);
}

#[test]
fn an_exit_that_comes_after_the_end_of_the_server_changes_nothing() {
    let sandbox = Sandbox::new();
    let work = sandbox.text_path("work");
    let runner = sandbox.start_with("late", &["--cwd", &work], STUBBORN);
    sandbox.wait_for_line("late", "ready");
    end_tmux(&sandbox);
    is_taken_along(&sandbox, "late");
    assert!(Process::find(runner.pid.unwrap()).is_some());
    sandbox.start_tmux();
    sandbox.geppetto(&["sessions", "list"]).ok();
    fs::write(sandbox.path("work/go"), "").unwrap();
    sandbox.wait_until("the program and its run parent to leave", || {
        let trace = format!("--runner {}", runner.id);
        let mut left = sandbox.processes().into_iter();
        !left.any(|process| process.command.contains(&trace))
    });
    is_taken_along(&sandbox, "late");
    assert_eq!(written_exits(&sandbox), 0);
}

/// Two servers, one after the other, in which session `$1`, window `@1` and pane `%1` belong to different people.
fn ids_are_used_again(is_daemon_there: bool) {
    let sandbox = Sandbox::new();
    let script = "echo old; read line";
    let [session, window, pane] = sandbox.session("mine", script);
    sandbox.geppetto(&["register", "mine"]).ok();
    let started = sandbox.start_with("started", &["--session", "mine"], "echo begun; read line");
    sandbox.wait_for_line("mine", "old");
    sandbox.wait_for_line("started", "begun");
    if !is_daemon_there {
        sandbox.crash_daemon();
    }
    end_tmux(&sandbox);
    if is_daemon_there {
        sandbox.wait_for_status("mine", "errored");
    }

    sandbox.start_tmux();
    let ids = sandbox.session("theirs", "echo new; read line; echo $line; read line");
    assert_eq!(
        ids,
        [session.clone(), window, pane.clone()],
        "the ids come again"
    );
    let theirs = started.pane_id.clone().unwrap();
    let second = sandbox.split(&pane, "exec sh");
    assert_eq!(second, theirs, "the ids come again");
    sandbox.geppetto(&["sessions", "list"]).ok();
    for name in ["mine", "started"] {
        let runner = sandbox.wait_for_status(name, "errored");
        assert_eq!(runner.pane_id, None, "{runner:#?}");
        let refused = sandbox.geppetto(&["attach", name, "--print"]).refused(1);
        assert!(refused.contains("pane is gone"), "{refused}");
    }
    assert!(sandbox.runner_of(&pane).is_none() && sandbox.runner_of(&theirs).is_none());

    // What they have is theirs, also when it is registered and the old one starts again.
    let old = sandbox.runner("mine");
    sandbox.geppetto(&["register", "theirs"]).ok();
    let new = sandbox.runner_of(&pane).unwrap();
    assert_ne!(new.id, old.id);
    assert_eq!((new.name.as_str(), new.run), ("theirs", 1));
    sandbox.type_into(&pane, "printed by another");
    sandbox.wait_for_line("theirs", "printed by another");
    sandbox.geppetto(&["start", "started"]).ok();
    let again = sandbox.runner("started");
    assert_eq!((again.run, &again.id), (2, &started.id));
    assert_ne!(
        again.session_id.as_deref(),
        Some(session.as_str()),
        "{again:#?}"
    );
    for name in ["mine", "started"] {
        let lines = sandbox.log_lines(name);
        assert!(
            !lines.iter().any(|line| line.contains("another")),
            "{lines:?}"
        );
    }
    assert_eq!(sandbox.runner("mine").status, "errored");
}

#[test]
fn panes_of_a_new_server_are_not_those_of_the_old_one() {
    ids_are_used_again(true);
}

#[test]
fn panes_of_a_new_server_are_not_those_that_a_dead_daemon_knew() {
    ids_are_used_again(false);
}
