//! Whatever is appended in whatever pieces, what is read is what was appended, from every place.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a daemon does to one transcript.
#[derive(Debug, Clone)]
enum Step {
    /// The pane prints so much, so long after the last.
    Print {
        len: usize,
        later: i64,
    },
    /// The same with lines that have to be kept.
    Draw {
        len: usize,
    },
    /// Output of before is sent again, with so much that is new.
    Again {
        back: usize,
        new: usize,
    },
    /// Output is missing, and that is said or not.
    Skip {
        len: u64,
        is_told: bool,
    },
    Resize(u16),
    Mark,
    Screen,
    /// The pane is respawned.
    Respawn,
    Flush,
    /// Another daemon goes on.
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let later = prop_oneof![3 => 1..50_i64, 1 => -50..0_i64];
    prop_oneof![
        8 => (1..400_usize, later).prop_map(|(len, later)| Step::Print { len, later: later * 20 }),
        1 => (60_000..150_000_usize).prop_map(|len| Step::Print { len, later: 20 }),
        3 => (1..400_usize).prop_map(|len| Step::Draw { len }),
        3 => (1..600_usize, 0..300_usize).prop_map(|(back, new)| Step::Again { back, new }),
        1 => (1..5000_u64, any::<bool>()).prop_map(|(len, is_told)| Step::Skip { len, is_told }),
        2 => (1..300_u16).prop_map(Step::Resize),
        2 => Just(Step::Mark),
        1 => Just(Step::Screen),
        1 => Just(Step::Respawn),
        3 => Just(Step::Flush),
        1 => Just(Step::Reopen),
    ]
}

/// What a transcript should hold, one byte or record after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Byte(u8),
    Record(RecordKind),
}

#[derive(Default)]
struct Model {
    items: Vec<(Position, Item)>,
    /// When each byte was printed.
    times: Vec<(Position, u64)>,
    lines: Vec<LogEntry>,
    screens: Vec<Position>,
    end: Position,
    now: u64,
    printed: u64,
}

impl Model {
    fn print(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(len);
        for _ in 0..len {
            // No part of it is like another.
            let byte = (self.printed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
            self.printed += 1;
            self.items.push((self.end, Item::Byte(byte)));
            self.times.push((self.end, self.now));
            self.end = self.end.after(1);
            bytes.push(byte);
        }
        bytes
    }

    fn known(&self, back: usize) -> (Position, Vec<u8>) {
        let mut bytes = Vec::new();
        let mut at = self.end;
        for (place, item) in self.items.iter().rev() {
            match item {
                Item::Byte(byte) if place.after(1) == at && bytes.len() < back => {
                    bytes.push(*byte);
                    at = *place;
                }
                Item::Byte(_) => break,
                Item::Record(_) => {}
            }
        }
        bytes.reverse();
        (at, bytes)
    }

    fn record(&mut self, kind: RecordKind) -> Piece {
        self.items.push((self.end, Item::Record(kind.clone())));
        Piece::Record(Record {
            at: self.end,
            time: Timestamp(self.now),
            kind,
        })
    }

    fn output(&self, at: Position, bytes: Vec<u8>, lines: Option<LogEntry>) -> Piece {
        Piece::Output {
            chunk: Chunk {
                at,
                time: Timestamp(self.now),
                bytes: bytes.into(),
            },
            lines: lines.map(|line| Arc::from([line])),
        }
    }

    fn skip(&mut self, len: u64, is_told: bool) -> Vec<Piece> {
        let gap = |bytes, reason| RecordKind::Gap(Gap { bytes, reason });
        let mut pieces = Vec::new();
        if is_told {
            pieces.push(self.record(gap(Some(len), GapReason::Overrun)));
        } else if !self.items.is_empty() {
            // The store finds that out by itself, when it knows what should have come.
            self.record(gap(None, GapReason::Damaged));
        }
        self.end = self.end.after(len);
        let (at, bytes) = (self.end, self.print(1));
        pieces.push(self.output(at, bytes, None));
        pieces
    }

    /// What is appended in this step.
    fn step(&mut self, step: &Step) -> Vec<Piece> {
        let at = self.end;
        match *step {
            Step::Print { len, later } => {
                self.now = self.now.saturating_add_signed(later);
                let bytes = self.print(len);
                vec![self.output(at, bytes, None)]
            }
            Step::Draw { len } => {
                self.now += 20;
                let bytes = self.print(len);
                let line = LogEntry {
                    place: self.end,
                    at: Timestamp(self.now),
                    source: LogSource::Pane,
                    text: format!("line at {}", self.end).into(),
                };
                self.lines.push(line.clone());
                vec![self.output(at, bytes, Some(line))]
            }
            Step::Again { back, new } => {
                let (start, mut bytes) = self.known(back);
                bytes.extend(self.print(new));
                let again = self.output(start, bytes, None);
                if start.seq == self.end.seq {
                    Vec::new()
                } else {
                    vec![again]
                }
            }
            Step::Skip { len, is_told } => self.skip(len, is_told),
            Step::Resize(cols) => vec![self.record(RecordKind::Resize(Size { cols, rows: 1 }))],
            Step::Mark => {
                let text = format!("mark {}", self.items.len());
                vec![self.record(RecordKind::Marker { text })]
            }
            Step::Screen => {
                self.screens.push(at);
                vec![Piece::Keyframe(keyframe(at, self.now))]
            }
            Step::Respawn => {
                let ended = self.record(RecordKind::End {
                    code: None,
                    signal: Some(9),
                });
                self.end = Position::new(Epoch(self.end.epoch.0 + 1), Seq(0));
                vec![ended, self.record(RecordKind::Resize(Size::default()))]
            }
            Step::Flush | Step::Reopen => Vec::new(),
        }
    }
}

fn items(stored: &[Stored]) -> Vec<(Position, Item)> {
    let mut items = Vec::new();
    for stored in stored {
        match stored {
            Stored::Record(record) => items.push((record.at, Item::Record(record.kind.clone()))),
            Stored::Frame(frame) => {
                for chunk in &frame.chunks {
                    let bytes = chunk.bytes.iter().zip(0..);
                    items.extend(bytes.map(|(byte, n)| (chunk.at.after(n), Item::Byte(*byte))));
                }
            }
        }
    }
    items
}

/// The first difference, so that a failure can be read.
fn same(read: &[(Position, Item)], wanted: &[(Position, Item)], what: &str) {
    let pairs = read
        .iter()
        .zip(wanted)
        .position(|(one, other)| one != other);
    if let Some(at) = pairs {
        panic!(
            "{what}: item {at} is {:?} and should be {:?}",
            read[at], wanted[at]
        );
    }
    assert_eq!(read.len(), wanted.len(), "{what}: so many items");
}

async fn check(store: &SqliteTranscripts, id: RunnerId, model: &Model) {
    let whole = all(store, id).await;
    same(&items(&whole), &model.items, "all of it in small pages");
    let lines: Vec<LogEntry> = whole
        .iter()
        .filter_map(|stored| match stored {
            Stored::Frame(frame) => frame.lines.as_deref(),
            Stored::Record(_) => None,
        })
        .flatten()
        .cloned()
        .collect();
    assert_eq!(lines, model.lines);
    let extent = store.extent(id).await.unwrap();
    assert_eq!(extent.bytes, model.times.len() as u64);
    assert_eq!(
        extent.end,
        model
            .items
            .last()
            .map_or(Position::default(), |_| model.end)
    );
    let behind_all = Position::new(Epoch(u32::MAX), Seq(0));
    let back = store.read_back(id, behind_all, usize::MAX).await.unwrap();
    same(&items(&back), &model.items, "all of it backwards");
    from_every_place(store, id, model).await;
    at_every_time(store, id, model).await;
}

async fn from_every_place(store: &SqliteTranscripts, id: RunnerId, model: &Model) {
    // Around every record, and at steps that fall at no boundary in particular.
    let is_near = |n: usize| {
        let near = n.saturating_sub(1)..(n + 2).min(model.items.len());
        n.is_multiple_of(977)
            || model.items[near]
                .iter()
                .any(|(_, item)| matches!(item, Item::Record(_)))
    };
    let places = (0..model.items.len())
        .filter(|n| is_near(*n))
        .map(|n| model.items[n].0);
    for from in places {
        let page = store.read(id, Cursor::at(from), 1).await.unwrap();
        // A frame comes whole, so it may begin before the place; a record never does.
        let read = items(&page.stored).into_iter();
        let read: Vec<_> = read.skip_while(|(at, _)| *at < from).collect();
        assert!(!read.is_empty(), "nothing from {from} on");
        let first = model.items.partition_point(|(at, _)| *at < from);
        let wanted = model.items[first..].iter().take(read.len());
        let wanted: Vec<_> = wanted.cloned().collect();
        same(&read, &wanted, &format!("from {from}"));
        let screen = store
            .keyframe(id, from)
            .await
            .unwrap()
            .map(|screen| screen.at);
        let known = model
            .screens
            .iter()
            .filter(|at| **at <= from && at.epoch == from.epoch);
        assert_eq!(screen, known.max().copied(), "the screen at {from}");
    }
}

async fn at_every_time(store: &SqliteTranscripts, id: RunnerId, model: &Model) {
    let mut times: Vec<u64> = model.times.iter().map(|(_, time)| *time).collect();
    times.sort_unstable();
    times.dedup();
    for time in times.into_iter().flat_map(|time| [time, time + 1]) {
        let wanted = model.times.iter().find(|(_, printed)| *printed >= time);
        let found = store.place_at(id, Timestamp(time)).await.unwrap();
        assert_eq!(
            found,
            wanted.map_or(model.end, |(at, _)| *at),
            "printed at {time} or later"
        );
    }
}

async fn run(steps: &[Step]) {
    let mut store = Store::new();
    let id = runner();
    let mut model = Model {
        end: Position::new(Epoch(1), Seq(0)),
        now: 1_000_000,
        ..Model::default()
    };
    for step in steps {
        for piece in model.step(step) {
            store.store.append(id, piece).unwrap();
        }
        match step {
            Step::Flush => store.store.flush(id, false).await.unwrap(),
            Step::Reopen => store = store.reopen(),
            _ => {}
        }
    }
    check(&store.store, id, &model).await;
    check(&store.reopen().store, id, &model).await;
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_is_what_was_appended(steps in vec(step(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run(&steps));
    }
}
