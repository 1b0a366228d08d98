//! Transcripts: memory and disk read as one, followers that get each byte once, screens, marks, and what a new daemon makes of
//! what the old one kept.

use super::*;
use crate::domain::pane_screen::PaneScreen;
use crate::domain::transcript::{GapReason, Piece, Position, RecordKind, Size};

type Disk = Arc<MemoryTranscripts>;

async fn core_on(disk: &Disk) -> (Core, PaneId) {
    let core = Core::recording(
        FakeMux::new(),
        Arc::default(),
        disk.clone(),
        Settings::default(),
    );
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    (core, pane)
}

fn numbers(from: u32, to: u32) -> String {
    (from..to).map(|n| format!("line {n}\r\n")).collect()
}

async fn texts(core: &Core, query: LogQuery) -> Vec<String> {
    let entries = core.app.logs("one".to_owned(), query).await.unwrap();
    entries.iter().map(|entry| entry.text.to_string()).collect()
}

fn place(text: &str) -> Position {
    text.parse().unwrap()
}

/// A pane that shows these rows.
fn screen(rows: &[&str]) -> ProcessEvent {
    let rows = rows.iter().map(|row| row.as_bytes().to_vec().into());
    ProcessEvent::Screen {
        at: Timestamp(7),
        screen: Box::new(PaneScreen {
            size: Size { cols: 80, rows: 5 },
            rows: rows.collect(),
            region: (0, 4),
            modes: crate::domain::pane_screen::Modes {
                wrap: true,
                cursor_shows: true,
                ..Default::default()
            },
            cursor: crate::domain::pane_screen::Cursor { col: 0, row: 4 },
            ..PaneScreen::default()
        }),
    }
}

#[tokio::test]
async fn more_than_memory_has_comes_from_disk_without_a_seam() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    for from in (0..5000).step_by(100) {
        core.mux.print(pane, &numbers(from, from + 100)).await;
    }
    core.until_seq(5000).await;
    for limit in [10, 999, 1000, 1001, 4000] {
        let wanted: Vec<String> = (5000 - limit..5000).map(|n| format!("line {n}")).collect();
        assert_eq!(
            texts(&core, LogQuery::newest(limit)).await,
            wanted,
            "{limit}"
        );
    }
    let query = LogQuery {
        grep: Some(regex::Regex::new("line [0-9]*77$").unwrap()),
        ..LogQuery::newest(100)
    };
    assert_eq!(texts(&core, query).await.len(), 50);
    // Pages of what comes behind a place, as an export reads them.
    let (mut from, mut all) = (Position::default(), Vec::new());
    loop {
        let query = LogQuery {
            from: Some(from),
            ..LogQuery::newest(700)
        };
        let page = core.app.logs("one".to_owned(), query).await.unwrap();
        let Some(last) = page.last() else { break };
        from = last.place;
        all.extend(page.iter().map(|entry| entry.text.to_string()));
    }
    let wanted: Vec<String> = (0..5000).map(|n| format!("line {n}")).collect();
    assert_eq!(all, wanted);
}

/// Bytes and records of what a follower gives, as text.
async fn followed(follower: &mut TranscriptFollower, until: &str) -> String {
    let mut text = String::new();
    while !text.contains(until) {
        for piece in follower.next().await.unwrap().unwrap() {
            match piece {
                Piece::Output { chunk, .. } => text += std::str::from_utf8(&chunk.bytes).unwrap(),
                Piece::Record(record) => text += &format!("[{:?}]", record.kind),
                Piece::Keyframe(screen) => panic!("{screen:?}"),
            }
        }
    }
    text
}

#[tokio::test]
async fn a_follower_of_bytes_resumes_with_exactly_what_it_lacks() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux.print(pane, "hello ").await;
    core.mux.print(pane, "world\r\n").await;
    core.until_seq(1).await;
    let from = Some(place("1:3"));
    let mut follower = core
        .app
        .follow_transcript("one".to_owned(), from)
        .await
        .unwrap();
    core.mux.print(pane, "more\r\n").await;
    core.until_seq(2).await;
    core.app.mark("one".to_owned(), "here").await.unwrap();
    core.mux.print(pane, "end").await;
    assert_eq!(
        followed(&mut follower, "end").await,
        "lo world\r\nmore\r\n[Marker { text: \"here\" }]end"
    );
    // One that is far too slow gets the same, from disk.
    let mut slow = core
        .app
        .follow_transcript("one".to_owned(), None)
        .await
        .unwrap();
    for from in (0..20_000).step_by(10) {
        core.mux.print(pane, &numbers(from, from + 10)).await;
    }
    core.mux.print(pane, "over").await;
    assert_eq!(
        followed(&mut slow, "over").await,
        numbers(0, 20_000) + "over"
    );
}

#[tokio::test]
async fn pages_of_a_transcript_join_without_loss_or_repeat() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux.event(pane, screen(&["before"])).await;
    core.mux.print(pane, &numbers(0, 100)).await;
    core.app.mark("one".to_owned(), "middle").await.unwrap();
    core.mux.print(pane, &numbers(100, 200)).await;
    core.until_seq(202).await;
    let (mut from, mut bytes, mut records) = (None, Vec::new(), 0);
    loop {
        let page = core
            .app
            .read_transcript("one".to_owned(), from, Some(100))
            .await
            .unwrap();
        for piece in &page.pieces {
            match piece {
                Piece::Output { chunk, .. } => bytes.extend_from_slice(&chunk.bytes),
                Piece::Record(_) => records += 1,
                Piece::Keyframe(screen) => panic!("{screen:?}"),
            }
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    assert_eq!(String::from_utf8(bytes).unwrap(), numbers(0, 200));
    assert_eq!(records, 2);
}

#[tokio::test]
async fn what_the_pane_showed_before_is_the_beginning_of_the_log() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux
        .event(pane, screen(&["one before", "two before"]))
        .await;
    core.mux.print(pane, "after\r\n").await;
    core.until_seq(3).await;
    let wanted = ["one before", "two before", "after"];
    assert_eq!(texts(&core, LogQuery::newest(10)).await, wanted);
}

#[tokio::test]
async fn a_new_daemon_goes_on_where_the_old_one_was_and_recovers_what_tmux_has() {
    let (mux, store, disk) = (
        FakeMux::new(),
        Arc::<MemoryStore>::default(),
        Disk::default(),
    );
    let core = |disk: &Disk| {
        Core::recording(
            mux.clone(),
            store.clone(),
            disk.clone(),
            Settings::default(),
        )
    };
    let old = core(&disk);
    old.app.recover().await.unwrap();
    let now = old.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&old, &now).await;
    old.mux.event(pane, screen(&[])).await;
    old.mux.print(pane, &numbers(0, 3)).await;
    old.until_seq(3).await;
    drop(old);
    while mux.is_watched(pane).await {
        tokio::task::yield_now().await;
    }
    let new = core(&disk);
    new.app.recover().await.unwrap();
    let before = new.app.show("one".to_owned()).await.unwrap();
    assert_eq!(before.end, place(&format!("1:{}", numbers(0, 3).len())));
    mux.event(pane, screen(&["line 1", "line 2", "line 3", "line 4"]))
        .await;
    mux.print(pane, &numbers(5, 6)).await;
    new.until_seq(4).await;
    let got = texts(&new, LogQuery::newest(10)).await;
    assert_eq!(
        got,
        [
            "line 0",
            "line 1",
            "line 2",
            "Some output may be missing here: geppetto was away.",
            "line 3",
            "line 4",
            "line 5"
        ]
    );
    // What was not missed is not said to be missing.
    drop(new);
    while mux.is_watched(pane).await {
        tokio::task::yield_now().await;
    }
    let third = core(&disk);
    third.app.recover().await.unwrap();
    mux.event(pane, screen(&["line 3", "line 4", "line 5"]))
        .await;
    mux.print(pane, &numbers(6, 7)).await;
    third.until_seq(1).await;
    let now = texts(&third, LogQuery::newest(10)).await;
    assert_eq!(now, [got, vec!["line 6".to_owned()]].concat());
}

#[tokio::test]
async fn a_picture_that_never_comes_leaves_the_gap_marked() {
    let (mux, store, disk) = (
        FakeMux::new(),
        Arc::<MemoryStore>::default(),
        Disk::default(),
    );
    let core = || {
        Core::recording(
            mux.clone(),
            store.clone(),
            disk.clone(),
            Settings::default(),
        )
    };
    let old = core();
    old.app.recover().await.unwrap();
    let now = old.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&old, &now).await;
    old.mux.print(pane, "before\r\n").await;
    old.until_seq(1).await;
    drop(old);
    while mux.is_watched(pane).await {
        tokio::task::yield_now().await;
    }
    let new = core();
    new.app.recover().await.unwrap();
    mux.print(pane, "after\r\n").await;
    new.until_seq(2).await;
    assert_eq!(
        texts(&new, LogQuery::newest(10)).await,
        [
            "before",
            "Some output may be missing here: geppetto was away.",
            "after"
        ]
    );
}

#[tokio::test]
async fn a_screen_can_be_seen_as_it_was_and_after_the_end() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux.event(pane, screen(&[])).await;
    core.mux.print(pane, "\x1b[H\x1b[2Jfirst\r\n").await;
    core.mux.print(pane, "\x1b[H\x1b[2Jsecond").await;
    core.mux.print(pane, "\r\n").await;
    core.until_seq(1).await;
    // A turn behind the output: it has been taken in.
    core.app.mark("one".to_owned(), "now").await.unwrap();
    let first = "\x1b[H\x1b[2Jfirst\r\n".len();
    let then = ScreenAt::Place(place(&format!("1:{first}")));
    assert_eq!(top_row(&core, then).await, "first");
    assert_eq!(top_row(&core, ScreenAt::Last).await, "second");
    core.app
        .stop("one".to_owned(), StopMode::Forced, "Stopped by the user.")
        .await
        .unwrap();
    assert_eq!(top_row(&core, then).await, "first");
    assert_eq!(top_row(&core, ScreenAt::Last).await, "second");
}

async fn top_row(core: &Core, at: ScreenAt) -> String {
    let now = core.app.screen("one".to_owned(), at).await.unwrap();
    now.picture.rows.first().cloned().unwrap_or_default()
}

#[tokio::test]
async fn forgetting_removes_everything() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux.print(pane, "secret\r\n").await;
    core.until_seq(1).await;
    let id = core.app.forget("one".to_owned()).await.unwrap().runner.id;
    let extent = crate::ports::transcript::TranscriptReader::extent(&*disk, id)
        .await
        .unwrap();
    assert_eq!(extent.end, Position::default());
}

#[tokio::test]
async fn lost_output_is_a_gap_with_its_length() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux.print(pane, "a\r\n").await;
    core.mux
        .event(pane, ProcessEvent::Lost { bytes: Some(7) })
        .await;
    core.mux.print(pane, "b\r\n").await;
    core.until_seq(3).await;
    assert_eq!(
        texts(&core, LogQuery::newest(10)).await,
        [
            "a",
            "7 bytes of output are missing here: it came too fast.",
            "b"
        ]
    );
    let page = core
        .app
        .read_transcript("one".to_owned(), None, None)
        .await
        .unwrap();
    let gaps = page.pieces.iter().filter(|piece| {
        matches!(piece, Piece::Record(record) if matches!(record.kind,
            RecordKind::Gap(gap) if gap.bytes == Some(7) && gap.reason == GapReason::Overrun))
    });
    assert_eq!(gaps.count(), 1);
}

#[tokio::test]
async fn what_may_be_missing_is_told_unless_the_screen_shows_that_nothing_is() {
    let disk = Disk::default();
    let (core, pane) = core_on(&disk).await;
    core.mux.event(pane, screen(&[])).await;
    core.mux.print(pane, "\x1b[Ha\r\n").await;
    core.until_seq(1).await;
    let lost = || core.mux.event(pane, ProcessEvent::Lost { bytes: None });
    let shows = |rows: &[&str]| core.mux.event(pane, screen(rows));
    lost().await;
    shows(&["a"]).await;
    core.mux.print(pane, "b\r\n").await;
    core.until_seq(2).await;
    assert_eq!(texts(&core, LogQuery::newest(10)).await, ["a", "b"]);

    lost().await;
    shows(&["a", "b", "c"]).await;
    lost().await;
    core.mux.print(pane, "d\r\n").await;
    core.until_seq(6).await;
    let note = "Some output may be missing here: tmux dropped it.";
    assert_eq!(
        texts(&core, LogQuery::newest(10)).await,
        ["a", "b", note, "c", note, "d"]
    );
}
