//! Agents that a person started in a pane of their own: who they are, what they do, and what is left when they are gone. The agents are
//! scripts with their names that show their screens.

use std::fs;

use geppetto::wire::ExplanationView;
use serde_json::json;

use rustix::process::Signal;

use crate::support::{Process, Sandbox, write_program};

const APPROVAL: &str = include_str!("../fixtures/screens/claude-code/approval-command.txt");
const THINKING: &str = include_str!("../fixtures/screens/claude-code/thinking.txt");
const OVER: &str = include_str!("../fixtures/screens/claude-code/turn-over.txt");

/// A program that shows a screen of claude's for each line that is typed to it, and the directory that it is in.
fn agent(sandbox: &Sandbox, name: &str) -> String {
    let directory = sandbox.path("agents");
    fs::create_dir_all(&directory).unwrap();
    for (screen, text) in [("asks", APPROVAL), ("thinks", THINKING), ("rests", OVER)] {
        let (_, rows) = text.split_once("---\n").unwrap();
        fs::write(directory.join(screen), rows.replace('\n', "\r\n")).unwrap();
    }
    let program = directory.join(name);
    let script = "#!/bin/sh\nstty -echo; cd \"${0%/*}\"\nprintf '\\033[?1049h'\n\
        while read -r screen; do printf '\\033[H\\033[2J'; cat \"$screen\"; done\n";
    write_program(&program, script);
    program.to_str().unwrap().to_owned()
}

/// A registered session in which a shell waits.
fn shell(sandbox: &Sandbox) -> String {
    let [session, _, pane] = sandbox.session("work", "exec sh");
    sandbox.geppetto(&["register", &session]).ok();
    pane
}

fn explained(sandbox: &Sandbox, pane: &str) -> ExplanationView {
    let runner = sandbox.runner_of(pane).unwrap().name;
    let answer = sandbox.ask(&json!({"type": "explain-runner", "runner": runner}));
    *answer.answer.explanation.unwrap()
}

fn until(sandbox: &Sandbox, pane: &str, kind: &str, status: &str) {
    sandbox.wait_until(&format!("{kind} to be {status}"), || {
        let runner = sandbox.runner_of(pane).unwrap();
        runner.kind == kind && runner.status == status
    });
}

#[test]
fn an_agent_in_a_pane_of_the_users_is_known_and_what_it_does() {
    let sandbox = Sandbox::new();
    let (claude, pane) = (agent(&sandbox, "claude"), shell(&sandbox));
    sandbox.type_into(&pane, &claude);
    sandbox.wait_until("the agent to be known", || {
        sandbox.runner_of(&pane).unwrap().kind == "claude-code"
    });
    for (screen, status, cause) in [
        ("asks", "waiting", "approval"),
        ("thinks", "running", "working"),
        ("rests", "idle", "done"),
    ] {
        sandbox.type_into(&pane, screen);
        until(&sandbox, &pane, "claude-code", status);
        let explained = explained(&sandbox, &pane);
        assert_eq!(explained.cause, cause, "{explained:?}");
        let first = explained.evidence.first().unwrap();
        assert_eq!((&*first.source, &*first.status), ("screen", status));
    }
    // A resize, and somebody who comes: it draws anew and does nothing.
    let before = sandbox.runner_of(&pane).unwrap().since_ms;
    sandbox.tmux(&["resize-window", "-t", &pane, "-x", "100", "-y", "30"]);
    sandbox.type_into(&pane, "rests");
    sandbox.wait_until("the picture to be drawn anew", || {
        let explained = explained(&sandbox, &pane);
        explained
            .evidence
            .iter()
            .any(|one| one.source == "screen" && one.counts)
    });
    let after = sandbox.runner_of(&pane).unwrap();
    assert_eq!((&*after.status, after.since_ms), ("idle", before));
}

#[test]
fn an_agent_that_is_killed_leaves_its_screen_and_is_gone_all_the_same() {
    let sandbox = Sandbox::new();
    let (claude, pane) = (agent(&sandbox, "claude"), shell(&sandbox));
    sandbox.type_into(&pane, &claude);
    sandbox.wait_until("the agent to be known", || {
        sandbox.runner_of(&pane).unwrap().kind == "claude-code"
    });
    sandbox.type_into(&pane, "asks");
    until(&sandbox, &pane, "claude-code", "waiting");
    let pid = explained(&sandbox, &pane).agent_pid.unwrap();
    Process::signal(pid, Signal::KILL);
    sandbox.wait_until("nobody to be there", || {
        let runner = sandbox.runner_of(&pane).unwrap();
        runner.kind == "custom" && runner.status != "waiting"
    });
    let explained = explained(&sandbox, &pane);
    assert_eq!(explained.agent_pid, None);
    // Another agent in the same pane is another one.
    let codex = agent(&sandbox, "codex");
    sandbox.type_into(&pane, &codex);
    sandbox.wait_until("the other agent to be known", || {
        sandbox.runner_of(&pane).unwrap().kind == "codex"
    });
}
