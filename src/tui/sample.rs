//! For tests: runners and a screen that are the same every time.

use super::app::{App, Message};
use super::update::update;
use crate::wire::{Event, RunnerView, ScreenView, StatusView};

/// The time in tests.
pub(crate) const NOW: u64 = 1_764_000_000_000;

/// A runner with its name as its id, for so many milliseconds in its status.
pub(crate) fn runner(name: &str, status: &str, age_ms: u64) -> RunnerView {
    RunnerView {
        id: name.to_owned(),
        name: name.to_owned(),
        kind: "claude-code".to_owned(),
        status: status.to_owned(),
        reason: "It printed.".to_owned(),
        since_ms: NOW - age_ms,
        origin: "started".to_owned(),
        run: 1,
        session_id: Some("$1".to_owned()),
        session_name: Some("work".to_owned()),
        window_id: None,
        pane_id: None,
        pid: None,
        key: None,
        command: Vec::new(),
        cwd: None,
        created_at_ms: NOW,
        started_at_ms: NOW,
        last_output_at_ms: None,
        exit: None,
        idle_after_ms: 30_000,
        max_duration_ms: None,
        output_dir: None,
        output_bytes: 0,
        lost_bytes: 0,
        divergences: 0,
        recording_paused: None,
        snoozed_until_ms: None,
        last_seq: 0,
        log_entries: 0,
    }
}

/// A screen with these rows.
pub(crate) fn screen(styled: &[&str]) -> Box<ScreenView> {
    Box::new(ScreenView {
        run: 1,
        seq: 0,
        at_ms: NOW,
        cols: 80,
        rows: 24,
        cursor: None,
        text: Vec::new(),
        styled: styled.iter().map(|&row| row.to_owned()).collect(),
    })
}

/// All runners at once, as the daemon tells them.
pub(crate) fn snapshot(runners: Vec<RunnerView>) -> Message {
    Message::Change(Event::Snapshot {
        runners,
        status: StatusView::default(),
    })
}

/// A dashboard with a runner of each sort, the names of some of them hostile.
pub(crate) fn full() -> App {
    let mut app = App::new(NOW);
    let mut keyed = runner("checkout", "idle", 125_000);
    keyed.key = Some("coda::checkout::primary".to_owned());
    let mut hostile = runner(
        "#(touch x)\u{1b}[31m\u{202e}evil 修理\u{1f600}",
        "running",
        3_000,
    );
    hostile.session_name = Some("\u{5e9}\u{5dc}\u{5d5}\u{5dd}".to_owned());
    let runners = vec![
        runner("done", "completed", 7_200_000),
        keyed,
        hostile,
        runner("broken", "failed", 60_000),
        runner("asks", "waiting", 9_000),
        runner("frozen", "paused", 90_000_000),
    ];
    update(&mut app, snapshot(runners), NOW);
    let rows = [
        "\u{1b}[0;1;31mDo you want to go on?\u{1b}[0m",
        "  1. yes \u{1b}[0;48;5;200mhere\u{1b}[0m",
        "修理 2. no",
    ];
    update(
        &mut app,
        Message::Screen {
            runner: "asks".to_owned(),
            screen: Ok(screen(&rows)),
        },
        NOW,
    );
    app
}
