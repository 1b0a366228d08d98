//! `geppetto hook`, for which an agent waits, beside a shell that reads the same message and throws it away: with a daemon that
//! listens, without one, and with one that reads nothing.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::world::World;
use crate::{median, row};

const TIMES: usize = 300;

/// What an agent may wait at most, in milliseconds.
const BAR: f64 = 10.0;

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
            ours.push(millis(world.called_in_pane(&hook), &message));
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
