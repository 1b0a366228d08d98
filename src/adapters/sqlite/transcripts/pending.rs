//! What waits to be written to one transcript. While it cannot be written it takes no more memory than it may, whatever comes: what
//! does not fit is counted and becomes a gap, and of the screens only the newest is held beside it.

use std::collections::VecDeque;

use super::super::limits::{HELD_BYTES, HELD_FOR_RECORDS};
use super::row::{OpenFrame, Row, record_size, screen_size};
use crate::domain::log::LogEntry;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{
    Chunk, Gap, GapReason, Keyframe, Position, Record, RecordKind, Seed,
};

/// What could not be held.
struct Lost {
    at: Position,
    time: Timestamp,
    /// Bytes of output.
    bytes: u64,
    /// The newest picture of the pane in it, from which output goes on.
    screen: Option<Keyframe>,
}

/// How much may wait.
#[derive(Debug, Default, PartialEq, Eq)]
enum Room {
    /// It is written soon.
    #[default]
    Enough,
    /// It cannot be written.
    Limited,
}

/// What waits.
#[derive(Default)]
pub(super) struct Pending {
    rows: VecDeque<Row>,
    /// Bytes of output in `rows`.
    output: usize,
    /// Bytes that `rows` take in memory, about.
    held: usize,
    room: Room,
    lost: Option<Lost>,
}

impl Pending {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.lost.is_none()
    }

    /// Bytes of output that wait.
    pub(super) const fn output(&self) -> usize {
        self.output
    }

    /// Bytes of memory that all of it takes, about; the one screen beside it does not count.
    pub(super) const fn held(&self) -> usize {
        self.held
    }

    pub(super) fn start(&self) -> Option<Position> {
        self.rows.front().map(Row::at)
    }

    pub(super) fn time(&self) -> Timestamp {
        let lost = self.lost.as_ref().map(|lost| lost.time);
        let first = self.rows.front().map(Row::time);
        first.or(lost).unwrap_or_default()
    }

    /// From now on only so much is held as may be while nothing can be written.
    pub(super) fn limit(&mut self) {
        self.room = Room::Limited;
    }

    /// All of it is written.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Everything to be written, in order, the gap for what was lost included. It stays here until [`Self::clear`].
    pub(super) fn rows(&mut self) -> impl Iterator<Item = &mut Row> {
        self.rows.iter_mut()
    }

    /// What is to be written behind [`Self::rows`]: the gap for what was lost, and the screen behind it.
    pub(super) fn gap(&self) -> Option<(Row, Option<Row>)> {
        let lost = self.lost.as_ref()?;
        let gap = Row::Record(Record {
            at: lost.at,
            time: lost.time,
            kind: RecordKind::Gap(Gap {
                // Only records were lost when it is nothing.
                bytes: (lost.bytes > 0).then_some(lost.bytes),
                reason: GapReason::Disk,
            }),
        });
        Some((gap, lost.screen.clone().map(Row::Keyframe)))
    }

    /// Puts a record before everything else.
    pub(super) fn push_front(&mut self, record: Record) {
        self.held += record_size(&record);
        self.rows.push_front(Row::Record(record));
    }

    pub(super) fn push_record(&mut self, record: Record) {
        let size = record_size(&record);
        let limit = match record.kind {
            // Pictures are large; the rest are few bytes that say what became of the runner.
            RecordKind::Seed(_) => self.room_for_output(),
            _ => self.room_up_to(HELD_BYTES),
        };
        if size <= limit {
            self.held += size;
            self.rows.push_back(Row::Record(record));
            return;
        }
        self.lose(record.at, record.time, 0);
        if let RecordKind::Seed(Seed { size, bytes, .. }) = record.kind {
            self.push_screen(Keyframe {
                at: record.at,
                time: record.time,
                size,
                dump: String::from_utf8_lossy(&bytes).into(),
            });
        }
    }

    pub(super) fn push_screen(&mut self, screen: Keyframe) {
        let size = screen_size(&screen);
        if size <= self.room_for_output() {
            self.held += size;
            self.rows.push_back(Row::Keyframe(screen));
        } else {
            let (at, time) = (screen.at, screen.time);
            self.lose(at, time, 0).screen = Some(screen);
        }
    }

    pub(super) fn push_output(&mut self, mut chunk: Chunk, mut lines: Option<&[LogEntry]>) {
        let fits = self.room_for_output().min(chunk.bytes.len());
        let (end, rest) = (chunk.end(), chunk.bytes.split_off(fits));
        if !rest.is_empty() {
            lines = lines.map(|lines| {
                let within = lines.partition_point(|line| line.place <= chunk.end());
                lines.split_at(within).0
            });
        }
        if !chunk.bytes.is_empty() {
            self.fill(&chunk, lines);
        }
        if !rest.is_empty() {
            debug_assert_eq!(end, chunk.end().after(rest.len() as u64));
            self.lose(chunk.end(), chunk.time, rest.len() as u64);
        }
    }

    fn room_up_to(&self, limit: usize) -> usize {
        match self.room {
            Room::Enough => usize::MAX,
            Room::Limited => limit.saturating_sub(self.held),
        }
    }

    /// Nothing goes on behind output that was lost.
    fn room_for_output(&self) -> usize {
        match &self.lost {
            Some(_) => 0,
            None => self.room_up_to(HELD_BYTES - HELD_FOR_RECORDS),
        }
    }

    fn lose(&mut self, at: Position, time: Timestamp, bytes: u64) -> &mut Lost {
        let lost = self.lost.get_or_insert(Lost {
            at,
            time,
            bytes: 0,
            screen: None,
        });
        lost.bytes += bytes;
        lost
    }

    /// Cuts a chunk into frames; each gets the lines that end within it.
    fn fill(&mut self, chunk: &Chunk, lines: Option<&[LogEntry]>) {
        let (mut at, mut rest) = (chunk.at, &chunk.bytes[..]);
        let mut lines_left = lines.unwrap_or_default();
        self.output += rest.len();
        loop {
            let is_open = matches!(self.rows.back(), Some(Row::Frame(frame))
                if !frame.is_full() && frame.goes_on(at, lines.is_some()));
            if !is_open {
                let frame = OpenFrame::new(at, lines.is_some());
                self.rows.push_back(Row::Frame(frame));
            }
            let Some(Row::Frame(frame)) = self.rows.back_mut() else {
                return;
            };
            let before = if is_open { frame.size() } else { 0 };
            let (part, left) = rest.split_at(frame.room().min(rest.len()));
            frame.push(chunk.time, part);
            (at, rest) = (frame.end(), left);
            let within = if rest.is_empty() {
                lines_left.len()
            } else {
                lines_left.partition_point(|line| line.place <= at)
            };
            let (here, later) = lines_left.split_at(within);
            frame.push_lines(here);
            lines_left = later;
            self.held += frame.size() - before;
            if rest.is_empty() {
                return;
            }
        }
    }
}
