//! The readable log of one runner: numbered entries, the newest of them kept in a ring.

use std::collections::VecDeque;
use std::sync::Arc;

use super::time::Timestamp;
use super::transcript::Position;

/// Who wrote an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogSource {
    /// The runner's pane printed it.
    Pane,
    /// geppetto says something about the runner.
    Geppetto,
}

impl LogSource {
    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pane => "pane",
            Self::Geppetto => "geppetto",
        }
    }
}

/// One readable line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Where in the transcript it was settled: behind the bytes that it comes from. Several entries may share a place.
    pub place: Position,
    /// When its last byte arrived.
    pub at: Timestamp,
    /// Who wrote it.
    pub source: LogSource,
    /// Printable text without line end; at most [`super::line::MAX_LINE_BYTES`] bytes.
    pub text: Arc<str>,
}

/// The newest entries, bounded by count and by bytes of text, and how many there have been.
#[derive(Debug)]
pub struct LogRing {
    entries: VecDeque<LogEntry>,
    max_entries: usize,
    max_bytes: usize,
    bytes: usize,
    pushed: u64,
}

impl LogRing {
    /// An empty ring.
    pub const fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            max_entries,
            max_bytes,
            bytes: 0,
            pushed: 0,
        }
    }

    /// Appends an entry and drops the oldest ones that no longer fit. True when none had to go.
    pub fn push(&mut self, entry: LogEntry) -> bool {
        let before = self.entries.len();
        self.pushed += 1;
        self.bytes += entry.text.len();
        self.entries.push_back(entry);
        while self.entries.len() > self.max_entries
            || (self.bytes > self.max_bytes && self.entries.len() > 1)
        {
            if let Some(dropped) = self.entries.pop_front() {
                self.bytes -= dropped.text.len();
            }
        }
        self.entries.len() > before
    }

    /// The newest `limit` entries, oldest first.
    pub fn tail(&self, limit: usize) -> Vec<LogEntry> {
        let skip = self.entries.len().saturating_sub(limit);
        self.entries.iter().skip(skip).cloned().collect()
    }

    /// How many entries were ever pushed, which is the number of the newest.
    pub const fn pushed(&self) -> u64 {
        self.pushed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(ring: &LogRing) -> Vec<String> {
        ring.tail(usize::MAX)
            .iter()
            .map(|entry| entry.text.to_string())
            .collect()
    }

    fn entry(text: &str) -> LogEntry {
        LogEntry {
            place: Position::default(),
            at: Timestamp(1),
            source: LogSource::Pane,
            text: text.into(),
        }
    }

    #[test]
    fn the_oldest_entries_go_and_numbers_stay() {
        let mut ring = LogRing::new(2, 1000);
        for text in ["a", "b", "c"] {
            ring.push(entry(text));
        }
        assert_eq!(texts(&ring), ["b", "c"]);
        assert_eq!(ring.pushed(), 3);
    }

    #[test]
    fn bytes_are_bounded_but_the_newest_entry_always_stays() {
        let mut ring = LogRing::new(10, 5);
        for text in ["aaa", "bbb", "cccccccc"] {
            ring.push(entry(text));
        }
        assert_eq!(texts(&ring), ["cccccccc"]);
    }
}
