//! Hooks, from the agent that calls one to what a person sees.

use std::fs;

use geppetto::wire::HookView;
use serde_json::json;

use crate::support::Sandbox;

const PROGRAM: &str = env!("CARGO_BIN_EXE_geppetto");

/// An agent that calls a hook for each line that is typed to it: the name of the event.
fn agent(sandbox: &Sandbox, name: &str) {
    let script = format!(
        "echo ready; while read -r event; do \
         printf '{{\"hook_event_name\":\"%s\",\"session_id\":\"s\",\"tool_name\":\"Bash\"}}' $event | {PROGRAM} hook claude-code $event; \
         echo \"code $?\"; done"
    );
    sandbox.start_with(name, &["--kind", "claude-code"], &script);
    sandbox.wait_for_line(name, "ready");
}

/// Runs a script as a pane of the private server would, and gives what it said.
fn in_tmux(sandbox: &Sandbox, script: &str) -> String {
    let socket = sandbox.text_path("t");
    let script = format!("TMUX='{socket},1,0'; export TMUX; {script}");
    sandbox.sh(&script).stdout
}

fn heard(sandbox: &Sandbox) -> Vec<HookView> {
    let answer = sandbox.ask(&json!({"type": "list-hooks"}));
    answer.answer.hooks.unwrap()
}

#[test]
fn a_question_is_seen_at_once_and_an_answer_ends_it() {
    let sandbox = Sandbox::new();
    agent(&sandbox, "one");
    let id = sandbox.runner("one").id;
    for (event, status) in [
        ("UserPromptSubmit", "running"),
        ("PermissionRequest", "waiting"),
        ("PostToolUse", "running"),
        ("PermissionRequest", "waiting"),
        ("Stop", "idle"),
    ] {
        sandbox.geppetto(&["send", "one", event, "--force"]).ok();
        sandbox.wait_until(&format!("{event} to be heard"), || {
            let heard = heard(&sandbox);
            heard.iter().any(|hook| hook.event == event) && sandbox.runner("one").status == status
        });
        let hook = heard(&sandbox).into_iter().find(|hook| hook.event == event);
        let hook = hook.unwrap();
        assert_eq!(hook.runner_id.as_ref(), Some(&id));
        let delay = sandbox.runner("one").since_ms.saturating_sub(hook.at_ms);
        assert!(delay < 1000, "{event} took {delay} ms");
    }
    let doctor = sandbox.geppetto(&["doctor"]).stdout;
    assert!(
        doctor.contains("Hooks of claude-code have called:"),
        "{doctor}"
    );
}

#[test]
fn an_agent_never_learns_that_nobody_listens() {
    let sandbox = Sandbox::new();
    let told = "printf '{\"hook_event_name\":\"Stop\",\"session_id\":\"s\"}'";
    for hook in [
        "hook claude-code",
        "hook claude-code Stop",
        "hook what",
        "hook --newer x",
    ] {
        let script = format!("{told} | {PROGRAM} {hook} 2>&1; echo \"code $?\"");
        assert_eq!(in_tmux(&sandbox, &script), "code 0\n", "{hook}");
    }
    assert_eq!(sandbox.socket(), None, "no daemon was started");
    // A socket of a daemon that is gone, and one that nobody reads.
    sandbox.daemon();
    let socket = sandbox.socket().unwrap().with_extension("events");
    assert!(socket.exists());
    sandbox.crash_daemon();
    assert!(socket.exists());
    let script = format!("{told} | {PROGRAM} hook claude-code; echo \"code $?\"");
    assert_eq!(in_tmux(&sandbox, &script), "code 0\n");
    // The next one takes its place.
    sandbox.daemon();
    in_tmux(&sandbox, &script);
    sandbox.wait_until("the call to be heard", || !heard(&sandbox).is_empty());
    sandbox.geppetto(&["daemon", "stop"]).ok();
    assert!(!socket.exists());
}

#[test]
fn settings_of_an_agent_call_what_is_heard() {
    let sandbox = Sandbox::new();
    sandbox.daemon();
    sandbox.geppetto(&["integrate", "gemini"]).ok();
    let home = sandbox.path("home");
    let settings = fs::read_to_string(home.join(".gemini/settings.json")).unwrap();
    let settings: serde_json::Value = serde_json::from_str(&settings).unwrap();
    let command = &settings["hooks"]["AfterAgent"][0]["hooks"][0]["command"];
    let script = format!("printf '{{}}' | {}", command.as_str().unwrap());
    in_tmux(&sandbox, &script);
    sandbox.wait_until("the call to be heard", || {
        heard(&sandbox)
            .iter()
            .any(|hook| hook.event == "AfterAgent")
    });
    let listed = sandbox.geppetto(&["integrate"]).stdout;
    assert!(listed.contains("gemini       present"), "{listed}");
    sandbox.geppetto(&["integrate", "gemini", "--remove"]).ok();
    assert!(!home.join(".gemini/settings.json").exists());
}
