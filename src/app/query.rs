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
    /// How many: of the newest; behind `from`, or when wished, of the oldest. By default 1000.
    pub limit: Option<usize>,
    /// Only behind this place.
    pub from: Option<Position>,
    /// Only before this place; the newest of them.
    pub before: Option<Position>,
    /// The oldest in the place of the newest.
    pub oldest: bool,
    /// Those of one place stay together; with `from`, `before` and `oldest` in any case.
    pub whole: bool,
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
        self.from.is_none()
            && self.before.is_none()
            && !self.oldest
            && self.since.is_none()
            && self.until.is_none()
            && self.grep.is_none()
    }

    /// True when the oldest of those that fit are wanted.
    const fn takes_oldest(&self) -> bool {
        self.before.is_none() && (self.oldest || self.from.is_some())
    }

    /// True when the log is to be read backwards, place by place.
    pub(super) const fn is_backwards(&self) -> bool {
        self.before.is_some() || (self.whole && self.takes_all())
    }

    /// True when the entry is of a place and time that are wanted.
    pub(super) fn is_within(&self, entry: &LogEntry) -> bool {
        self.from.is_none_or(|from| entry.place > from)
            && self.before.is_none_or(|before| entry.place < before)
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

    /// Nothing that fits comes before this place any more.
    pub(super) fn pass(&mut self, place: Position) {
        let last = self.kept.back().map(|last| last.place);
        self.full |= self.has_oldest() && last < Some(place) && self.after == 0;
    }

    /// True when there are as many of the oldest as are wanted; others of the last place still are.
    fn has_oldest(&self) -> bool {
        let is_enough = self.kept.len() >= self.query.limit() || self.text >= ANSWER_TEXT_BYTES;
        is_enough && self.query.takes_oldest()
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
        let limit = self.query.limit();
        // Entries of one place stay together, so that the next page can begin behind it.
        if self.has_oldest() && self.kept.back().is_none_or(|last| last.place < entry.place) {
            self.full = true;
            return;
        }
        self.text += entry.text.len();
        self.kept.push_back(entry);
        if self.query.takes_oldest() {
            return;
        }
        while self.kept.len() > limit || self.text > ANSWER_TEXT_BYTES {
            let surplus = self.surplus();
            // Of a place that stays whole some are needed, or there is no other one.
            if surplus == 0 {
                return;
            }
            let dropped = self.kept.drain(..surplus);
            self.text -= dropped.map(|entry| entry.text.len()).sum::<usize>();
        }
    }

    /// How many of the oldest can go: one, or all of their place.
    fn surplus(&self) -> usize {
        if !self.query.whole && self.query.before.is_none() {
            return 1;
        }
        let first = self.kept.front().map(|entry| entry.place);
        let here = self.kept.iter().take_while(|one| Some(one.place) == first);
        let count = here.count();
        let left = self.kept.len() - count;
        let is_needed = left < self.query.limit() && self.text <= ANSWER_TEXT_BYTES;
        if left == 0 || is_needed { 0 } else { count }
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
    fn before_a_place_and_where_it_is_wished_places_stay_whole_too() {
        let query = LogQuery {
            before: Some(Position::new(Epoch(1), Seq(5))),
            ..LogQuery::newest(3)
        };
        assert_eq!(collect(&query), [6, 7, 8, 9]);
        let query = LogQuery {
            whole: true,
            ..LogQuery::newest(2)
        };
        assert_eq!(collect(&query), [18, 19, 20]);
        let query = LogQuery {
            oldest: true,
            since: Some(Timestamp(4)),
            ..LogQuery::newest(3)
        };
        assert_eq!(collect(&query), [4, 5, 6, 7]);
    }

    #[test]
    fn nothing_more_is_wanted_when_what_was_found_is_passed() {
        let query = LogQuery {
            oldest: true,
            ..LogQuery::newest(1)
        };
        let mut collector = Collector::new(&query);
        collector.pass(Position::new(Epoch(1), Seq(8)));
        collector.push(entry(17));
        // Others of its place may still come.
        collector.pass(Position::new(Epoch(1), Seq(8)));
        assert!(!collector.is_full());
        collector.pass(Position::new(Epoch(1), Seq(9)));
        assert!(collector.is_full());
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
