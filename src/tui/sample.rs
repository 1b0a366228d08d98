//! For tests: runners and a screen that are the same every time.

use super::app::App;
use super::message::Message;
use super::update::update;
use super::why::{Piece, Told};
use crate::wire::{
    Event, PaneRunnerView, PaneView, RunnerView, ScreenView, SessionView, StatsView, StatusView,
    UsageView, WindowView,
};

/// The time in tests.
pub(crate) const NOW: u64 = 1_764_000_000_000;

/// A runner with its name as its id, for so many milliseconds in its status.
pub(crate) fn runner(name: &str, status: &str, age_ms: u64) -> RunnerView {
    RunnerView {
        id: name.to_owned(),
        name: name.to_owned(),
        kind: "claude-code".to_owned(),
        status: status.to_owned(),
        cause: None,
        confidence: None,
        evidence: None,
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
        spending: None,
        prompt: None,
        conversation_id: None,
        resumed_conversation_id: None,
    }
}

/// What is measured of a runner.
pub(crate) fn stats(runner: &str, cpu_permille: u32, last_line: &str) -> StatsView {
    StatsView {
        runner_id: runner.to_owned(),
        usage: Some(UsageView {
            cpu_permille: Some(cpu_permille),
            memory_bytes: u64::from(cpu_permille) << 20,
            processes: 2,
        }),
        lines_per_second: u64::from(cpu_permille / 100),
        output_bytes: 123_456,
        last_line: Some(last_line.to_owned()),
        ..StatsView::default()
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

/// Why a runner waits, as it is told, with a hostile detail and a note that is longer than a row.
pub(crate) fn told() -> Box<Told> {
    let piece = |cells: [&str; 7], counts| Piece {
        cells: cells.map(str::to_owned),
        counts,
    };
    let since = "2025-11-24 16:00:00";
    Box::new(Told {
        sentences: [
            "waiting since 2025-11-24 16:00:00: It asks for approval (screen: approval).",
            "cause: approval, 90 % sure",
            "otherwise: running (working; hook, 97 %)",
            "claude-code is process 42: its program is named \u{1b}[31mclaude\u{202e}, and it has the terminal of the pane.",
        ]
        .map(str::to_owned)
        .into(),
        head: ["SOURCE", "SAYS", "WHY", "%", "SINCE", "SEEN", "COUNTS"],
        evidence: vec![
            piece(
                ["screen", "waiting", "approval", "90", since, "approval", "yes"],
                true,
            ),
            piece(
                [
                    "hook",
                    "running",
                    "working",
                    "97",
                    "2025-11-24 15:59:50",
                    "UserPromptSubmit \u{1b}[2J\u{202e}修理",
                    "The screen says something else since then.",
                ],
                false,
            ),
            piece(
                ["title", "idle", "ready", "50", since, "✳", "It has to hold a little longer first."],
                false,
            ),
        ],
    })
}

fn pane(id: u32, index: u32, command: &str) -> PaneView {
    PaneView {
        id: format!("%{id}"),
        index,
        active: index == 0,
        dead: false,
        command: command.to_owned(),
        title: Some("host".to_owned()),
        cwd: Some("/src/shop".to_owned()),
        pid: 100,
        runner: None,
    }
}

fn window(id: u32, index: u32, name: &str, panes: Vec<PaneView>) -> WindowView {
    WindowView {
        id: format!("@{id}"),
        index,
        name: name.to_owned(),
        active: index == 0,
        panes,
    }
}

fn session(id: u32, name: &str, windows: Vec<WindowView>) -> SessionView {
    SessionView {
        id: format!("${id}"),
        name: name.to_owned(),
        key: None,
        windows: 1,
        clients: 0,
        registered: false,
        runners: 0,
        window_list: Some(windows),
    }
}

/// Sessions of each sort: one that is watched, one that is not and has a hostile name, and one that shows a window of
/// the first, too.
pub(crate) fn sessions() -> Vec<SessionView> {
    let mut asks = pane(0, 0, "claude");
    asks.runner = Some(PaneRunnerView {
        id: "asks".to_owned(),
        name: "asks".to_owned(),
        status: "waiting".to_owned(),
    });
    let mut dead = pane(2, 0, "make");
    dead.dead = true;
    dead.cwd = None;
    let shared = window(2, 3, "build", vec![dead]);
    let edit = window(0, 0, "edit", vec![asks, pane(1, 1, "vim")]);
    let mut work = session(0, "work", vec![edit, shared.clone()]);
    work.registered = true;
    work.runners = 1;
    work.clients = 2;
    work.key = Some("coda::shop::primary".to_owned());
    let mut hostile = pane(7, 0, "sh");
    hostile.title = Some("t\u{7}itle \u{202e}evil 修理".to_owned());
    let name = "#(touch x)\u{1b}[31m";
    let evil = window(5, 0, name, vec![hostile]);
    vec![
        work,
        session(3, name, vec![evil]),
        session(4, "other", vec![shared]),
    ]
}

/// A dashboard that knows nothing yet.
pub(crate) fn empty() -> App {
    App::new((80, 24), NOW)
}

/// A dashboard with a runner of each sort, the names of some of them hostile.
pub(crate) fn full() -> App {
    let mut app = empty();
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
    let stats = vec![
        stats("asks", 3, "Do you want to go on?"),
        stats(
            "checkout",
            340,
            "\u{1b}[31mTests: 修 passed, all of them, in a line that is longer than any row",
        ),
    ];
    update(&mut app, Message::Change(Event::Stats { stats }), NOW);
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
