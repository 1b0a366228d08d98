//! Which log entries somebody wants, and the collecting of them from a stream of entries in order.

use std::collections::VecDeque;

use regex::Regex;

use super::limits::{ANSWER_TEXT_BYTES, DEFAULT_ENTRIES, MOST_ENTRIES};
use crate::domain::log::LogEntry;
use crate::domain::time::Timestamp;
use crate::domain::transcript::Position;

/// A question for log entries.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// How many: of the newest; behind `from`, of the oldest. By default 1000.
    pub limit: Option<usize>,
    /// Only behind this place.
    pub from: Option<Position>,
    /// Only of this time or later.
    pub since: Option<Timestamp>,
    /// Only from before this time.
    pub until: Option<Timestamp>,
    /// Only those whose text fits.
    pub grep: Option<Regex>,
    /// So many around each that fits.
    pub context: usize,
}

impl LogQuery {
    /// The newest `limit` entries.
    pub fn newest(limit: usize) -> Self {
        Self {
            limit: Some(limit),
            ..Self::default()
        }
    }

    pub(super) fn limit(&self) -> usize {
        self.limit.unwrap_or(DEFAULT_ENTRIES).min(MOST_ENTRIES)
    }

    /// True when every entry fits.
    pub(super) const fn takes_all(&self) -> bool {
        self.from.is_none() && self.since.is_none() && self.until.is_none() && self.grep.is_none()
    }

    /// True when the entry is of a place and time that are wanted.
    fn is_within(&self, entry: &LogEntry) -> bool {
        self.from.is_none_or(|from| entry.place > from)
            && self.since.is_none_or(|since| entry.at >= since)
            && self.until.is_none_or(|until| entry.at < until)
    }

    /// False for a text that is wanted neither for itself nor as context.
    pub(super) fn may_want(&self, text: &str) -> bool {
        self.context > 0 || self.fits_text(text)
    }

    /// True when its text fits.
    pub(super) fn fits(&self, entry: &LogEntry) -> bool {
        self.fits_text(&entry.text)
    }

    /// The same of a text that is no entry yet.
    fn fits_text(&self, text: &str) -> bool {
        self.grep
            .as_ref()
            .is_none_or(|pattern| pattern.is_match(text))
    }
}

/// Takes entries in order and keeps those that are wanted.
pub(super) struct Collector<'a> {
    query: &'a LogQuery,
    kept: VecDeque<LogEntry>,
    text: usize,
    /// The last entries that did not fit, for the context of one that does.
    before: VecDeque<LogEntry>,
    /// So many entries are still wanted as context.
    after: usize,
    full: bool,
}

impl<'a> Collector<'a> {
    pub(super) const fn new(query: &'a LogQuery) -> Self {
        Self {
            query,
            kept: VecDeque::new(),
            text: 0,
            before: VecDeque::new(),
            after: 0,
            full: false,
        }
    }

    /// True when nothing more is wanted.
    pub(super) const fn is_full(&self) -> bool {
        self.full
    }

    pub(super) fn push(&mut self, entry: LogEntry) {
        if self.full || !self.query.is_within(&entry) {
            return;
        }
        if self.query.fits(&entry) {
            for before in std::mem::take(&mut self.before) {
                self.keep(before);
            }
            self.keep(entry);
            self.after = self.query.context;
        } else if self.after > 0 {
            self.after -= 1;
            self.keep(entry);
        } else if self.query.context > 0 {
            self.before.push_back(entry);
            if self.before.len() > self.query.context {
                self.before.pop_front();
            }
        }
    }

    fn keep(&mut self, entry: LogEntry) {
        if self.query.from.is_some() {
            let is_enough = self.kept.len() >= self.query.limit() || self.text >= ANSWER_TEXT_BYTES;
            // Entries of one place stay together, so that the next page can begin behind it.
            if is_enough && self.kept.back().is_none_or(|last| last.place < entry.place) {
                self.full = true;
                return;
            }
        }
        self.text += entry.text.len();
        self.kept.push_back(entry);
        while self.query.from.is_none()
            && (self.kept.len() > self.query.limit() || self.text > ANSWER_TEXT_BYTES)
            && let Some(dropped) = self.kept.pop_front()
        {
            self.text -= dropped.text.len();
        }
    }

    pub(super) fn finish(self) -> Vec<LogEntry> {
        self.kept.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{Epoch, Seq};
    use crate::domain::log::LogSource;

    fn entry(number: u64) -> LogEntry {
        LogEntry {
            place: Position::new(Epoch(1), Seq(number / 2)),
            at: Timestamp(number),
            source: LogSource::Pane,
            text: format!("line {number}").into(),
        }
    }

    fn collect(query: &LogQuery) -> Vec<u64> {
        let mut collector = Collector::new(query);
        (1..=20).for_each(|number| collector.push(entry(number)));
        collector.finish().iter().map(|entry| entry.at.0).collect()
    }

    #[test]
    fn the_newest_of_what_fits_are_kept() {
        assert_eq!(collect(&LogQuery::newest(3)), [18, 19, 20]);
        let query = LogQuery {
            since: Some(Timestamp(4)),
            until: Some(Timestamp(8)),
            ..LogQuery::newest(3)
        };
        assert_eq!(collect(&query), [5, 6, 7]);
    }

    #[test]
    fn behind_a_place_the_oldest_come_first_and_places_stay_whole() {
        let query = LogQuery {
            from: Some(Position::new(Epoch(1), Seq(2))),
            ..LogQuery::newest(3)
        };
        assert_eq!(collect(&query), [6, 7, 8, 9]);
    }

    #[test]
    fn what_fits_brings_its_context_once() {
        let query = LogQuery {
            grep: Some(Regex::new("line (5|7|1[24])$").unwrap()),
            context: 1,
            ..LogQuery::default()
        };
        assert_eq!(collect(&query), [4, 5, 6, 7, 8, 11, 12, 13, 14, 15]);
    }
}
