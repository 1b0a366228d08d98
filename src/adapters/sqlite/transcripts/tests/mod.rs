//! The store of transcripts by itself: what is appended comes back, in every condition of its file.

mod closing;
mod cuts;
mod damage;
mod full;
mod property;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::*;
use crate::domain::ids::{Epoch, Seq};
use crate::domain::log::{LogEntry, LogSource};
use crate::domain::transcript::{Chunk, Gap, GapReason, Record, RecordKind, Seed, Size};
use crate::ports::transcript::Recording;
use crate::testkit::transcript_contract::{self, chunk, output};

struct Store {
    dir: tempfile::TempDir,
    store: SqliteTranscripts,
}

const ROOMY: Retention = Retention {
    bytes_per_runner: u64::MAX / 2,
    age: Duration::from_secs(u64::MAX / 2000),
    total_on_disk: u64::MAX / 2,
};

fn options(directory: PathBuf) -> TranscriptOptions {
    TranscriptOptions {
        directory,
        retention: Arc::new(|| ROOMY),
        key: None,
        redact: None,
    }
}

impl Store {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteTranscripts::start(options(dir.path().join("transcripts"))).unwrap();
        Self { dir, store }
    }

    fn path(&self, runner: RunnerId) -> PathBuf {
        self.dir.path().join(format!("transcripts/{runner}.db"))
    }

    /// Another process in its place.
    fn reopen(self) -> Self {
        let Self { dir, store } = self;
        drop(store);
        let store = SqliteTranscripts::start(options(dir.path().join("transcripts"))).unwrap();
        Self { dir, store }
    }
}

/// Text that cannot be compressed much, so that sizes on disk are in proportion.
fn noise(len: u32, seed: u32) -> String {
    (0..len)
        .map(|n| char::from(33 + ((n ^ seed).wrapping_mul(2_654_435_761) >> 26) as u8))
        .collect()
}

fn runner() -> RunnerId {
    RunnerId::new(uuid::Uuid::now_v7())
}

async fn all(store: &dyn TranscriptReader, runner: RunnerId) -> Vec<Stored> {
    transcript_contract::all(store, runner).await
}

fn bytes_of(stored: &[Stored]) -> Vec<u8> {
    transcript_contract::bytes_of(stored)
}

/// Bytes in the one gap that there must be, which the disk made.
fn missing_for_disk(stored: &[Stored]) -> u64 {
    match gaps(stored)[..] {
        [
            Gap {
                bytes: Some(missing),
                reason: GapReason::Disk,
            },
        ] => missing,
        ref other => panic!("{other:?}"),
    }
}

fn gaps(stored: &[Stored]) -> Vec<Gap> {
    stored
        .iter()
        .filter_map(|stored| match stored {
            Stored::Record(Record {
                kind: RecordKind::Gap(gap),
                ..
            }) => Some(*gap),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn the_store_keeps_the_contract() {
    let Store { dir: _dir, store } = Store::new();
    transcript_contract::check(&store, &store, &store).await;
}

#[tokio::test]
async fn small_pieces_become_large_frames_and_everything_comes_back() {
    let store = Store::new();
    let (id, mut at, mut printed) = (runner(), Position::new(Epoch(1), Seq(0)), Vec::new());
    for number in 0..3000_u64 {
        let text = format!("line {number} {}\r\n", "x".repeat(60));
        store
            .store
            .append(id, output(at, number * 20, &text))
            .unwrap();
        at = at.after(text.len() as u64);
        printed.extend_from_slice(text.as_bytes());
        if number % 7 == 0 {
            store.store.flush(id, false).await.unwrap();
        }
    }
    let store = store.reopen();
    let stored = all(&store.store, id).await;
    assert_eq!(bytes_of(&stored), printed);
    let connection = Connection::open(store.path(id)).unwrap();
    let frames: u32 = connection
        .query_row("SELECT count(*) FROM frame", [], |row| row.get(0))
        .unwrap();
    // 230 kB in frames of 64 KiB, and the small ones of the end: 429 were written.
    assert!(frames < 130, "{frames} frames");
    let times = stored.iter().filter_map(|stored| match stored {
        Stored::Frame(frame) => Some(frame.chunks.iter().map(|chunk| chunk.time.0)),
        Stored::Record(_) => None,
    });
    let times: Vec<u64> = times.flatten().collect();
    assert_eq!(
        times,
        (0..3000).map(|number| number * 20).collect::<Vec<u64>>()
    );
    let place = store.store.place_at(id, Timestamp(20_000)).await.unwrap();
    assert_eq!(
        place.seq.0,
        (0..1000_u64)
            .map(|n| format!("line {n} ").len() as u64 + 62)
            .sum::<u64>()
    );
}

#[tokio::test]
async fn what_was_written_outlives_a_process_that_is_not_asked() {
    let store = Store::new();
    let id = runner();
    let start = Position::new(Epoch(1), Seq(0));
    store.store.append(id, output(start, 1, "kept")).unwrap();
    store.store.flush(id, false).await.unwrap();
    // As a process that is killed: its files as they are now, without any goodbye.
    let copy = tempfile::tempdir().unwrap();
    let target = copy.path().join("transcripts");
    fs::create_dir(&target).unwrap();
    for file in fs::read_dir(store.path(id).parent().unwrap()).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), target.join(file.file_name())).unwrap();
    }
    let after = SqliteTranscripts::start(options(target)).unwrap();
    assert_eq!(bytes_of(&all(&after, id).await), b"kept");
    after.append(id, output(start.after(4), 2, " on")).unwrap();
    assert_eq!(bytes_of(&all(&after, id).await), b"kept on");
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_a_new_one_begun() {
    for damage in [
        |_: Vec<u8>| Vec::new(),
        |whole: Vec<u8>| whole[..whole.len() / 2].to_vec(),
        |whole: Vec<u8>| vec![0; whole.len()],
        |whole: Vec<u8>| b"no database".repeat(whole.len() / 11),
    ] {
        let store = Store::new();
        let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
        for number in 0..200_u64 {
            let text = format!("{number}{}", "y".repeat(1000));
            store
                .store
                .append(id, output(start.after(number * 1004), number, &text))
                .ok();
        }
        let path = store.path(id);
        let Store { dir, store } = store;
        drop(store);
        let whole = fs::read(&path).unwrap();
        fs::write(&path, damage(whole)).unwrap();
        let store = SqliteTranscripts::start(options(dir.path().join("transcripts"))).unwrap();
        let mut told = store.recordings().unwrap();
        let at = start.after(1_000_000);
        store.append(id, output(at, 5, "after")).unwrap();
        let stored = all(&store, id).await;
        assert!(bytes_of(&stored).ends_with(b"after"));
        if fs::metadata(&path).unwrap().len() > 0 && told.try_recv().is_err() {
            // An empty file is a new database: nothing is left to be set aside.
            assert_eq!(bytes_of(&stored), b"after");
            continue;
        }
        assert_eq!(gaps(&stored)[0].reason, GapReason::Damaged);
        let name = format!("{id}.db.damaged-1");
        assert!(path.with_file_name(name).exists());
        store.forget(id).await.unwrap();
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_pauses_is_counted_and_goes_on() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    // Something else is in the place of the directory.
    let directory = store.path(id).parent().unwrap().to_owned();
    fs::write(&directory, "in the way").unwrap();
    let mut told = store.store.recordings().unwrap();
    let large = "z".repeat(100_000);
    for number in 0..30_u64 {
        store
            .store
            .append(id, output(start.after(number * 100_000), number, &large))
            .unwrap();
    }
    let event = told.recv().await.unwrap();
    let Recording::Paused { reason } = event.state else {
        panic!("{event:?}");
    };
    assert!(reason.contains(&id.to_string()), "{reason}");
    assert!(store.store.flush(id, false).await.is_err());
    fs::remove_file(&directory).unwrap();
    // It is tried again by itself.
    assert_eq!(told.recv().await.unwrap().state, Recording::On);
    store
        .store
        .append(id, output(start.after(3_000_000), 99, "after"))
        .unwrap();
    let stored = all(&store.store, id).await;
    let kept = bytes_of(&stored).len() as u64 - 5;
    let missing = missing_for_disk(&stored);
    assert_eq!(kept + missing, 3_000_000);
    assert!(kept >= 1_000_000, "{kept} bytes were held");
    assert_eq!(
        store.store.extent(id).await.unwrap().end,
        start.after(3_000_005)
    );
}

#[tokio::test]
async fn a_limit_drops_the_oldest_from_a_screen_on() {
    let dir = tempfile::tempdir().unwrap();
    let limited = TranscriptOptions {
        retention: Arc::new(|| Retention {
            bytes_per_runner: 1_000_000,
            ..ROOMY
        }),
        ..options(dir.path().to_owned())
    };
    let store = SqliteTranscripts::start(limited).unwrap();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    for number in 0..300_u64 {
        let at = start.after(number * 10_000);
        store
            .append(id, output(at, number, &"w".repeat(10_000)))
            .unwrap();
        if number % 10 == 9 {
            store
                .append(id, Piece::Keyframe(keyframe(at.after(10_000), number)))
                .unwrap();
        }
    }
    let extent = store.extent(id).await.unwrap();
    assert_eq!(extent.end, start.after(3_000_000));
    assert!(extent.bytes <= 1_200_000, "{extent:?}");
    assert_eq!(extent.first.seq.0 % 100_000, 0, "at a screen");
    let screen = store.keyframe(id, extent.first).await.unwrap().unwrap();
    assert_eq!(screen.at, extent.first);
    assert_eq!(bytes_of(&all(&store, id).await).len() as u64, extent.bytes);
}

fn keyframe(at: Position, time: u64) -> Keyframe {
    Keyframe {
        at,
        time: Timestamp(time),
        size: Size { cols: 80, rows: 24 },
        dump: format!("screen at {at}").into(),
    }
}

#[tokio::test]
async fn age_and_total_size_are_pruned_and_a_dry_run_only_tells() {
    let store = Store::new();
    let start = Position::new(Epoch(1), Seq(0));
    let (old, new) = (runner(), runner());
    let noise: String = (0..60_000_u32)
        .map(|n| char::from(33 + (n.wrapping_mul(2_654_435_761) >> 25) as u8))
        .collect();
    for (id, time) in [(old, 1_000), (new, 100_000)] {
        store.store.append(id, output(start, time, &noise)).unwrap();
        store.store.flush(id, false).await.unwrap();
    }
    let aged = Retention {
        age: Duration::from_secs(50),
        ..ROOMY
    };
    let now = Timestamp(120_000);
    let len = noise.len() as u64;
    for dry_run in [true, false] {
        let pruned = store.store.prune(aged, now, dry_run).await.unwrap();
        assert_eq!(pruned.len(), 1);
        assert_eq!((pruned[0].runner, pruned[0].bytes), (old, len));
    }
    assert_eq!(bytes_of(&all(&store.store, old).await), b"");
    // Positions do not begin anew.
    assert_eq!(store.store.extent(old).await.unwrap().end, start.after(len));
    assert_eq!(
        gaps(&all(&store.store, old).await)[0].reason,
        GapReason::Pruned
    );
    assert_eq!(bytes_of(&all(&store.store, new).await), noise.as_bytes());
    let small = Retention {
        total_on_disk: 0,
        ..ROOMY
    };
    let pruned = store.store.prune(small, now, false).await.unwrap();
    assert_eq!(
        pruned
            .iter()
            .map(|pruned| pruned.runner)
            .collect::<Vec<_>>(),
        [new]
    );
}

#[tokio::test]
async fn with_a_key_nothing_readable_is_on_disk_and_without_it_nothing_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let key_file = dir.path().join("key");
    fs::write(&key_file, [9; 32]).unwrap();
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
    let directory = dir.path().join("transcripts");
    let sealed = || TranscriptOptions {
        key: Some(Key::load(&key_file).unwrap()),
        ..options(directory.clone())
    };
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let store = SqliteTranscripts::start(sealed()).unwrap();
    store
        .append(
            id,
            record(
                start,
                RecordKind::Marker {
                    text: "my mark".to_owned(),
                },
            ),
        )
        .unwrap();
    store.append(id, output(start, 1, "top secret")).unwrap();
    store.flush(id, true).await.unwrap();
    drop(store);
    for file in fs::read_dir(&directory).unwrap() {
        let content = fs::read(file.unwrap().path()).unwrap();
        for word in [&b"top secret"[..], b"my mark"] {
            assert!(memchr::memmem::find(&content, word).is_none());
        }
    }
    let store = SqliteTranscripts::start(sealed()).unwrap();
    assert_eq!(bytes_of(&all(&store, id).await), b"top secret");
    drop(store);
    let store = SqliteTranscripts::start(options(directory)).unwrap();
    let error = store.read(id, Cursor::default(), 100).await.unwrap_err();
    assert!(matches!(error, TranscriptError::Sealed { .. }), "{error}");
}

fn record(at: Position, kind: RecordKind) -> Piece {
    Piece::Record(Record {
        at,
        time: Timestamp(1),
        kind,
    })
}

#[tokio::test]
async fn secrets_are_starred_out_before_they_are_written_when_that_is_wished() {
    let dir = tempfile::tempdir().unwrap();
    let redacting = TranscriptOptions {
        redact: Some(Arc::new(|bytes: &mut [u8]| {
            while let Some(at) = memchr::memmem::find(bytes, b"hunter2") {
                bytes[at..at + 7].fill(b'*');
            }
        })),
        ..options(dir.path().to_owned())
    };
    let store = SqliteTranscripts::start(redacting).unwrap();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let line = LogEntry {
        place: start.after(16),
        at: Timestamp(1),
        source: LogSource::Pane,
        text: "pass hunter2".into(),
    };
    store
        .append(
            id,
            Piece::Output {
                chunk: chunk(start, 1, "pass hunter2 ok\n"),
                lines: Some(Arc::new([line])),
            },
        )
        .unwrap();
    let seed = Seed {
        size: Size::default(),
        bytes: "hunter2".into(),
        lines: vec!["hunter2".into()],
    };
    store
        .append(id, record(start.after(16), RecordKind::Seed(seed)))
        .unwrap();
    let stored = all(&store, id).await;
    assert_eq!(bytes_of(&stored), b"pass ******* ok\n");
    assert!(!format!("{stored:?}").contains("hunter2"), "{stored:?}");
}

#[tokio::test]
async fn a_frame_that_does_not_fit_its_sum_is_a_gap() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    store.store.append(id, output(start, 1, "one")).unwrap();
    store
        .store
        .append(
            id,
            record(
                start.after(3),
                RecordKind::Note {
                    text: "x".to_owned(),
                },
            ),
        )
        .unwrap();
    store
        .store
        .append(id, output(start.after(3), 1, "two"))
        .unwrap();
    let store = store.reopen();
    Connection::open(store.path(id))
        .unwrap()
        .execute("UPDATE frame SET crc = crc + 1 WHERE first = 0", [])
        .unwrap();
    let stored = all(&store.store, id).await;
    assert_eq!(bytes_of(&stored), b"two");
    assert_eq!(
        gaps(&stored),
        [Gap {
            bytes: Some(3),
            reason: GapReason::Damaged
        }]
    );
}

#[tokio::test]
async fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let store = Store::new();
    let id = runner();
    store
        .store
        .append(id, output(Position::new(Epoch(1), Seq(0)), 1, "x"))
        .unwrap();
    store.store.flush(id, false).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.path(id).parent().unwrap()), 0o700);
    for file in fs::read_dir(store.path(id).parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// The database of every schema that was ever released, as it was written then.
#[tokio::test]
async fn transcripts_of_older_schemas_are_read() {
    let store = Store::new();
    let id = runner();
    let path = store.path(id);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let fixture = include_str!("../../../../../tests/fixtures/store/transcript-1.sql");
    Connection::open(&path)
        .unwrap()
        .execute_batch(fixture)
        .unwrap();
    let stored = all(&store.store, id).await;
    assert_eq!(bytes_of(&stored), b"hello\r\nworld\r\n");
    assert!(
        matches!(&stored[0], Stored::Record(Record { kind: RecordKind::Resize(size), .. }) if size.cols == 100)
    );
    let end = Position::new(Epoch(1), Seq(14));
    store.store.append(id, output(end, 9, "more")).unwrap();
    assert_eq!(
        bytes_of(&all(&store.store, id).await),
        b"hello\r\nworld\r\nmore"
    );
}

#[tokio::test]
async fn every_question_is_answered_by_an_index() {
    let store = Store::new();
    let id = runner();
    let start = Position::new(Epoch(1), Seq(0));
    store.store.append(id, output(start, 1, "x")).unwrap();
    store.store.flush(id, false).await.unwrap();
    let plans = query_plans(&store.path(id)).unwrap();
    assert!(plans.len() > 15);
    for (question, plan) in plans {
        // What is at an edge is the first step of a walk along an index.
        let is_edge = question.ends_with("LIMIT 1") && plan.contains("USING INDEX");
        let is_search = plan.starts_with("SEARCH") && !plan.contains("; ");
        assert!(is_search || is_edge, "{question}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{question}: {plan}");
        let for_place = question.starts_with("SELECT id,");
        assert!(
            !for_place || plan.contains("COVERING"),
            "{question}: {plan}"
        );
    }
}

#[tokio::test]
async fn a_durable_flush_is_answered_only_when_it_is_durable() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    store.store.append(id, output(start, 1, "one")).unwrap();
    store.store.flush(id, true).await.unwrap();
    // Someone reads an older state, so that not all of the log can be moved into the file.
    let path = store.path(id);
    let mut other = Connection::open(&path).unwrap();
    let reading = other.transaction().unwrap();
    let count = |connection: &Connection| -> u32 {
        connection
            .query_row("SELECT count(*) FROM frame", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(count(&reading), 1);
    store
        .store
        .append(id, output(start.after(3), 2, "two"))
        .unwrap();
    store.store.flush(id, true).await.unwrap();
    // And the log cannot be synced either.
    store
        .store
        .append(id, output(start.after(6), 3, "three"))
        .unwrap();
    store.store.flush(id, false).await.unwrap();
    let log = super::super::database::beside(&path, "-wal");
    let away = store.dir.path().join("away");
    fs::rename(&log, &away).unwrap();
    for _ in 0..2 {
        let error = store.store.flush(id, true).await.unwrap_err();
        assert!(matches!(error, TranscriptError::Io { .. }), "{error}");
    }
    fs::rename(&away, &log).unwrap();
    store.store.flush(id, true).await.unwrap();
}

#[tokio::test]
async fn a_writer_that_hangs_does_not_hold_up_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let (go, wait) = oneshot::channel::<()>();
    let wait = std::sync::RwLock::new(Some(wait));
    let hanging = TranscriptOptions {
        redact: Some(Arc::new(move |_: &mut [u8]| {
            let wait = wait.write().unwrap().take();
            let _closed = wait.map(oneshot::Receiver::blocking_recv);
        })),
        ..options(dir.path().to_owned())
    };
    let mut store = SqliteTranscripts::start(hanging).unwrap();
    store.end_within = Duration::from_millis(20);
    let id = runner();
    let start = Position::new(Epoch(1), Seq(0));
    store.append(id, output(start, 1, "x")).unwrap();
    drop(store);
    // It was left behind while it hung: it is still there to be let go.
    assert!(go.send(()).is_ok());
}
