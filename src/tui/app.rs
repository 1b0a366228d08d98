//! What the dashboard knows. Values only; [`super::update`] changes them, `view` shows them.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::form::Form;
use super::light::Light;
use super::list::List;
use super::logs::Logs;
use super::message::{Target, Trouble};
use super::sessions::Sessions;
use super::why::Why;
use crate::domain::text::printable;
use crate::wire::{RunnerView, StatsView};

/// What is on the whole screen.
#[derive(Debug)]
pub(crate) enum Page {
    /// All runners.
    Runners,
    /// All sessions of tmux.
    Sessions,
    /// The form of a new runner.
    Form,
    /// The log of one.
    Logs(Box<Logs>),
    /// Why one has its status.
    Why(Box<Why>),
}

/// What the last command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Notice {
    /// It is under way.
    Busy(String),
    /// It was refused.
    Wrong(Trouble),
    /// A fixture is in the file with this path.
    Kept(String),
}

/// Everything.
#[derive(Debug)]
pub(crate) struct App {
    /// Every runner, in the order that was chosen.
    pub(crate) runners: Vec<RunnerView>,
    /// What is measured of them, by id.
    pub(crate) stats: BTreeMap<String, StatsView>,
    pub(crate) page: Page,
    /// The page of all runners; it is kept as it is while another one is shown.
    pub(crate) list: List,
    pub(crate) sessions: Sessions,
    pub(crate) form: Form,
    /// The status that a person says is wrong.
    pub(crate) light: Option<Light>,
    /// While the keys are shown: the first of them that is seen.
    pub(crate) help: Option<u16>,
    pub(crate) notice: Option<Notice>,
    /// Why there is no connection; absent while there is one.
    pub(crate) away: Option<Trouble>,
    /// True when the first snapshot was there.
    pub(crate) is_loaded: bool,
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    /// Milliseconds since 1970, at the last message.
    pub(crate) now_ms: u64,
    /// The person's.
    pub(crate) zone: TimeZone,
    /// True when what is on the terminal is not what is known.
    pub(crate) is_stale: bool,
}

impl App {
    /// Knows nothing yet.
    pub(crate) fn new(size: (u16, u16), now_ms: u64) -> Self {
        Self {
            runners: Vec::new(),
            stats: BTreeMap::new(),
            page: Page::Runners,
            list: List::default(),
            sessions: Sessions::default(),
            form: Form::default(),
            light: None,
            help: None,
            notice: None,
            away: None,
            is_loaded: false,
            size,
            now_ms,
            zone: TimeZone::UTC,
            is_stale: true,
        }
    }

    /// Shows the log of a runner; `is_direct` when there is no page to go back to.
    pub(crate) fn open_logs(&mut self, id: String, name: &str, is_direct: bool) {
        let name = printable(name);
        let mut logs = Logs::new(Target { id, name });
        logs.is_direct = is_direct;
        self.page = Page::Logs(Box::new(logs));
    }

    /// Says something at the bottom until a key is pressed.
    pub(crate) fn hint(&mut self, text: &str) {
        self.notice = Some(Notice::Busy(text.to_owned()));
    }

    /// In how many milliseconds a time that is shown will read differently.
    pub(crate) fn next_tick(&self) -> Option<u64> {
        match &self.page {
            Page::Runners => super::list::next_tick(self),
            Page::Sessions => super::sessions::next_tick(self),
            Page::Form => None,
            Page::Logs(logs) => logs.next_tick(),
            Page::Why(why) => why.next_tick(self),
        }
    }
}
