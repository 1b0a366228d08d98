//! Hooks: what agents call. Each call is read, brought to the runner that it is of, and noted, so that it can be seen that they come.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::world::World;
use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::finding::Finding;
use crate::domain::hook::{Caller, Candidate};
use crate::domain::ids::{Pid, RunnerId};
use crate::domain::kind::Kind;
use crate::domain::runner::Origin;
use crate::domain::sign::Sign;
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
    /// The conversations that hooks told of, each with the process whose it is, once that is known.
    pub(super) conversations: BTreeMap<RunnerId, (Option<Pid>, String)>,
}

impl App {
    /// An agent called. Answers when it is known whose it is and taken in.
    ///
    /// # Errors
    /// `Ending`. What cannot be understood is no error of the daemon's.
    pub async fn hook(&self, message: HookMessage) -> Result<(), AppError> {
        let kind = message.kind;
        let reading = match self.ports.hooks.read(&message) {
            Ok(reading) => reading,
            Err(error) => {
                tracing::debug!("{error}");
                return Ok(());
            }
        };
        self.monitor
            .turn(move |world| world.hear(kind, message.at, &reading))
            .await
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
    fn hear(&mut self, kind: &'static Kind, at: Timestamp, reading: &HookReading) {
        let at = at.min(self.clock.now());
        let caller = Caller {
            kind,
            pane: reading.pane,
            conversation: reading.conversation.as_deref(),
            cwd: reading.cwd.as_deref(),
        };
        let runner = caller.runner(self.hook_candidates());
        self.hooks.note(kind, at, &reading.event, runner);
        let Some(runner) = runner else { return };
        let occupant = self.occupant(runner);
        self.hooks.converse(runner, occupant, reading);
        for finding in &reading.findings {
            if let Finding::Sign(sign) = finding {
                let sign = Sign { at, ..sign.clone() };
                self.apply_at(runner, at, Fact::Sign(sign));
            }
        }
    }

    fn occupant(&self, runner: RunnerId) -> Option<Pid> {
        let entry = self.runners.get(&runner)?;
        Some(entry.awareness.occupant.as_ref()?.pid)
    }

    fn hook_candidates(&self) -> Vec<Candidate> {
        let candidate = |entry: &Entry| {
            let (runner, occupant) = (&entry.runner, entry.awareness.occupant.as_ref());
            let pid = occupant.map(|occupant| occupant.pid);
            let started_in = match &runner.origin {
                Origin::Started(launch) => Some(&launch.cwd),
                Origin::Registered => None,
            };
            Candidate {
                runner: runner.id,
                kind: runner.kind,
                pane: runner.place.as_ref().map(|place| place.pane),
                conversation: self.hooks.conversation(runner.id, pid),
                cwd: occupant
                    .and_then(|occupant| occupant.cwd.as_ref())
                    .or(started_in)
                    .cloned(),
            }
        };
        self.live().map(candidate).collect()
    }
}

impl Hooks {
    /// The runner has left the list.
    pub(super) fn forget(&mut self, runner: RunnerId) {
        self.conversations.remove(&runner);
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

    /// The conversation of a runner in which that process lives: what another process had is over.
    fn conversation(&self, runner: RunnerId, occupant: Option<Pid>) -> Option<String> {
        let (of, conversation) = self.conversations.get(&runner)?;
        let is_others = of.is_some() && occupant.is_some() && *of != occupant;
        (!is_others).then(|| conversation.clone())
    }

    /// A conversation ends with the hook that says so: what comes next in that pane is another one.
    fn converse(&mut self, runner: RunnerId, occupant: Option<Pid>, reading: &HookReading) {
        let told = reading.findings.iter().find_map(|finding| match finding {
            Finding::Conversation(conversation) => Some(conversation.id.clone()),
            _ => None,
        });
        match told {
            Some(id) => {
                self.conversations.insert(runner, (occupant, id));
            }
            None if reading.conversation.is_some() => {
                self.conversations.remove(&runner);
            }
            None => {}
        }
    }
}
