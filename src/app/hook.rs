//! Hooks: what agents call. Each call is read, brought to the runner that it is of, and noted, so that it can be seen that they come.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::finding::Finding;
use crate::domain::hook::{Caller, Candidate};
use crate::domain::ids::RunnerId;
use crate::domain::kind::Kind;
use crate::domain::runner::Origin;
use crate::domain::time::Timestamp;
use crate::ports::agents::{HookMessage, HookReading};

/// Events that are noted at most. Their names come from outside; what is more is not noted.
const MOST_EVENTS: usize = 256;

/// The newest call of one event of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSeen {
    /// Name of the kind.
    pub kind: &'static str,
    /// Name of the event; hostile text.
    pub event: String,
    /// When.
    pub at: Timestamp,
    /// How many there were since the daemon began.
    pub calls: u64,
    /// The runner that the newest was of; `None` when it was of none that is known.
    pub runner: Option<RunnerId>,
}

/// What is known of hooks.
#[derive(Debug, Default)]
pub(super) struct Hooks {
    seen: BTreeMap<(&'static str, String), HookSeen>,
    /// The conversations that ended by their own word: what comes next in that pane is another one.
    ended: BTreeMap<RunnerId, String>,
}

impl App {
    /// An agent called. Answers when it is known whose it is, and taken in.
    ///
    /// # Errors
    /// `Ending`. What cannot be understood is no error of the daemon's.
    pub async fn hook(&self, mut message: HookMessage) -> Result<(), AppError> {
        // Nothing can have happened later than now: a sign from ahead would hold against all that follow.
        message.at = message.at.min(self.ports.clock.now());
        let (kind, at) = (message.kind, message.at);
        let reading = match self.ports.hooks.read(&message) {
            Ok(reading) => reading,
            Err(error) => {
                tracing::debug!("{error}");
                return Ok(());
            }
        };
        let findings = reading.findings.clone();
        let tag = self
            .monitor
            .turn(move |world| world.hear(kind, at, &reading))
            .await?;
        if let Some(tag) = tag {
            self.take(tag, kind, findings).await;
        }
        Ok(())
    }

    /// The newest call of each event, in the order of kinds and names.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn hooks_seen(&self) -> Result<Vec<HookSeen>, AppError> {
        self.monitor
            .turn(|world| world.hooks.seen.values().cloned().collect())
            .await
    }
}

impl World {
    /// Notes a call; the run that it is of.
    fn hear(
        &mut self,
        kind: &'static Kind,
        at: Timestamp,
        reading: &HookReading,
    ) -> Option<RunTag> {
        let caller = Caller {
            kind,
            pane: reading.pane,
            conversation: reading.conversation.as_deref(),
            cwd: reading.cwd.as_deref(),
        };
        let candidates: Vec<Candidate> = self
            .live()
            .map(|entry| candidate(entry, &self.hooks))
            .collect();
        let runner = caller.runner(candidates);
        self.hooks.note(kind, at, &reading.event, runner);
        let entry = self.runners.get(&runner?)?;
        self.hooks.converse(entry.runner.id, reading);
        Some(RunTag {
            runner: entry.runner.id,
            run: entry.runner.run,
        })
    }
}

fn candidate(entry: &Entry, hooks: &Hooks) -> Candidate {
    let (runner, awareness) = (&entry.runner, &entry.awareness);
    let started_in = match &runner.origin {
        Origin::Started(launch) => Some(&launch.cwd),
        Origin::Registered => None,
    };
    let occupant = awareness.occupant.as_ref();
    let conversation = awareness.conversation.as_ref().map(|known| &known.id);
    Candidate {
        runner: runner.id,
        kind: runner.kind,
        pane: runner.place.as_ref().map(|place| place.pane),
        conversation: conversation
            .filter(|known| hooks.ended.get(&runner.id) != Some(*known))
            .cloned(),
        cwd: occupant
            .and_then(|occupant| occupant.cwd.as_ref())
            .or(started_in)
            .cloned(),
    }
}

impl Hooks {
    /// The runner has left the list.
    pub(super) fn forget(&mut self, runner: RunnerId) {
        self.ended.remove(&runner);
    }

    fn note(&mut self, kind: &'static Kind, at: Timestamp, event: &str, runner: Option<RunnerId>) {
        let key = (kind.name, event.to_owned());
        if self.seen.len() >= MOST_EVENTS && !self.seen.contains_key(&key) {
            return;
        }
        let seen = self.seen.entry(key).or_insert_with(|| HookSeen {
            kind: kind.name,
            event: event.to_owned(),
            at,
            calls: 0,
            runner,
        });
        (seen.at, seen.runner) = (at, runner);
        seen.calls += 1;
    }

    /// A call that names a conversation which it does not have tells of its end.
    fn converse(&mut self, runner: RunnerId, reading: &HookReading) {
        let goes_on = reading
            .findings
            .iter()
            .any(|finding| matches!(finding, Finding::Conversation(_)));
        match &reading.conversation {
            Some(conversation) if !goes_on => {
                self.ended.insert(runner, conversation.clone());
            }
            Some(_) => {
                self.ended.remove(&runner);
            }
            None => {}
        }
    }
}

#[cfg(test)]
impl Hooks {
    /// Nothing is kept of any runner.
    pub(super) fn is_empty(&self) -> bool {
        self.ended.is_empty()
    }
}
