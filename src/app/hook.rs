//! Hooks: what agents call. Each call is read, brought to the runner that it is of, and noted, so that it can be seen that they come.

use std::collections::BTreeMap;

use super::world::World;
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
    /// The conversations that hooks told of.
    conversations: BTreeMap<RunnerId, String>,
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
        let caller = Caller {
            kind,
            pane: reading.pane,
            conversation: reading.conversation.as_deref(),
            cwd: reading.cwd.as_deref(),
        };
        let runner = caller.runner(self.hook_candidates());
        self.hooks.note(kind, at, &reading.event, runner);
        if let Some(runner) = runner {
            self.hooks.converse(runner, reading);
        }
    }

    fn hook_candidates(&self) -> Vec<Candidate> {
        let candidate = |runner: &crate::domain::runner::Runner| Candidate {
            runner: runner.id,
            kind: runner.kind,
            pane: runner.place.as_ref().map(|place| place.pane),
            conversation: self.hooks.conversations.get(&runner.id).cloned(),
            cwd: match &runner.origin {
                Origin::Started(launch) => Some(launch.cwd.clone()),
                Origin::Registered => None,
            },
        };
        self.live().map(|entry| candidate(&entry.runner)).collect()
    }
}

impl Hooks {
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

    /// A conversation ends with the hook that says so: what comes next in that pane is another one.
    fn converse(&mut self, runner: RunnerId, reading: &HookReading) {
        let told = reading.findings.iter().find_map(|finding| match finding {
            Finding::Conversation(conversation) => Some(conversation.id.clone()),
            _ => None,
        });
        match told {
            Some(id) => {
                self.conversations.insert(runner, id);
            }
            None if reading.conversation.is_some() => {
                self.conversations.remove(&runner);
            }
            None => {}
        }
    }
}
