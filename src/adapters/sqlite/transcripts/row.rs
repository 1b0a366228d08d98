//! What waits to be written to one transcript: frames that are being filled, and what stands between them.

use super::super::limits::{FRAME_BYTES, JOIN_MILLIS};
use super::codec;
use crate::domain::log::LogEntry;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Keyframe, Position, Record};

/// A row to be.
pub(super) enum Row {
    Frame(OpenFrame),
    Record(Record),
    Keyframe(Keyframe),
}

/// A frame before it is written.
pub(super) struct OpenFrame {
    start: Position,
    /// Time and length of each chunk.
    chunks: Vec<(Timestamp, usize)>,
    bytes: Vec<u8>,
    /// The lines, when they have to be kept.
    lines: Option<Vec<LogEntry>>,
}

impl OpenFrame {
    /// An empty frame, for chunks with lines or without.
    pub(super) fn new(start: Position, has_lines: bool) -> Self {
        Self {
            start,
            chunks: Vec::new(),
            bytes: Vec::new(),
            lines: has_lines.then(Vec::new),
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
            kept.extend_from_slice(lines);
        }
    }

    /// Takes in the frame behind this one.
    pub(super) fn join(&mut self, next: &Self) {
        self.chunks.extend_from_slice(&next.chunks);
        self.bytes.extend_from_slice(&next.bytes);
        self.push_lines(next.lines.as_deref().unwrap_or_default());
    }

    /// Times of the first and the last byte.
    pub(super) fn times(&self) -> (Timestamp, Timestamp) {
        let first = self
            .chunks
            .first()
            .map_or_else(Timestamp::default, |chunk| chunk.0);
        let last = self
            .chunks
            .last()
            .map_or_else(Timestamp::default, |chunk| chunk.0);
        (first, last)
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
