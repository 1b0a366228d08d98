//! Run parents leave their panes one after the other.
//!
//! tmux 3.3a dies when the last two windows of a session close in one turn of its loop while any control client is
//! attached: it tells that the session has another current window when the session has none any more. Programs that end at
//! the same moment are common, so the next run parent gets its word only when tmux has closed the pane of the one before.

use std::collections::VecDeque;

use super::hub::TmuxHub;
use super::limits::{DEPARTURE_DEADLINE, DEPARTURE_LOOK};
use super::purpose::Answer;
use crate::domain::ids::PaneId;
use crate::domain::time::Tick;
use crate::ports::process::ProcessError;

/// Those who wait for the word.
#[derive(Default)]
pub(super) struct Departures {
    queue: VecDeque<(PaneId, Vec<Answer<(), ProcessError>>)>,
    /// The one that got the word, and when it is no longer waited for.
    current: Option<(PaneId, Tick)>,
}

impl Departures {
    pub(super) fn deadline(&self) -> Option<Tick> {
        self.current.map(|(_, until)| until)
    }
}

impl TmuxHub {
    /// The exit is in the stream: whoever waits for that may leave, when it is its turn.
    pub(super) fn depart(&mut self, pane: PaneId, answers: Vec<Answer<(), ProcessError>>) {
        if answers.is_empty() {
            return;
        }
        self.departures.queue.push_back((pane, answers));
        if self.departures.current.is_none() {
            self.next_departure();
        }
    }

    fn next_departure(&mut self) {
        self.departures.current = None;
        let Some((pane, answers)) = self.departures.queue.pop_front() else {
            return;
        };
        let now = self.now();
        self.departures.current = Some((pane, now.after(DEPARTURE_DEADLINE)));
        self.listing.by(now.after(DEPARTURE_LOOK));
        for answer in answers {
            // A run parent that hung up has left already.
            drop(answer.send(Ok(())));
        }
    }

    /// A new layout may show that the pane is closed or dead.
    pub(super) fn look_at_departure(&mut self) {
        let Some((pane, _)) = self.departures.current else {
            return;
        };
        if self.layout.pane(pane).is_none_or(|pane| pane.dead) {
            self.next_departure();
        } else {
            let now = self.now();
            self.listing.by(now.after(DEPARTURE_LOOK));
        }
    }

    pub(super) fn on_departure_time(&mut self, now: Tick) {
        if self.departures.deadline().is_some_and(|due| due <= now) {
            self.next_departure();
        }
    }
}
