//! Readable lines out of a stored transcript: those that were kept with it, and for the rest the same lines that were
//! derived when it was recorded.

use crate::domain::ids::Epoch;
use crate::domain::log::{LogEntry, LogSource};
use crate::domain::transcript::{Frame, RecordKind, Stored};
use crate::domain::view::LineReader;

/// Reads frames and records in order, without leaving any out.
pub(super) struct Deriver {
    lines: LineReader,
    epoch: Epoch,
    /// Lines have to be read from their beginning: until one begins, what is read is the rest of one.
    within_line: bool,
}

impl Deriver {
    /// For a transcript from its beginning.
    pub(super) fn from_start() -> Self {
        Self {
            lines: LineReader::new(),
            epoch: Epoch::default(),
            within_line: false,
        }
    }

    /// For a transcript from some frame on: its first line is left out, since it may have begun before.
    pub(super) fn from_middle() -> Self {
        Self {
            within_line: true,
            ..Self::from_start()
        }
    }

    /// Calls `each` with the entries of what comes next whose text `fits`.
    pub(super) fn push(
        &mut self,
        stored: &Stored,
        fits: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(LogEntry),
    ) {
        let epoch = stored.start().epoch;
        if epoch != self.epoch {
            let is_first = self.epoch == Epoch::default();
            self.epoch = epoch;
            self.lines = LineReader::new();
            self.within_line &= is_first;
        }
        match stored {
            Stored::Frame(frame) => self.frame(frame, fits, each),
            Stored::Record(record) => {
                if matches!(record.kind, RecordKind::Seed(_)) {
                    self.begin_anew();
                }
                let entries = record.entries().into_iter();
                entries.filter(|entry| fits(&entry.text)).for_each(each);
            }
        }
    }

    fn frame(
        &mut self,
        frame: &Frame,
        fits: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(LogEntry),
    ) {
        if let Some(lines) = &frame.lines {
            self.begin_anew();
            let lines = lines.iter().filter(|line| fits(&line.text));
            lines.cloned().for_each(each);
            return;
        }
        for chunk in &frame.chunks {
            for (offset, text) in self.lines.push(&chunk.bytes) {
                if std::mem::take(&mut self.within_line) || !fits(&text) {
                    continue;
                }
                each(LogEntry {
                    place: chunk.at.after(offset as u64),
                    at: chunk.time,
                    source: LogSource::Pane,
                    text,
                });
            }
        }
    }

    fn begin_anew(&mut self) {
        self.lines = LineReader::new();
        self.within_line = false;
    }
}
