//! The statuses of one runner in the order in which the daemon told them.

use geppetto::wire::{Event, RunnerView};
use serde_json::json;

use super::sandbox::Sandbox;
use super::wire::Wire;

/// A subscription that listens for one runner.
pub(crate) struct Life {
    wire: Wire,
    name: String,
    /// Every status so far, without repeats in a row.
    pub(crate) seen: Vec<String>,
}

impl Life {
    /// Begins to listen; the runner need not be there yet.
    #[track_caller]
    pub(crate) fn of(sandbox: &Sandbox, name: &str) -> Self {
        sandbox.daemon();
        let mut wire = sandbox.wire();
        let answer = wire.ask(&json!({"type": "subscribe"}));
        assert!(answer.success, "{answer:?}");
        let mut life = Self {
            wire,
            name: name.to_owned(),
            seen: Vec::new(),
        };
        match life.wire.event() {
            Event::Snapshot { runners, .. } => runners.iter().for_each(|runner| life.note(runner)),
            other => panic!("a subscription begins with a snapshot, not {other:?}"),
        }
        life
    }

    /// Listens until the runner has that status.
    #[track_caller]
    pub(crate) fn until(&mut self, status: &str) {
        let before = self.seen.len();
        while self.seen.len() == before || self.seen.last().is_none_or(|last| last != status) {
            if let Event::Runner { runner } = self.wire.event() {
                self.note(&runner);
            }
        }
    }

    fn note(&mut self, runner: &RunnerView) {
        if runner.name == self.name && self.seen.last() != Some(&runner.status) {
            self.seen.push(runner.status.clone());
        }
    }
}
