//! The part of a log that is in memory: bounded, and without a hole. Its entries have numbers that stay theirs until
//! the window is moved elsewhere. All entries of the first place are there, so that what stands before it can be asked
//! for.

use std::collections::VecDeque;
use std::fmt;
use std::ops::Range;

use crate::domain::text::printable;
use crate::wire::LogView;

/// Most entries.
const MOST: usize = 4000;

/// Most bytes of text: lines can be 4 KiB long.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Entries of one page.
pub(super) const PAGE: usize = 500;

/// Bytes of text that a page has at most, but for the rest of its last place.
const PAGE_BYTES: usize = 1024 * 1024;

/// A place in a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) run: u32,
    pub(crate) seq: u64,
}

impl Place {
    /// Where an entry stands.
    pub(crate) const fn of(entry: &LogView) -> Self {
        Self {
            run: entry.run,
            seq: entry.seq,
        }
    }

    /// The last place before this one.
    pub(crate) fn just_before(self) -> Self {
        match (self.run.checked_sub(1), self.seq.checked_sub(1)) {
            (_, Some(seq)) => Self { seq, ..self },
            (Some(run), None) => Self {
                run,
                seq: i64::MAX.unsigned_abs(),
            },
            (None, None) => self,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.run, self.seq)
    }
}

/// The window.
#[derive(Debug, Default)]
pub(crate) struct Window {
    entries: VecDeque<LogView>,
    /// The number of the first.
    first: i64,
    bytes: usize,
    /// How often it was moved elsewhere.
    pub(super) moves: u64,
    /// True when nothing stands before it.
    pub(crate) is_first: bool,
    /// True when nothing stood behind it when that was asked last.
    pub(crate) is_last: bool,
}

impl Window {
    /// The numbers of its entries.
    pub(crate) fn numbers(&self) -> Range<i64> {
        let count = i64::try_from(self.entries.len()).unwrap_or(0);
        self.first..self.first + count
    }

    /// The number of the last one.
    pub(crate) fn last(&self) -> i64 {
        (self.numbers().end - 1).max(self.first)
    }

    /// The entry with that number.
    pub(crate) fn get(&self, number: i64) -> Option<&LogView> {
        let at = number.checked_sub(self.first)?;
        self.entries.get(usize::try_from(at).ok()?)
    }

    /// True when there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// True when one more page would not find room without another one's going.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() + PAGE > MOST || self.bytes + PAGE_BYTES > MOST_BYTES
    }

    pub(super) fn first_place(&self) -> Option<Place> {
        self.entries.front().map(Place::of)
    }

    pub(super) fn last_place(&self) -> Option<Place> {
        self.entries.back().map(Place::of)
    }

    /// Moves it elsewhere. What was known of its ends is known no more.
    pub(super) fn replace(&mut self, entries: Vec<LogView>) {
        let moves = self.moves + 1;
        *self = Self {
            moves,
            ..Self::default()
        };
        self.append(entries);
    }

    /// Puts new entries behind all others.
    pub(super) fn append(&mut self, entries: Vec<LogView>) {
        for entry in entries {
            let entry = clean(entry);
            self.bytes += entry.text.len();
            self.entries.push_back(entry);
        }
        while self.is_over() && self.drop_first_place() {
            self.is_first = false;
        }
    }

    /// False when the page begins behind the last place, which is there no more: old output is removed in time.
    pub(super) fn is_continued_by(&self, page: &[LogView]) -> bool {
        page.first()
            .is_none_or(|first| Some(Place::of(first)) <= self.last_place())
    }

    /// Takes in a page that begins with its last place. False when the page had nothing new.
    pub(super) fn extend(&mut self, page: Vec<LogView>) -> bool {
        let Some(begin) = page.first().map(Place::of) else {
            return false;
        };
        let mut known = 0;
        while self.last_place().is_some_and(|last| last >= begin)
            && let Some(entry) = self.entries.pop_back()
        {
            self.bytes -= entry.text.len();
            known += 1;
        }
        let has_news = page.len() > known;
        self.append(page);
        has_news
    }

    /// Takes in the page before it.
    pub(super) fn prepend(&mut self, page: Vec<LogView>) {
        for entry in page.into_iter().rev() {
            let entry = clean(entry);
            self.bytes += entry.text.len();
            self.entries.push_front(entry);
            self.first -= 1;
        }
        while self.is_over()
            && let Some(entry) = self.entries.pop_back()
        {
            self.bytes -= entry.text.len();
            self.is_last = false;
        }
    }

    fn is_over(&self) -> bool {
        self.entries.len() > MOST || (self.bytes > MOST_BYTES && self.entries.len() > 1)
    }

    /// False when there is no other place.
    fn drop_first_place(&mut self) -> bool {
        let place = self.first_place();
        if place == self.last_place() {
            return false;
        }
        while self.first_place() == place
            && let Some(entry) = self.entries.pop_front()
        {
            self.bytes -= entry.text.len();
            self.first += 1;
        }
        true
    }
}

/// What a daemon says is hostile text, too.
fn clean(mut entry: LogView) -> LogView {
    if entry
        .text
        .chars()
        .any(|c| c.is_control() || crate::domain::text::is_invisible(c))
    {
        entry.text = printable(&entry.text);
    }
    entry
}
