//! What tmux and its users can do to the daemon: end the server, detach or kill its control clients.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use geppetto::wire::RunnerView;
use rustix::process::Signal;
use serde_json::json;

use crate::support::{Process, Sandbox, Terminal};

const PARROT: &str = "echo ready; while read line; do echo said $line; done";

fn client_pids(sandbox: &Sandbox) -> Vec<i32> {
    sandbox
        .control_clients()
        .iter()
        .map(|client| client.pid)
        .collect()
}

/// Waits until none of the clients in `before` is left and there are new ones, and the runner is watched again. How often it was
/// said hello to until then.
#[track_caller]
fn recovers(sandbox: &Sandbox, before: &[i32], pane: &str) -> usize {
    sandbox.wait_until("new control clients", || {
        let now = client_pids(sandbox);
        now.len() >= before.len() && now.iter().all(|pid| !before.contains(pid))
    });
    let runner = sandbox.runner_of(pane).expect("no runner is lost");
    assert_eq!(runner.exit, None);
    // Asked again until it is heard: what is printed before the new client is attached is a gap.
    let mut asked = 0;
    sandbox.wait_until("the pane to be watched again", || {
        asked += 1;
        sandbox.type_into(pane, &format!("hello {asked}"));
        sandbox
            .log_lines(&runner.id)
            .iter()
            .any(|line| line.starts_with("said hello"))
    });
    asked
}

#[test]
fn detached_control_clients_come_back() {
    let sandbox = Sandbox::new();
    let [session, _, pane] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let terminal = Terminal::open(&sandbox);
    terminal.type_line(&format!(
        "tmux -S {} attach -t anchor",
        sandbox.text_path("t")
    ));
    terminal.wait_for("[anchor]");
    let before = client_pids(&sandbox);
    assert!(
        before.len() >= 2,
        "a client for the session and the sentinel: {before:?}"
    );
    let tty = sandbox.tmux(&["list-clients", "-t", "anchor", "-F", "#{client_tty}"]);
    let tty = tty.lines().find(|tty| tty.starts_with("/dev")).unwrap();
    sandbox.tmux(&["detach-client", "-a", "-t", tty]);
    let _asked = recovers(&sandbox, &before, &pane);

    let before = client_pids(&sandbox);
    sandbox.tmux(&["detach-client", "-s", &session]);
    sandbox.wait_until("that session's client to be another", || {
        client_pids(&sandbox) != before
    });
    sandbox.type_into(&pane, "again");
    sandbox.wait_until("the pane to be watched again", || {
        sandbox.type_into(&pane, "and again");
        sandbox
            .log_lines("work")
            .iter()
            .any(|line| line == "said and again")
    });
}

#[test]
fn killed_control_clients_come_back() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let mut asked = 0;
    for _ in 0..3 {
        let before = client_pids(&sandbox);
        assert!(!before.is_empty());
        for pid in &before {
            Process::signal(*pid, Signal::KILL);
        }
        // Nobody watches now.
        sandbox.type_into(&pane, "hello in between");
        asked += 1 + recovers(&sandbox, &before, &pane);
    }
    sandbox.type_into(&pane, "the end");
    sandbox.wait_for_line("work", "said the end");
    let lines = sandbox.log_lines("work");
    let said = lines.iter().filter(|line| line.starts_with("said hello"));
    assert_eq!(said.count(), asked, "{lines:#?}");
}

#[test]
fn exits_are_true_while_control_clients_are_killed() {
    let sandbox = Sandbox::new();
    for round in 0..10 {
        let name = format!("run-{round}");
        let runner = sandbox.start(
            &name,
            &format!("echo ready; read line; exit {}", 20 + round),
        );
        for pid in client_pids(&sandbox) {
            Process::signal(pid, Signal::KILL);
        }
        sandbox.type_into(&runner.pane_id.unwrap(), "");
        let ended = sandbox.wait_for_status(&name, "failed");
        assert_eq!(ended.exit.unwrap().code, Some(20 + round));
    }
}

#[test]
fn a_session_that_ends_under_a_client_that_cannot_leave_ends_no_server() {
    let sandbox = Sandbox::new();
    let [session, _, _] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.wait_for_line("work", "ready");
    let listed = sandbox.tmux(&["list-clients", "-t", &session, "-F", "#{client_pid}"]);
    let clients: Vec<i32> = listed.lines().map(|pid| pid.parse().unwrap()).collect();
    assert!(!clients.is_empty());
    let signal = |signal| clients.iter().for_each(|pid| Process::signal(*pid, signal));
    signal(Signal::STOP);
    sandbox.tmux(&["kill-session", "-t", &session]);
    // tmux looks once a second for what its clients have subscribed to, also for one whose session is gone.
    let clock = || -> u64 {
        let time = sandbox.tmux(&["display-message", "-p", "%s"]);
        time.parse().unwrap()
    };
    let until = clock() + 3;
    sandbox.wait_until("tmux to have looked again and again", || clock() >= until);
    signal(Signal::CONT);
    sandbox.wait_for_status("work", "stopped");
}

#[test]
fn the_end_of_the_server_is_told() {
    let sandbox = Sandbox::new();
    sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.start("mine", "echo ready; exec sleep 1000");
    sandbox.wait_for_line("mine", "ready");
    let server: i32 = sandbox
        .tmux(&["display-message", "-p", "#{pid}"])
        .parse()
        .unwrap();
    Process::signal(server, Signal::KILL);
    for name in ["work", "mine"] {
        let runner = sandbox.wait_for(&format!("the end of {name}"), || {
            Some(sandbox.runner(name)).filter(|runner| runner.exit.is_some())
        });
        // The run parent may still have seen how its program took the loss of its terminal.
        assert!(
            ["errored", "failed"].contains(&runner.status.as_str()),
            "{runner:?}"
        );
    }
    sandbox.geppetto(&["list"]).ok();
    sandbox.geppetto(&["register", "work"]).refused(3);

    // A new server on the same socket is another one: its panes are not taken for the old ones.
    sandbox.start_tmux();
    // A session that is made while the daemon attaches can end tmux up to 3.6.
    sandbox.geppetto(&["sessions", "list"]).ok();
    let [_, _, pane] = sandbox.session("work", PARROT);
    sandbox.geppetto(&["register", "work"]).ok();
    let runner = sandbox
        .runner_of(&pane)
        .expect("the new pane is registered");
    assert_eq!(runner.exit, None);
    sandbox.type_into(&pane, "hello");
    sandbox.wait_for_line(&runner.id, "said hello");
    sandbox.start("next", "exit 3");
    sandbox.wait_for_status("next", "failed");
}

#[test]
fn a_server_that_ends_in_peace_is_told_too() {
    let sandbox = Sandbox::new();
    sandbox.start("mine", "echo ready; exec sleep 1000");
    sandbox.wait_for_line("mine", "ready");
    sandbox.tmux(&["kill-server"]);
    sandbox.wait_until("the end of its runner", || {
        sandbox.runner("mine").exit.is_some()
    });
}

#[test]
fn the_users_windows_keep_their_size() {
    let sandbox = Sandbox::new();
    let [_, window, pane] = sandbox.session("work", PARROT);
    let size = || {
        let format = "#{window_width}x#{window_height}";
        sandbox.tmux(&["display-message", "-p", "-t", &window, format])
    };
    let before = size();
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.type_into(&pane, "hello");
    sandbox.wait_for_line("work", "said hello");
    assert_eq!(size(), before);
    sandbox.geppetto(&["daemon", "stop"]).ok();
    assert_eq!(size(), before);
}

/// tmux up to 3.6 loses its head, and with it every session of the user, when the last windows of a session close
/// in the same moment beside a control client (tmux issue 5243). What geppetto started must not close like that.
#[test]
fn runners_that_end_together_do_not_take_the_server_along() {
    let sandbox = Sandbox::new();
    sandbox.configure("keep_window = \"never\"\n");
    let server = sandbox.tmux(&["display-message", "-p", "#{pid}"]);
    for round in 0..15 {
        let runners: Vec<_> = (0..4)
            .map(|i| sandbox.start(&format!("r{round}-{i}"), "exec sleep 1000"))
            .collect();
        let pids: Vec<String> = runners.iter().map(|r| r.pid.unwrap().to_string()).collect();
        sandbox.sh(&format!("kill -TERM {}", pids.join(" "))).ok();
        for runner in runners {
            let ended = sandbox.wait_for_status(&runner.name, "failed");
            assert_eq!(ended.exit.unwrap().signal, Some(15), "round {round}");
        }
    }
    assert_eq!(sandbox.tmux(&["display-message", "-p", "#{pid}"]), server);
}

/// Each control client that attaches is a moment in which tmux up to 3.6 can crash (tmux pull request 4980).
#[test]
fn runs_that_follow_each_other_share_one_control_client() {
    let sandbox = Sandbox::new();
    let mut seen = BTreeSet::new();
    for round in 0..10 {
        let name = format!("run-{round}");
        sandbox.start_with(&name, &["--session", "anchor"], "exit 0");
        seen.extend(client_pids(&sandbox));
        sandbox.wait_for_status(&name, "completed");
    }
    assert!(
        seen.len() <= 2,
        "a sentinel and one client for the session, not {}",
        seen.len()
    );
}

/// The same, when sessions end while clients leave and are replaced.
#[test]
fn sessions_that_are_killed_in_a_row_do_not_take_the_server_along() {
    let sandbox = Sandbox::new();
    let server = sandbox.tmux(&["display-message", "-p", "#{pid}"]);
    for round in 0..4 {
        let sessions: Vec<String> = (0..6)
            .map(|i| {
                let [session, _, _] = sandbox.session(&format!("s{round}-{i}"), PARROT);
                sandbox.geppetto(&["register", &session]).ok();
                session
            })
            .collect();
        for session in sessions {
            sandbox.geppetto(&["sessions", "kill", &session]).ok();
        }
    }
    assert_eq!(sandbox.tmux(&["display-message", "-p", "#{pid}"]), server);
}

#[test]
fn requests_are_answered_when_the_server_ends_in_the_middle() {
    let sandbox = Sandbox::new();
    sandbox.daemon();
    for round in 0..3 {
        let server: i32 = sandbox
            .tmux(&["display-message", "-p", "#{pid}"])
            .parse()
            .unwrap();
        let made = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for worker in 0..6 {
                let (sandbox, made) = (&sandbox, &made);
                scope.spawn(move || {
                    for run in 0..8 {
                        let name = format!("r-{round}-{worker}-{run}");
                        let command = ["sh", "-c", "read line"];
                        // Whether it is made or refused is a matter of the moment; an answer must come.
                        sandbox.ask(
                            &json!({"type": "create-runner", "name": name, "command": command}),
                        );
                        made.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            sandbox.wait_until("some to be made", || made.load(Ordering::Relaxed) > 6);
            Process::signal(server, Signal::KILL);
        });
        // One that was never started is errored without an exit.
        sandbox.wait_until("no runner of the old server to be left", || {
            let ended = |runner: &RunnerView| runner.exit.is_some() || runner.status == "errored";
            let runners = sandbox.runners();
            runners
                .iter()
                .all(|runner| ended(runner) || ["running", "idle"].contains(&&*runner.status))
        });
        if !sandbox
            .tmux_on("t", &["has-session", "-t", "=anchor"])
            .is_ok()
        {
            sandbox.start_tmux();
        }
    }
}
