//! The page that says why a runner has its status, in the words of `explain`. It is asked for only while it is shown: when
//! the runner changes, and every few seconds, since not all evidence makes another status.

mod keys;
mod update;

pub(crate) use keys::KEYS;
pub(super) use update::{came, changed, open, pointed, press, refresh};

use super::app::App;
use super::message::{Target, Trouble};

/// Columns of the table of evidence.
pub(crate) const COLUMNS: usize = 7;

/// What is known, as people read it; hostile text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) sentences: Vec<String>,
    pub(crate) head: [&'static str; COLUMNS],
    pub(crate) evidence: Vec<Piece>,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// What was seen is the last but one, why it does not count is the last.
    pub(crate) cells: [String; COLUMNS],
    pub(crate) counts: bool,
}

/// What came of [`Effect::Why`](super::Effect::Why).
#[derive(Debug)]
pub(crate) struct News {
    /// Whose, by id.
    pub(crate) runner: String,
    pub(crate) told: Result<Box<Told>, Trouble>,
}

/// The page.
#[derive(Debug)]
pub(crate) struct Why {
    pub(crate) runner: Target,
    /// What was told last; absent before.
    pub(crate) told: Option<Box<Told>>,
    /// Why it is not known what holds now.
    pub(crate) trouble: Option<Trouble>,
    /// The first row that is seen.
    pub(crate) first: usize,
    /// True until the answer is there.
    is_asked: bool,
    /// When it was asked last.
    asked_ms: u64,
    /// When to ask again.
    due_ms: u64,
}

impl Why {
    /// Knows nothing yet.
    const fn new(runner: Target) -> Self {
        Self {
            runner,
            told: None,
            trouble: None,
            first: 0,
            is_asked: false,
            asked_ms: 0,
            due_ms: 0,
        }
    }

    /// In how many milliseconds the page wants to ask again.
    pub(super) fn next_tick(&self, app: &App) -> Option<u64> {
        let may_ask = !self.is_asked && app.away.is_none();
        may_ask.then(|| self.due_ms.saturating_sub(app.now_ms).max(1))
    }
}
