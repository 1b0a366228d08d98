//! What a person sees at a glance: idle and running, the counts, the segment, and the streams of changes.

use geppetto::wire::Event;
use serde_json::json;

use crate::support::{Sandbox, Wire};

#[test]
fn silence_makes_idle_and_output_makes_running() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", "while read line; do echo said $line; done");
    sandbox
        .geppetto(&["register", "work", "--idle-after", "1s"])
        .ok();
    sandbox.wait_for_status("work", "idle");
    let mut life = sandbox.follow_life("work");
    sandbox.type_into(&pane, "hello");
    life.until("idle");
    assert_eq!(life.seen, ["idle", "running", "idle"]);
    assert!(sandbox.runner("work").last_output_at_ms.is_some());
}

#[test]
fn the_segment_counts() {
    let sandbox = Sandbox::new();
    let quiet = ["--idle-after", "1s"];
    sandbox.start_with("idle", &quiet, "read line");
    sandbox.start("paused", "exec sleep 1000");
    sandbox.geppetto(&["pause", "paused"]).ok();
    sandbox.start("failed", "exit 1");
    sandbox.start("completed", "exit 0");
    sandbox.start("active", "while :; do echo busy; sleep 0.2; done");
    sandbox.wait_for_status("idle", "idle");
    sandbox.wait_for_status("failed", "failed");
    sandbox.wait_for_status("completed", "completed");
    sandbox.wait_for_status("active", "running");

    let counts = sandbox.geppetto_json(&["status"]);
    let status = counts.get("status").unwrap_or(&counts);
    for word in ["active", "idle", "paused", "failed", "ended"] {
        assert_eq!(status[word], 1, "{word} in {counts}");
    }
    assert_eq!(status["waiting"], 0);
    let text = sandbox
        .geppetto(&["status", "--once", "--icons", "ascii"])
        .ok();
    assert_eq!(text.trim_end(), "*1 -1 =1 x1");
    let text = sandbox.geppetto(&["status", "--once"]).ok();
    assert_eq!(text.trim_end(), "●1 ○1 ‖1 ✕1");
}

#[test]
fn status_without_a_daemon_says_nothing_and_starts_none() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.geppetto(&["status", "--once"]).ok(), "");
    assert!(sandbox.socket().is_none());
}

#[test]
fn status_can_be_followed() {
    let sandbox = Sandbox::new();
    sandbox.daemon();
    let status = sandbox.geppetto_background(&["status", "--follow", "--icons", "ascii"]);
    let runner = sandbox.start("one", "while read line; do echo busy; done; exit 2");
    status.lines_until(|line| line == "*1");
    sandbox.tmux(&["send-keys", "-t", runner.pane_id.as_deref().unwrap(), "C-d"]);
    status.lines_until(|line| line == "x1");
    sandbox.geppetto(&["forget", "one"]).ok();
    status.lines_until(str::is_empty);
}

#[test]
fn tmux_can_show_the_segment() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "while :; do echo busy; sleep 0.2; done");
    sandbox.wait_until("the segment in tmux", || {
        let shown = sandbox.tmux(&[
            "display-message",
            "-p",
            "-t",
            "anchor:",
            "#{geppetto_status}",
        ]);
        shown == "●1"
    });
    sandbox.geppetto(&["stop", "one", "--force"]).ok();
    sandbox.wait_until("the segment to be gone", || {
        let shown = sandbox.tmux(&[
            "display-message",
            "-p",
            "-t",
            "anchor:",
            "#{geppetto_status}",
        ]);
        shown.is_empty()
    });
    let options = sandbox.tmux(&["show-options", "-g"]);
    assert!(
        !options.contains("geppetto"),
        "state never goes into global options: {options}"
    );
}

#[test]
fn a_subscriber_gets_everything_and_then_every_change() {
    let sandbox = Sandbox::new();
    sandbox.start("old", "read line");
    let mut wire = sandbox.wire();
    assert!(wire.ask(&json!({"type": "subscribe"})).success);
    let Event::Snapshot { runners, .. } = wire.event() else {
        panic!("a snapshot comes first");
    };
    assert_eq!(runners.len(), 1);

    sandbox.start("new", "exit 0");
    let is_end = |event: &Event| matches!(event, Event::Runner { runner } if runner.name == "new" && runner.status == "completed");
    let mut counted = listen(&mut wire, is_end);
    let id = sandbox.runner("new").id;
    sandbox.geppetto(&["forget", "new"]).ok();
    counted |= listen(
        &mut wire,
        |event| matches!(event, Event::RunnerRemoved { runner_id } if *runner_id == id),
    );
    // The counts are the latest ones, so they may come behind the change that they tell of.
    if !counted {
        listen(&mut wire, |event| matches!(event, Event::Status { .. }));
    }
}

/// Reads up to the event that is looked for; true when the counts came before it.
#[track_caller]
fn listen(wire: &mut Wire, is_it: impl Fn(&Event) -> bool) -> bool {
    let mut counted = false;
    loop {
        let event = wire.event();
        if is_it(&event) {
            return counted;
        }
        counted |= matches!(event, Event::Status { .. });
    }
}
