//! `geppetto hook`, for which an agent waits, beside a shell that reads the same message and throws it away: with a daemon that
//! listens and without one. And how soon a subscriber sees that an agent asks, from the moment in which it calls its hook.

use std::io::{BufRead, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::light::subscribe;
use crate::world::World;
use crate::{median, row};

const TIMES: usize = 300;

/// What an agent may wait at most, in milliseconds.
const BAR: f64 = 10.0;

/// How often an agent asks.
const ASKED: usize = 50;

pub(crate) fn run() {
    let world = World::new();
    let message = format!(
        r#"{{"session_id":"s","hook_event_name":"PostToolUse","tool_response":{{"stdout":"{}"}}}}"#,
        "line\\n".repeat(2000)
    );
    let mut rows = Vec::new();
    for (what, listens) in [("no daemon", false), ("a daemon", true)] {
        if listens {
            world.geppetto(&["daemon", "start"]);
        }
        let (mut ours, mut shell) = (Vec::new(), Vec::new());
        for _ in 0..TIMES {
            let mut cat = Command::new("sh");
            cat.args(["-c", "cat >/dev/null"]);
            shell.push(millis(cat, &message));
            let hook = ["hook", "claude-code", "PostToolUse"];
            ours.push(millis(world.called_in_pane("%0", &hook), &message));
        }
        rows.push((what, ours, shell));
    }
    for (what, mut ours, mut shell) in rows {
        let (value, peer) = (median(&mut ours), median(&mut shell));
        let slowest = ours[ours.len() * 99 / 100];
        row(
            &format!("geppetto hook, {what}, median of {TIMES}"),
            &format!("{value:.2} ms"),
            &format!("{peer:.2} ms"),
            &format!("<= {BAR} ms (99 %: {slowest:.2})"),
        );
    }
    asks(&world);
}

/// From the call of `PermissionRequest` to the event that says `waiting`, after each prompt.
fn asks(world: &World) {
    let mut events = subscribe(world).lines();
    let new = ["new", "--name", "asks", "--kind", "claude-code", "--"];
    world.geppetto(&[&new[..], &["sleep", "1000"]].concat());
    let pane = world.runner("asks")["paneId"].clone();
    let mut told = |event: &str, status: &str| {
        let message = format!(r#"{{"session_id":"s","hook_event_name":"{event}"}}"#);
        let hook = ["hook", "claude-code", event];
        let start = Instant::now();
        let called = millis(
            world.called_in_pane(pane.as_str().unwrap(), &hook),
            &message,
        );
        let is_it = |line: std::io::Result<String>| {
            let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
            event["runner"]["status"] == status
        };
        assert!(events.any(is_it), "after {called} ms of {event}");
        start.elapsed().as_secs_f64() * 1000.0
    };
    let mut late = Vec::new();
    for _ in 0..ASKED {
        told("UserPromptSubmit", "running");
        late.push(told("PermissionRequest", "waiting"));
    }
    let middle = median(&mut late);
    let worst = late.last().copied().unwrap_or_default();
    row(
        &format!("call of the hook to `waiting`, worst of {ASKED}"),
        &format!("{worst:.2} ms (median {middle:.2})"),
        "-",
        "<= 200 ms",
    );
}

fn millis(mut command: Command, message: &str) -> f64 {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(message.as_bytes()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success(), "{command:?}");
    start.elapsed().as_secs_f64() * 1000.0
}
