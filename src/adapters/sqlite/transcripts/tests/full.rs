//! A disk that is full: the store by itself. SQLite refuses every page as it does when the system does.

use super::super::super::database::full_disk::FullDisk;
use super::super::super::limits::HELD_BYTES;
use super::super::file;
use super::super::insert::Shared;
use super::*;

/// Ten kilobytes that cannot be compressed much.
fn ten_kilobytes(number: u64) -> String {
    noise(10_000, u32::try_from(number).unwrap())
}

fn directory(store: &Store) -> PathBuf {
    store.dir.path().join("transcripts")
}

#[tokio::test]
async fn it_pauses_is_counted_and_goes_on() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let put = |number: u64| {
        let at = start.after(number * 10_000);
        let piece = output(at, number, &ten_kilobytes(number));
        store.store.append(id, piece).unwrap();
    };
    // About a tenth of it fits.
    let full = FullDisk::new(&directory(&store), 60);
    let mut told = store.store.recordings().unwrap();
    for number in 0..200 {
        put(number);
    }
    let event = told.recv().await.unwrap();
    let Recording::Paused { reason } = event.state else {
        panic!("{event:?}");
    };
    assert!(reason.contains("full"), "{reason}");
    // What was written is read meanwhile, and nothing else is touched.
    let before = bytes_of(&all(&store.store, id).await);
    let whole: String = (0..200).map(ten_kilobytes).collect();
    assert!(!before.is_empty() && whole.as_bytes().starts_with(&before));
    assert!(store.store.flush(id, true).await.is_err());
    drop(full);
    assert_eq!(told.recv().await.unwrap().state, Recording::On);
    put(200);
    let stored = all(&store.store, id).await;
    let after = ten_kilobytes(200);
    let kept = bytes_of(&stored);
    let missing = missing_for_disk(&stored);
    let known = kept.len() - after.len();
    assert_eq!(known as u64 + missing, 2_000_000);
    assert!(whole.as_bytes().starts_with(&kept[..known]));
    assert!(kept.ends_with(after.as_bytes()));
    let connection = Connection::open(store.path(id)).unwrap();
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
}

fn shared() -> Shared {
    Shared {
        sealer: Sealer::default(),
        redact: None,
    }
}

/// A kilobyte of output with lines, and behind it one of everything that is large.
fn much(at: Position, number: u64) -> [Piece; 4] {
    let (text, end) = (noise(1000, u32::try_from(number).unwrap()), at.after(1000));
    let line = LogEntry {
        place: end,
        at: Timestamp(1),
        source: LogSource::Pane,
        text: "l".repeat(100).into(),
    };
    let screen = Keyframe {
        dump: "s".repeat(20_000).into(),
        ..keyframe(end, number)
    };
    let seed = RecordKind::Seed(Seed {
        size: Size::default(),
        bytes: "seed".repeat(5000).into(),
        lines: vec!["seen".repeat(100).into(); 20],
    });
    let settled = RecordKind::Settled {
        lines: vec!["settled".repeat(100).into(); 20],
    };
    [
        Piece::Output {
            chunk: chunk(at, number, &text),
            lines: Some(vec![line; 50].into()),
        },
        record(end, seed),
        record(end, settled),
        Piece::Keyframe(screen),
    ]
}

#[tokio::test]
async fn what_is_held_meanwhile_is_bounded_whatever_it_is() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let full = FullDisk::new(&directory(&store), 20);
    let (shared, path) = (shared(), store.path(id));
    let mut file = file::File::new(id, path);
    let mut at = start;
    for number in 0..2000_u64 {
        let end = at.after(1000);
        for piece in much(at, number) {
            file.push(piece, &shared);
            let held = file.held();
            assert!(held <= HELD_BYTES, "{held} bytes after {number}");
        }
        at = end;
        if number % 20 == 0 {
            // Every try that fails leaves it as it is.
            file.commit(&shared);
            assert!(file.held() <= HELD_BYTES);
        }
    }
    assert!(file.is_in_trouble() && file.held() > HELD_BYTES * 9 / 10);
    file.push(
        record(
            at,
            RecordKind::End {
                code: Some(0),
                signal: None,
            },
        ),
        &shared,
    );
    drop(full);
    file.commit(&shared);
    assert!(file.is_idle() && !file.is_in_trouble());
    drop(file);
    let stored = all(&store.store, id).await;
    let missing = missing_for_disk(&stored);
    assert_eq!(bytes_of(&stored).len() as u64 + missing, 2_000_000);
    let screen = store.store.keyframe(id, at).await.unwrap().unwrap();
    assert_eq!(screen.at, at, "the newest picture outlives the flood");
}

/// More output than is held; where it ends.
fn flood(file: &mut file::File, start: Position) -> Position {
    let mut at = start;
    for number in 0..(3 * HELD_BYTES as u64 / 10_000) {
        file.push(output(at, number, &ten_kilobytes(number)), &shared());
        at = at.after(10_000);
    }
    assert!(file.is_in_trouble());
    at
}

/// A run that ends while nothing can be written is seen to have ended.
#[tokio::test]
async fn the_end_of_a_run_outlives_a_flood_that_does_not() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let full = FullDisk::new(&directory(&store), 20);
    let mut file = file::File::new(id, store.path(id));
    let shared = shared();
    let end = flood(&mut file, start);
    let ended = RecordKind::End {
        code: Some(3),
        signal: None,
    };
    file.push(record(end, ended.clone()), &shared);
    drop(full);
    file.commit(&shared);
    drop(file);
    let stored = all(&store.store, id).await;
    assert!(matches!(stored.last(), Some(Stored::Record(record)) if record.kind == ended));
    assert_eq!(store.store.extent(id).await.unwrap().end, end);
}

#[tokio::test]
async fn a_gap_is_told_once_also_when_the_file_was_closed_behind_it() {
    let store = Store::new();
    let (id, start) = (runner(), Position::new(Epoch(1), Seq(0)));
    let full = FullDisk::new(&directory(&store), 20);
    let mut file = file::File::new(id, store.path(id));
    let at = flood(&mut file, start);
    drop(full);
    file.commit(&shared());
    drop(file);
    store.store.append(id, output(at, 3, "on")).unwrap();
    let stored = all(&store.store, id).await;
    assert!(bytes_of(&stored).ends_with(b"on"));
    assert_eq!(gaps(&stored).len(), 1, "{:?}", gaps(&stored));
}
