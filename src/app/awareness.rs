//! What is known of the agent in one pane besides what it printed: its screen as the rules of its kind read it, and who it is.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::sync::DropGuard;

use super::acting::Held;
use super::entry::{Entry, Past};
use super::eye::Eye;
use super::tape::Tape;
use super::world::{RunTag, World};
use crate::domain::board::Prints;
use crate::domain::evidence::Fact;
use crate::domain::finding::Conversation;
use crate::domain::ids::{PaneId, Pid, RunnerId};
use crate::domain::kind::Kind;
use crate::domain::occupant::Occupant;
use crate::domain::prompt::Prompt;
use crate::domain::screen_rule::RuleSet;
use crate::domain::sign::{Reason, Sign};
use crate::domain::status::Status;
use crate::domain::time::{Tick, Timestamp};

/// Between two looks at who lives in a pane that prints.
const WHO_EVERY: Duration = Duration::from_secs(1);

/// Somebody has to look at something outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask(pub(super) Question);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Who lives in the pane of that run?
    Resident {
        tag: RunTag,
        pane: PaneId,
        pane_pid: Pid,
    },
    /// Does a person look at what is done?
    Glance,
}

/// The agent of one runner.
#[derive(Default)]
pub(super) struct Awareness {
    eye: Eye,
    /// The rules of its kind; `None` for one that is no agent.
    rules: Option<Arc<RuleSet>>,
    /// Who lives in the pane, once an agent was found.
    pub(super) occupant: Option<Occupant>,
    /// How it was recognised, or what is there instead; for `explain`.
    pub(super) resident: String,
    /// The conversation that it has, as it calls it.
    pub(super) conversation: Option<Conversation>,
    /// What of its evidence is weaker than it should be; whole sentences.
    pub(super) degraded: Vec<String>,
    /// The reader of its files; dropping it ends the reading.
    pub(super) files: Option<DropGuard>,
    /// An agent has left, and the shell below it waits since.
    pub(super) left_to_shell: bool,
    /// Somebody has looked who lives there.
    pub(super) is_known: bool,
    /// Who waits to see what the pane shows.
    pub(super) lookers: Vec<oneshot::Sender<()>>,
    pub(super) acting: Held,
    who_due: Option<Tick>,
    who_asked: Option<Tick>,
}

impl Awareness {
    /// Another program, which has run for so long: what was seen before is not its.
    pub(super) fn begin(&mut self, rules: Option<Arc<RuleSet>>, age: Option<Duration>, now: Tick) {
        self.eye.begin(age, now);
        self.set_rules(rules, now);
    }

    pub(super) fn set_rules(&mut self, rules: Option<Arc<RuleSet>>, now: Tick) {
        self.rules = rules;
        if self.rules.is_some() {
            self.eye.wake(now);
        }
    }

    pub(super) const fn rules(&self) -> Option<&Arc<RuleSet>> {
        self.rules.as_ref()
    }

    pub(super) const fn eye(&self) -> &Eye {
        &self.eye
    }

    fn printed(&mut self, at: Timestamp, now: Tick, bytes: &[u8]) -> Vec<Sign> {
        let due = self.who_asked.map_or(now, |asked| asked.after(WHO_EVERY));
        self.who_due.get_or_insert(due);
        match &self.rules {
            Some(rules) => self.eye.printed(rules, at, now, bytes),
            None => Vec::new(),
        }
    }

    pub(super) fn look(
        &mut self,
        tape: &mut Tape,
        rules: &RuleSet,
        at: Timestamp,
        now: Tick,
    ) -> [Sign; 2] {
        self.eye.look(tape, rules, at, now)
    }

    /// When it is time to look at something.
    pub(super) fn due(&self) -> Option<Tick> {
        self.eye.due().into_iter().chain(self.who_due).min()
    }
}

impl Entry {
    /// Its pane printed: what that says at once. What it shows is looked at a moment later.
    pub(super) fn sense(&mut self, at: Timestamp, now: Tick, bytes: &[u8]) -> Option<Past> {
        let mut changed = self.apply(at, Fact::Output);
        for sign in self.awareness.printed(at, now, bytes) {
            changed = changed.or(self.apply(at, Fact::Sign(sign)));
        }
        changed
    }

    /// The question that it asks on its screen, while it waits for an answer.
    pub(super) fn prompt(&self) -> Option<Prompt> {
        let is_waiting = self.status() == Status::Waiting;
        is_waiting.then(|| self.awareness.eye.asks()).flatten()
    }

    /// What the pane really shows is known.
    pub(super) fn answer_lookers(&mut self) {
        for looker in self.awareness.lookers.drain(..) {
            // An error means that they have given up.
            let _gone = looker.send(());
        }
    }

    /// Its screen is another without output.
    pub(super) fn look_soon(&mut self, now: Tick) {
        if self.awareness.rules.is_some() {
            self.awareness.eye.wake(now);
        }
    }

    /// Looks at its screen if it is time, and lets time pass.
    pub(super) fn expire_evidence(&mut self, at: Timestamp, now: Tick) -> Option<Past> {
        let mut changed = None;
        let is_due = self.awareness.eye.due().is_some_and(|due| due <= now);
        if is_due && let Some(rules) = self.awareness.rules.clone() {
            for sign in self.look(&rules, at, now) {
                changed = changed.or(self.apply(at, Fact::Sign(sign)));
            }
        }
        if self.status_due.is_some_and(|due| due <= at) {
            if self.awareness.eye.is_blank() {
                changed = changed.or(self.apply(at, Fact::Blank));
            }
            changed = changed.or(self.let_time_pass(at));
        }
        changed
    }

    /// The agent has to be looked for: who asks what.
    pub(super) fn ask_who(&mut self, now: Tick) -> Option<Ask> {
        self.awareness.who_due.filter(|due| *due <= now)?;
        self.awareness.who_due = None;
        // Before it has a place there is nothing to look at; its first output brings the question again.
        let place = self.runner.place.as_ref()?;
        self.awareness.who_asked = Some(now);
        Some(Ask(Question::Resident {
            tag: RunTag {
                runner: self.runner.id,
                run: self.runner.run,
            },
            pane: place.pane,
            pane_pid: place.pane_pid,
        }))
    }

    /// Somebody should look who lives there, now.
    pub(super) fn wonder(&mut self, now: Tick) {
        self.awareness.who_due = Some(now);
    }
}

impl World {
    /// Asks whether somebody looks at what is done, if anything is.
    pub(super) fn ask_for_glances(&mut self) {
        let is_done = |entry: &Entry| entry.runner.status.cause() == Reason::Done;
        if self.live().any(is_done) && self.asks.try_send(Ask(Question::Glance)).is_err() {
            tracing::debug!("many questions wait: what is done is looked at later");
        }
    }

    pub(super) fn rules_of(&self, kind: &Kind) -> Option<Arc<RuleSet>> {
        let rules = self.settings.borrow().rules.of(kind.name);
        // Of a program that is no known agent only the user knows something.
        let is_told_of = kind.prints != Prints::IsWork || *rules != RuleSet::default();
        is_told_of.then_some(rules)
    }

    /// The rules of every runner are those of the settings again.
    pub(super) fn renew_rules(&mut self) {
        let now = self.clock.tick();
        let ids: Vec<RunnerId> = self.runners.keys().copied().collect();
        for id in ids {
            self.with_rules(id, |entry, rules| entry.awareness.set_rules(rules, now));
        }
    }

    /// The runner has that kind, or another program, from here on.
    pub(super) fn begin_awareness(&mut self, id: RunnerId, age: Option<Duration>) {
        let now = self.clock.tick();
        self.with_rules(id, |entry, rules| {
            entry.awareness.begin(rules, age, now);
            entry.wonder(now);
        });
    }

    fn with_rules(&mut self, id: RunnerId, then: impl FnOnce(&mut Entry, Option<Arc<RuleSet>>)) {
        let kind = self.runners.get(&id).map(|entry| entry.runner.kind);
        let rules = kind.and_then(|kind| self.rules_of(kind));
        if let Some(entry) = self.runners.get_mut(&id) {
            then(entry, rules);
        }
    }
}
