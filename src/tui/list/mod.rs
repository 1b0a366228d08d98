//! The page of all runners: which can be seen and in which order, which is selected and which are marked, and what the
//! keys mean at present.

mod age;
mod change;
mod done;
mod keys;
pub(crate) mod order;
mod reveal;
mod screen;
mod update;

use std::collections::BTreeSet;

pub(crate) use age::{age, next_tick};
pub(super) use change::change;
pub(super) use done::done;
pub(crate) use keys::KEYS;
pub(crate) use order::{Group, Order, Row};
pub(super) use reveal::reveal;
pub(super) use screen::screen_came;
pub(crate) use screen::{Asked, Preview};
pub(crate) use update::named;
pub(super) use update::{ask, paste, pointed, press};

use super::app::App;
use super::field::Field;
use super::message::{Act, Target};
use crate::wire::RunnerView;

/// What the keys mean at present.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// Moving about.
    #[default]
    List,
    /// Typing the filter.
    Filter,
    /// A question that `y` affirms.
    Confirm { act: Act, runners: Vec<Target> },
    /// Typing a line for one runner.
    Line {
        to: Line,
        runner: Target,
        text: Field,
    },
}

/// What a line that is typed is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// The runner's new name.
    Rename,
    /// What is typed into its pane.
    Answer,
}

/// How the list and the screen share the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Shares {
    /// Both, beside or below each other.
    #[default]
    Both,
    /// The list alone.
    List,
    /// The screen alone.
    Screen,
}

/// The page.
#[derive(Debug, Default)]
pub(crate) struct List {
    /// Id of the selected one; it stays selected wherever the list moves it.
    pub(crate) selected: Option<String>,
    /// Ids of the marked ones.
    pub(crate) marked: BTreeSet<String>,
    /// What was typed to see fewer of them.
    pub(crate) filter: Field,
    pub(crate) order: Order,
    pub(crate) group: Group,
    pub(crate) shares: Shares,
    pub(crate) mode: Mode,
    pub(crate) preview: Option<Preview>,
    /// The screen that was asked for last.
    pub(crate) asked: Option<Asked>,
    /// Commands that have not been answered.
    pub(crate) open_acts: usize,
}

impl App {
    /// The runners that fit the filter, in their order.
    pub(crate) fn visible(&self) -> Vec<&RunnerView> {
        let wanted = self.list.filter.text().to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        self.runners
            .iter()
            .filter(|runner| {
                words.is_empty() || {
                    let text = haystack(runner);
                    words.iter().all(|word| text.contains(word))
                }
            })
            .collect()
    }

    /// The selected runner, if it can be seen, and its place among those that can.
    pub(crate) fn current(&self) -> Option<(usize, &RunnerView)> {
        let selected = self.list.selected.as_deref()?;
        self.visible()
            .into_iter()
            .enumerate()
            .find(|(_, runner)| runner.id == selected)
    }
}

/// What the filter looks at.
fn haystack(runner: &RunnerView) -> String {
    let key = runner.key.as_deref().unwrap_or_default();
    let session = runner.session_name.as_deref().unwrap_or_default();
    [&runner.name, &runner.status, &runner.kind, key, session]
        .join("\n")
        .to_lowercase()
}
