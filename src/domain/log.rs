//! The readable log of one runner: numbered entries, the newest of them kept in a ring.

use std::collections::VecDeque;
use std::sync::Arc;

use super::ids::Seq;
use super::time::Timestamp;

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
    /// Its number; the first entry of a runner is 1 and there are no holes.
    pub seq: Seq,
    /// When its last byte arrived.
    pub at: Timestamp,
    /// Who wrote it.
    pub source: LogSource,
    /// Printable text without line end; at most [`super::line::MAX_LINE_BYTES`] bytes.
    pub text: Arc<str>,
}

/// The newest entries, bounded by count and by bytes of text.
#[derive(Debug)]
pub struct LogRing {
    entries: VecDeque<LogEntry>,
    max_entries: usize,
    max_bytes: usize,
    bytes: usize,
    last: Seq,
}

impl LogRing {
    /// An empty ring.
    pub const fn new(max_entries: usize, max_bytes: usize) -> Self {
        Self {
            entries: VecDeque::new(),
            max_entries,
            max_bytes,
            bytes: 0,
            last: Seq(0),
        }
    }

    /// Appends a line, drops the oldest ones that no longer fit, and returns the numbered entry.
    pub fn push(&mut self, at: Timestamp, source: LogSource, text: &str) -> LogEntry {
        self.last = self.last.next();
        let entry = LogEntry {
            seq: self.last,
            at,
            source,
            text: text.into(),
        };
        self.bytes += text.len();
        self.entries.push_back(entry.clone());
        while self.entries.len() > self.max_entries
            || (self.bytes > self.max_bytes && self.entries.len() > 1)
        {
            if let Some(dropped) = self.entries.pop_front() {
                self.bytes -= dropped.text.len();
            }
        }
        entry
    }

    /// The newest `limit` entries, oldest first.
    pub fn tail(&self, limit: usize) -> Vec<LogEntry> {
        let skip = self.entries.len().saturating_sub(limit);
        self.entries.iter().skip(skip).cloned().collect()
    }

    /// Number of the newest entry ever pushed; 0 when there was none.
    pub const fn last(&self) -> Seq {
        self.last
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

    #[test]
    fn the_oldest_entries_go_and_numbers_stay() {
        let mut ring = LogRing::new(2, 1000);
        for text in ["a", "b", "c"] {
            ring.push(Timestamp(1), LogSource::Pane, text);
        }
        assert_eq!(texts(&ring), ["b", "c"]);
        assert_eq!(ring.tail(1).first().map(|entry| entry.seq), Some(Seq(3)));
        assert_eq!(ring.last(), Seq(3));
    }

    #[test]
    fn bytes_are_bounded_but_the_newest_entry_always_stays() {
        let mut ring = LogRing::new(10, 5);
        for text in ["aaa", "bbb", "cccccccc"] {
            ring.push(Timestamp(1), LogSource::Pane, text);
        }
        assert_eq!(texts(&ring), ["cccccccc"]);
    }
}
