//! The page of tmux's sessions: every session, window and pane, registered or not, which is selected, and what the keys
//! mean at present. It is asked for only while it is shown.

mod keys;
mod rows;
mod update;

pub(crate) use keys::KEYS;
pub(crate) use rows::{Row, rows};
pub(crate) use update::place;
pub(super) use update::{came, changed, open, paste, pointed, press, refresh};

use super::app::App;
use super::field::Field;
use super::message::Target;
use super::message::Trouble;
use crate::wire::{AttachPane, AttachView, SessionView};

/// What the keys mean at present.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// Moving about.
    #[default]
    Tree,
    /// Typing the filter.
    Filter,
    /// The question whether to forget a runner.
    Forget(Target),
}

/// A place in the tree, which stays the same when others come and go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// `$N`.
    pub(crate) session: String,
    /// The window's number in the session: a window can be in it twice.
    pub(crate) window: Option<u32>,
    /// `%N`.
    pub(crate) pane: Option<String>,
}

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    /// All sessions with their panes.
    List,
    /// Watch these.
    Register(Vec<Place>),
    /// The way there.
    Go(AttachPane),
}

/// What can be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// `$N`, with all its panes.
    Session(String),
    /// `%N` alone.
    Pane(String),
}

/// What came of a wish.
#[derive(Debug)]
pub(crate) enum News {
    Listed(Result<Vec<SessionView>, Trouble>),
    Registered(Result<(), Trouble>),
    Way(Result<AttachView, Trouble>),
}

/// The page.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    /// What tmux had when it was asked last; absent before.
    pub(crate) all: Option<Vec<SessionView>>,
    /// Why it is not known what tmux has now.
    pub(crate) trouble: Option<Trouble>,
    pub(crate) selected: Option<Node>,
    /// What was typed to see fewer of them.
    pub(crate) filter: Field,
    pub(crate) mode: Mode,
    /// True until the answer is there.
    is_asked: bool,
    /// When it was asked last.
    asked_ms: u64,
    /// When to ask again.
    due_ms: u64,
}

/// In how many milliseconds the page wants to ask again.
pub(crate) fn next_tick(app: &App) -> Option<u64> {
    let sessions = &app.sessions;
    let may_ask = !sessions.is_asked && app.away.is_none();
    may_ask.then(|| sessions.due_ms.saturating_sub(app.now_ms).max(1))
}
