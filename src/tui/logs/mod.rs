//! The page of one runner's log: a window of some thousand entries of a log that may be far longer, what is seen of it,
//! what is looked for in it, and what is asked of the daemon to see more.

mod copy;
mod fetch;
mod keys;
mod pattern;
mod rows;
mod search;
mod update;
mod window;

#[cfg(test)]
mod tests;

pub(crate) use fetch::{Ask, Came};
pub(super) use fetch::{came, settle, told};
pub(crate) use keys::KEYS;
pub(crate) use pattern::Pattern;
pub(crate) use rows::{Room, Spot, breaks};
pub(super) use update::{paste, pointed, press};
pub(crate) use window::{Place, Window};

use super::field::Field;
use super::message::Target;
use super::message::Trouble;
use fetch::Asked;

/// What the keys mean at present.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// Moving about.
    #[default]
    Read,
    /// Typing what to look for.
    Search { back: bool, text: Field },
    /// Typing the time to go to.
    Time(Field),
}

/// Which times stand before the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Times {
    #[default]
    Off,
    /// The time of day.
    Clock,
    /// Date and time of day.
    Date,
    /// How long ago.
    Ago,
}

impl Times {
    /// The one after this.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Off => Self::Clock,
            Self::Clock => Self::Date,
            Self::Date => Self::Ago,
            Self::Ago => Self::Off,
        }
    }

    /// Columns that it takes, with the space behind it.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::Off => 0,
            Self::Clock => 13,
            Self::Date => 20,
            Self::Ago => 4,
        }
    }
}

/// Lines that are being selected, by their numbers; in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Where it began.
    pub(crate) from: i64,
    /// The line that moves.
    pub(crate) cursor: i64,
}

impl Selection {
    /// True when the line is selected.
    pub(crate) fn has(self, number: i64) -> bool {
        (self.from.min(self.cursor)..=self.from.max(self.cursor)).contains(&number)
    }
}

/// What is said at the bottom until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Word(String),
    Wrong(Trouble),
}

/// The page.
#[derive(Debug)]
pub(crate) struct Logs {
    pub(crate) runner: Target,
    pub(crate) window: Window,
    /// The row at the top.
    pub(crate) top: Spot,
    /// True while the newest line stays at the bottom.
    pub(crate) is_following: bool,
    /// True when long lines are broken into rows.
    pub(crate) is_wrapped: bool,
    /// Columns that lines are scrolled to the side; 0 while they are wrapped.
    pub(crate) aside: usize,
    pub(crate) times: Times,
    pub(crate) mode: Mode,
    /// What was looked for last.
    pub(crate) pattern: Option<Pattern>,
    /// True when it was looked for upwards.
    is_back: bool,
    /// The number of the line that was found last.
    pub(crate) hit: Option<i64>,
    /// The line that is to be seen a third below the top, as long as no key moves anything.
    reveal: Option<i64>,
    pub(crate) selection: Option<Selection>,
    pub(crate) said: Option<Said>,
    /// The page that was asked for and has not come.
    asked: Option<Asked>,
    /// The number of the stream that is open.
    stream: Option<u64>,
    /// The number of the last question.
    count: u64,
    /// True when asking again would bring the same failure; until a key is pressed or the daemon is back.
    is_stuck: bool,
    /// True when the program ends with this page.
    pub(crate) is_direct: bool,
}

impl Logs {
    /// The end of a runner's log, followed.
    pub(crate) fn new(runner: Target) -> Self {
        Self {
            runner,
            window: Window::default(),
            top: Spot::default(),
            is_following: true,
            is_wrapped: true,
            aside: 0,
            times: Times::default(),
            mode: Mode::default(),
            pattern: None,
            is_back: false,
            hit: None,
            reveal: None,
            selection: None,
            said: None,
            asked: None,
            stream: None,
            count: 0,
            is_stuck: false,
            is_direct: false,
        }
    }

    /// In how many milliseconds a time that is shown will read differently.
    pub(crate) fn next_tick(&self) -> Option<u64> {
        (self.times == Times::Ago).then_some(1000)
    }

    /// True while something is looked for.
    pub(crate) fn is_searching(&self) -> bool {
        self.asked.as_ref().is_some_and(Asked::is_search)
    }
}
