//! What waits to be written to one transcript: frames that are being filled, and what stands between them.

use std::sync::Arc;

use super::super::limits::{FRAME_BYTES, JOIN_MILLIS};
use super::codec;
use crate::domain::log::LogEntry;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Keyframe, Position, Record, RecordKind};

/// A row to be.
pub(super) enum Row {
    Frame(OpenFrame),
    Record(Record),
    Keyframe(Keyframe),
}

impl Row {
    /// Where it begins.
    pub(super) const fn at(&self) -> Position {
        match self {
            Self::Frame(frame) => frame.start,
            Self::Record(record) => record.at,
            Self::Keyframe(keyframe) => keyframe.at,
        }
    }

    /// When that came.
    pub(super) fn time(&self) -> Timestamp {
        match self {
            Self::Frame(frame) => frame.times().0,
            Self::Record(record) => record.time,
            Self::Keyframe(keyframe) => keyframe.time,
        }
    }
}

/// What a row, a line or a chunk takes in memory beside its content, about.
const ROW_SIZE: usize = 128;

/// What lines take in memory, about.
pub(super) fn lines_size(lines: &[LogEntry]) -> usize {
    lines.iter().map(|line| line.text.len() + ROW_SIZE).sum()
}

/// What a screen takes in memory, about.
pub(super) fn screen_size(screen: &Keyframe) -> usize {
    screen.dump.len() + ROW_SIZE
}

/// What a record takes in memory, about.
pub(super) fn record_size(record: &Record) -> usize {
    let texts = |lines: &[Arc<str>]| -> usize { lines.iter().map(|line| line.len() + 32).sum() };
    ROW_SIZE
        + match &record.kind {
            RecordKind::Seed(seed) => seed.bytes.len() + texts(&seed.lines),
            RecordKind::Settled { lines } => texts(lines),
            RecordKind::Marker { text } | RecordKind::Note { text } => text.len(),
            RecordKind::Resize(_) | RecordKind::Gap(_) | RecordKind::End { .. } => 0,
        }
}

/// A frame before it is written.
pub(super) struct OpenFrame {
    start: Position,
    /// Time and length of each chunk.
    chunks: Vec<(Timestamp, usize)>,
    bytes: Vec<u8>,
    /// The lines, when they have to be kept.
    lines: Option<Vec<LogEntry>>,
    lines_size: usize,
}

impl OpenFrame {
    /// An empty frame, for chunks with lines or without.
    pub(super) fn new(start: Position, has_lines: bool) -> Self {
        Self {
            start,
            chunks: Vec::new(),
            bytes: Vec::new(),
            lines: has_lines.then(Vec::new),
            lines_size: 0,
        }
    }

    /// True when that goes on behind this frame and is of its kind.
    pub(super) fn goes_on(&self, at: Position, has_lines: bool) -> bool {
        self.end() == at && self.lines.is_some() == has_lines
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= FRAME_BYTES
    }

    /// How much more it takes.
    pub(super) fn room(&self) -> usize {
        FRAME_BYTES.saturating_sub(self.bytes.len())
    }

    /// What it takes in memory, about.
    pub(super) fn size(&self) -> usize {
        let chunk = size_of::<(Timestamp, usize)>();
        ROW_SIZE + self.bytes.len() + self.chunks.len() * chunk + self.lines_size
    }

    pub(super) const fn start(&self) -> Position {
        self.start
    }

    pub(super) fn end(&self) -> Position {
        self.start.after(self.bytes.len() as u64)
    }

    pub(super) fn push(&mut self, time: Timestamp, bytes: &[u8]) {
        match self.chunks.last_mut() {
            Some((last, len)) if time.0.abs_diff(last.0) < JOIN_MILLIS => *len += bytes.len(),
            _ => self.chunks.push((time, bytes.len())),
        }
        self.bytes.extend_from_slice(bytes);
    }

    pub(super) fn push_lines(&mut self, lines: &[LogEntry]) {
        if let Some(kept) = &mut self.lines {
            self.lines_size += lines_size(lines);
            kept.extend_from_slice(lines);
        }
    }

    /// Takes in the frame behind this one.
    pub(super) fn join(&mut self, next: &Self) {
        self.chunks.extend_from_slice(&next.chunks);
        self.bytes.extend_from_slice(&next.bytes);
        self.push_lines(next.lines.as_deref().unwrap_or_default());
    }

    /// When the first byte came, and the latest time of any: a clock that goes back makes nothing older.
    pub(super) fn times(&self) -> (Timestamp, Timestamp) {
        let mut times = self.chunks.iter().map(|(time, _)| *time);
        let first = times.next().unwrap_or_default();
        (first, times.fold(first, Timestamp::max))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn redact(&mut self, redact: &dyn Fn(&mut [u8])) {
        redact(&mut self.bytes);
        for line in self.lines.iter_mut().flatten() {
            let mut text = line.text.as_bytes().to_vec();
            redact(&mut text);
            line.text = String::from_utf8_lossy(&text).into();
        }
    }

    pub(super) fn chunk_table(&self) -> Vec<u8> {
        codec::chunk_table(self.chunks.iter().copied())
    }

    pub(super) fn lines_text(&self) -> Option<Vec<u8>> {
        self.lines.as_deref().map(codec::lines_text)
    }
}
