//! What every store of transcripts must do, run against the one in memory and the one in databases.

use std::sync::Arc;

use crate::domain::ids::{Epoch, RunnerId, Seq};
use crate::domain::log::{LogEntry, LogSource};
use crate::domain::time::Timestamp;
use crate::domain::transcript::{
    Chunk, Keyframe, Piece, Position, Record, RecordKind, Seed, Size, Stored,
};
use crate::ports::transcript::{Cursor, TranscriptKeeper, TranscriptReader, TranscriptWriter};

/// Output at a place.
pub(crate) fn chunk(at: Position, time: u64, text: &str) -> Chunk {
    Chunk {
        at,
        time: Timestamp(time),
        bytes: text.as_bytes().to_vec().into(),
    }
}

/// The same as a piece whose lines are derivable.
pub(crate) fn output(at: Position, time: u64, text: &str) -> Piece {
    Piece::Output {
        chunk: chunk(at, time, text),
        lines: None,
    }
}

/// Everything of a transcript, read in small pages.
pub(crate) async fn all(reader: &dyn TranscriptReader, runner: RunnerId) -> Vec<Stored> {
    let (mut cursor, mut stored) = (Cursor::default(), Vec::new());
    loop {
        let page = reader.read(runner, cursor, 1).await.unwrap();
        if page.stored.is_empty() {
            return stored;
        }
        assert!(page.next > cursor, "{:?} after {cursor:?}", page.next);
        cursor = page.next;
        stored.extend(page.stored);
    }
}

/// The output in what was stored.
pub(crate) fn bytes_of(stored: &[Stored]) -> Vec<u8> {
    stored
        .iter()
        .filter_map(|stored| match stored {
            Stored::Frame(frame) => {
                Some(frame.chunks.iter().flat_map(|chunk| chunk.bytes.to_vec()))
            }
            Stored::Record(_) => None,
        })
        .flatten()
        .collect()
}

/// Frames as text and records as their kind, in order.
fn shown(stored: &[Stored]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for stored in stored {
        match stored {
            // How output is cut into frames is the store's business.
            Stored::Frame(_) => {
                let text = String::from_utf8(bytes_of(std::slice::from_ref(stored))).unwrap();
                match all.last_mut().filter(|last| !last.starts_with('[')) {
                    Some(last) => last.push_str(&text),
                    None => all.push(text),
                }
            }
            Stored::Record(record) => all.push(format!("[{:?}]", record.kind)),
        }
    }
    all
}

fn place(epoch: u32, seq: u64) -> Position {
    Position::new(Epoch(epoch), Seq(seq))
}

/// Checks an empty store.
#[expect(
    clippy::too_many_lines,
    reason = "one store after the other state, in order"
)]
pub(crate) async fn check(
    writer: &dyn TranscriptWriter,
    reader: &dyn TranscriptReader,
    keeper: &dyn TranscriptKeeper,
) {
    let (one, other) = (runner(), runner());
    assert_eq!(reader.extent(one).await.unwrap().end, Position::default());
    assert!(all(reader, one).await.is_empty());
    assert!(
        reader
            .read_back(one, place(9, 9), 100)
            .await
            .unwrap()
            .is_empty()
    );

    let mark = |at, text: &str| {
        Piece::Record(Record {
            at,
            time: Timestamp(5),
            kind: RecordKind::Marker {
                text: text.to_owned(),
            },
        })
    };
    let line = LogEntry {
        place: place(1, 10),
        at: Timestamp(20),
        source: LogSource::Pane,
        text: "drawn".into(),
    };
    let seed = Seed {
        size: Size {
            cols: 100,
            rows: 30,
        },
        bytes: "seed".into(),
        lines: vec!["known".into()],
    };
    let pieces = [
        Piece::Record(Record {
            at: place(1, 0),
            time: Timestamp(1),
            kind: RecordKind::Seed(seed.clone()),
        }),
        output(place(1, 0), 10, "hello"),
        mark(place(1, 5), "a"),
        mark(place(1, 5), "b"),
        Piece::Output {
            chunk: chunk(place(1, 5), 20, "drawn"),
            lines: Some(Arc::new([line.clone()])),
        },
        Piece::Keyframe(Keyframe {
            at: place(1, 10),
            time: Timestamp(20),
            size: Size { cols: 80, rows: 24 },
            dump: "screen".into(),
        }),
        output(place(1, 10), 30, "!"),
        output(place(2, 0), 15, "second run, the clock was set back"),
    ];
    for piece in pieces.clone() {
        writer.append(one, piece).unwrap();
    }
    let stored = all(reader, one).await;
    let wanted = [
        format!("[{:?}]", RecordKind::Seed(seed)),
        "hello".to_owned(),
        "[Marker { text: \"a\" }]".to_owned(),
        "[Marker { text: \"b\" }]".to_owned(),
        "drawn!second run, the clock was set back".to_owned(),
    ];
    assert_eq!(shown(&stored), wanted);
    let lines: Vec<&LogEntry> = stored
        .iter()
        .filter_map(|stored| match stored {
            Stored::Frame(frame) => frame.lines.as_deref(),
            Stored::Record(_) => None,
        })
        .flatten()
        .collect();
    assert_eq!(lines, [&line]);

    // What is there already changes nothing; only the new part of a chunk is taken.
    writer.append(one, output(place(1, 3), 99, "lo")).unwrap();
    writer
        .append(one, output(place(2, 29), 40, " back to 1970"))
        .unwrap();
    let bytes = bytes_of(&all(reader, one).await);
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.ends_with("the clock was set back to 1970"), "{text}");

    let extent = reader.extent(one).await.unwrap();
    assert_eq!((extent.first, extent.end), (place(1, 0), place(2, 42)));
    assert_eq!(reader.extent(other).await.unwrap().end, Position::default());
    assert_eq!(keeper.runners().await.unwrap(), [one]);

    let back = reader.read_back(one, place(2, 1), 1).await.unwrap();
    assert!(bytes_of(&back).starts_with(b"second run"), "{back:?}");
    let back = reader.read_back(one, place(1, 6), 1).await.unwrap();
    assert_eq!(bytes_of(&back), b"drawn");
    let whole = reader.read_back(one, place(9, 0), 1 << 20).await.unwrap();
    assert_eq!(shown(&whole).len(), wanted.len());

    let screen = |at| async move {
        reader
            .keyframe(one, at)
            .await
            .unwrap()
            .map(|screen| screen.dump)
    };
    assert_eq!(screen(place(1, 9)).await.as_deref(), Some("seed"));
    assert_eq!(screen(place(1, 11)).await.as_deref(), Some("screen"));
    assert_eq!(screen(place(2, 0)).await, None, "of another run");
    assert_eq!(
        reader.place_at(one, Timestamp(15)).await.unwrap(),
        place(1, 5)
    );
    assert_eq!(
        reader.place_at(one, Timestamp(99)).await.unwrap(),
        place(2, 42)
    );

    // A clock that goes back within output that is kept together hides nothing.
    for (seq, time) in [(0, 100), (1, 200), (2, 50), (3, 150)] {
        writer
            .append(other, output(place(1, seq), time, "x"))
            .unwrap();
    }
    for (time, seq) in [(0, 0), (100, 0), (101, 1), (200, 1), (201, 4)] {
        let found = reader.place_at(other, Timestamp(time)).await.unwrap();
        assert_eq!(found, place(1, seq), "printed at {time} or later");
    }

    keeper.forget(one).await.unwrap();
    keeper.forget(other).await.unwrap();
    assert_eq!(reader.extent(one).await.unwrap().end, Position::default());
    assert!(keeper.runners().await.unwrap().is_empty());
}

fn runner() -> RunnerId {
    RunnerId::new(uuid::Uuid::now_v7())
}
