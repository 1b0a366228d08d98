//! All state of the daemon. The monitor task owns the one instance; a turn is the only way to it.
//!
//! Invariant: after every turn and event the monitor calls [`World::settle`], so that what changed is told to
//! everybody before the next one.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::sync::{Arc, Weak};

use tokio::sync::{mpsc, watch};

use super::AppError;
use super::awareness::Ask;
use super::due::Agenda;
use super::entry::{Entry, Past, RunnerNow};
use super::hook::Hooks;
use super::layout::Layout;
use super::measure::Gauges;
use super::notify::NoticeTurn;
use super::shown::Shown;
use super::subscribe::{Change, Subscriber};
use super::tape::Tape;
use crate::domain::evidence::Fact;
use crate::domain::ids::{PaneId, RunnerId, SessionId};
use crate::domain::key::SessionKey;
use crate::domain::runner::Runner;
use crate::domain::settings::Settings;
use crate::domain::slot::Slot;
use crate::domain::transcript::{Gap, GapReason};
use crate::ports::clock::Clock;
use crate::ports::mux::{MuxPane, MuxServer};
use crate::ports::process::ProcessEvent;
use crate::ports::transcript::TranscriptWriter;

/// Which run an event belongs to; those of an older run are ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RunTag {
    pub(super) runner: RunnerId,
    pub(super) run: u32,
}

/// Where the world hands over what others have to do.
pub(super) struct Outlets {
    /// Runners over their time.
    pub(super) overdue: mpsc::Sender<RunnerId>,
    /// Runners that left the list by themselves.
    pub(super) left: mpsc::Sender<RunnerId>,
    /// Changes that people may be told of.
    pub(super) notices: mpsc::Sender<NoticeTurn>,
    /// What has to be looked at outside.
    pub(super) asks: mpsc::Sender<Ask>,
}

/// The state.
pub(super) struct World {
    pub(super) clock: Arc<dyn Clock>,
    /// Every runner; UUIDv7 ids keep them in order of creation.
    pub(super) runners: BTreeMap<RunnerId, Entry>,
    /// Sessions whose panes become runners by themselves.
    pub(super) sessions: BTreeSet<SessionId>,
    /// Panes of those sessions that the user does not want.
    pub(super) forgotten: BTreeSet<PaneId>,
    /// Session keys that are taken.
    pub(super) slots: BTreeMap<SessionKey, Slot>,
    /// Those that a registration is about to give to a session, for as long as it lives.
    pub(super) claims: BTreeMap<SessionKey, (SessionId, Weak<()>)>,
    /// Slots that the store has to learn of.
    pub(super) changed_slots: BTreeSet<SessionKey>,
    pub(super) layout: Layout,
    pub(super) server: Option<MuxServer>,
    /// Most ended runners that stay in the list.
    pub(super) ended_kept: usize,
    /// Sentences for `daemon status` and `doctor`, newest last.
    pub(super) warnings: Vec<String>,
    pub(super) subscribers: Vec<Subscriber>,
    pub(super) shown: watch::Sender<Shown>,
    /// The panes that it was made of.
    pub(super) shown_panes: Arc<[MuxPane]>,
    /// Grows with every change that the store has to learn of.
    pub(super) version: watch::Sender<u64>,
    pub(super) overdue: mpsc::Sender<RunnerId>,
    /// Where transcripts go.
    pub(super) writer: Arc<dyn TranscriptWriter>,
    /// Who removes the transcripts of runners that leave the list by themselves.
    pub(super) left: mpsc::Sender<RunnerId>,
    pub(super) gauges: Gauges,
    pub(super) hooks: Hooks,
    /// Who tells people of changes.
    pub(super) notices: mpsc::Sender<NoticeTurn>,
    pub(super) settings: watch::Receiver<Arc<Settings>>,
    /// Who looks at what is outside.
    pub(super) asks: mpsc::Sender<Ask>,
    pub(super) agenda: Agenda,
    changed: BTreeSet<RunnerId>,
    removed: BTreeSet<RunnerId>,
    unsaved: bool,
}

impl World {
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        writer: Arc<dyn TranscriptWriter>,
        outlets: Outlets,
        settings: watch::Receiver<Arc<Settings>>,
    ) -> Self {
        let Outlets {
            overdue,
            left,
            notices,
            asks,
        } = outlets;
        Self {
            clock,
            runners: BTreeMap::new(),
            sessions: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            slots: BTreeMap::new(),
            claims: BTreeMap::new(),
            changed_slots: BTreeSet::new(),
            layout: Layout::default(),
            server: None,
            ended_kept: usize::MAX,
            warnings: Vec::new(),
            subscribers: Vec::new(),
            shown: watch::channel(Shown::default()).0,
            shown_panes: Arc::new([]),
            version: watch::channel(0).0,
            overdue,
            writer,
            left,
            gauges: Gauges::default(),
            hooks: Hooks::default(),
            notices,
            settings,
            asks,
            agenda: Agenda::default(),
            changed: BTreeSet::new(),
            removed: BTreeSet::new(),
            unsaved: false,
        }
    }

    pub(super) fn entry(&self, id: RunnerId) -> Result<&Entry, AppError> {
        self.runners.get(&id).ok_or_else(|| AppError::gone(id))
    }

    pub(super) fn entry_mut(&mut self, id: RunnerId) -> Result<&mut Entry, AppError> {
        self.runners.get_mut(&id).ok_or_else(|| AppError::gone(id))
    }

    /// The runner that lives in that pane.
    pub(super) fn live_in(&self, pane: PaneId) -> Option<&Entry> {
        self.live()
            .find(|entry| entry.runner.place.as_ref().is_some_and(|p| p.pane == pane))
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &Entry> {
        self.runners
            .values()
            .filter(|entry| !entry.status().is_ended())
    }

    /// Refuses one runner more than `limit`.
    pub(super) fn check_limit(&self, limit: usize) -> Result<(), AppError> {
        if self.live().count() >= limit {
            return Err(AppError::RunnerLimit { limit });
        }
        Ok(())
    }

    /// Takes a new runner in.
    pub(super) fn insert(&mut self, runner: Runner) -> &mut Entry {
        if let Some(key) = runner.key.clone() {
            self.settle_in(&key, runner.id, runner.is_ours());
        }
        self.put(runner)
    }

    /// Takes a runner in, with a tape for its present run. Slots stay as they are.
    pub(super) fn put(&mut self, runner: Runner) -> &mut Entry {
        let id = runner.id;
        let tape = Tape::new(id, runner.run, Arc::clone(&self.writer));
        self.touch(id);
        let mut new = Entry::new(runner, tape, self.clock.tick());
        let now = self.clock.tick();
        new.awareness
            .begin(self.rules_of(new.runner.kind), None, now);
        new.wonder(now);
        match self.runners.entry(id) {
            btree_map::Entry::Vacant(place) => place.insert(new),
            btree_map::Entry::Occupied(place) => {
                let entry = place.into_mut();
                *entry = new;
                entry
            }
        }
    }

    pub(super) fn remove(&mut self, id: RunnerId) -> Option<Entry> {
        let entry = self.runners.remove(&id)?;
        self.changed.remove(&id);
        self.hooks.forget(id);
        self.removed.insert(id);
        self.unsaved = true;
        Some(entry)
    }

    /// Marks a runner as changed, for subscribers and the store.
    pub(super) fn touch(&mut self, id: RunnerId) {
        self.changed.insert(id);
        self.unsaved = true;
    }

    /// Marks a runner as changed, for subscribers: nothing of that is in the list on disk.
    pub(super) fn touch_view(&mut self, id: RunnerId) {
        self.changed.insert(id);
    }

    /// Marks a slot as changed, for the store.
    pub(super) fn touch_slot(&mut self, key: &SessionKey) {
        self.changed_slots.insert(key.clone());
        self.unsaved = true;
    }

    /// Marks what is kept besides the runners as changed.
    pub(super) const fn touch_store(&mut self) {
        self.unsaved = true;
    }

    /// Adds a sentence to the warnings, once.
    pub(super) fn warn(&mut self, sentence: String) {
        tracing::warn!("{sentence}");
        self.warnings.retain(|known| *known != sentence);
        self.warnings.push(sentence);
        let surplus = self.warnings.len().saturating_sub(20);
        self.warnings.drain(..surplus);
    }

    /// Folds evidence in and marks what it changed.
    pub(super) fn apply(&mut self, id: RunnerId, fact: Fact) {
        let now = self.clock.now();
        let Some(entry) = self.runners.get_mut(&id) else {
            return;
        };
        let changed = entry.apply(now, fact);
        self.follow_up(id, changed);
    }

    pub(super) fn after_change(&mut self, id: RunnerId, past: Past) {
        self.touch(id);
        self.agenda.upset();
        self.blame_server(id);
        let now = self.clock.now();
        let Some(entry) = self.runners.get_mut(&id) else {
            return;
        };
        let status = entry.status();
        tracing::info!(runner = %id, status = status.as_str(), reason = entry.runner.status.reason());
        if status.is_ended() {
            entry.finish(now);
            entry.watch = None;
            entry.deadline = None;
            entry.tell_end();
            if let Some(started) = entry.start.started.take() {
                // An error means that the verb has given up waiting.
                let _gone = started.send(Err(entry.runner.status.reason().to_owned()));
            }
            entry.start.begin.clear();
        }
        self.tell_person(id, past);
    }

    /// Takes in what a followed program did.
    pub(super) fn observe(&mut self, tag: RunTag, event: ProcessEvent) {
        let now = self.clock.now();
        let Some(entry) = self
            .runners
            .get_mut(&tag.runner)
            .filter(|entry| entry.runner.run == tag.run)
        else {
            return;
        };
        let changed = match event {
            ProcessEvent::Output { at, bytes } => {
                let tick = self.clock.tick();
                entry.output(at, tick, &bytes);
                // Not when it was read: what was told before, such as a silence, has the time of now.
                entry.sense(now, tick, &bytes)
            }
            ProcessEvent::Lost { bytes } => {
                let reason = match bytes {
                    Some(_) => GapReason::Overrun,
                    None => GapReason::Tmux,
                };
                entry.gap(now, Gap { bytes, reason });
                None
            }
            ProcessEvent::Screen { at, screen } => {
                entry.screen(at, &screen);
                entry.answer_lookers();
                entry.look_soon(self.clock.tick());
                None
            }
            ProcessEvent::Resized { at, size } => {
                entry.resized(at, size);
                entry.look_soon(self.clock.tick());
                entry.apply(at, Fact::Disturbed)
            }
            ProcessEvent::Activity(crate::domain::activity::Activity::Active) => {
                entry.apply(now, Fact::Output)
            }
            ProcessEvent::Activity(crate::domain::activity::Activity::Idle)
            | ProcessEvent::Silence { .. } => entry.apply(now, Fact::Silence),
            ProcessEvent::Exit(exit) => entry.apply(now, Fact::Exited(exit)),
            ProcessEvent::Error(error) => entry.apply(
                now,
                Fact::Lost {
                    reason: format!("It can no longer be watched: {error}."),
                },
            ),
        };
        self.note_due(tag.runner);
        self.follow_up(tag.runner, changed);
    }

    /// Tells what evidence changed: the status, or only why it is what it is.
    pub(super) fn follow_up(&mut self, id: RunnerId, changed: Option<Past>) {
        if let Some(past) = changed {
            self.after_change(id, past);
        }
    }

    pub(super) fn snapshot(&self) -> Vec<RunnerNow> {
        self.runners.values().map(Entry::now).collect()
    }

    /// Tells everybody what changed since the last time.
    pub(super) fn settle(&mut self) {
        if self.unsaved {
            self.prune_ended();
        }
        self.show(!self.changed.is_empty() || !self.removed.is_empty());
        for id in std::mem::take(&mut self.removed) {
            self.tell(&Change::Removed(id));
        }
        let others = self.take_other_causes();
        if !others.is_empty() {
            self.changed.extend(others);
            self.ask_for_glances();
        }
        for id in std::mem::take(&mut self.changed) {
            if let Some(entry) = self.runners.get_mut(&id) {
                entry.vitals.note(&entry.runner);
                entry.keep_lifetime();
                let change = Change::Runner(Arc::new(entry.now()));
                self.tell(&change);
            }
        }
        if std::mem::take(&mut self.unsaved) {
            self.version.send_modify(|version| *version += 1);
        }
    }

    fn tell(&mut self, change: &Change) {
        self.subscribers
            .retain_mut(|subscriber| subscriber.tell(change));
    }

    fn prune_ended(&mut self) {
        let ended: Vec<_> = self
            .runners
            .iter()
            .filter(|(_, entry)| entry.status().is_ended())
            .map(|(id, entry)| (entry.runner.status.since(), *id))
            .collect();
        let surplus = ended.len().saturating_sub(self.ended_kept);
        let mut oldest = ended;
        oldest.sort_unstable();
        for (_, id) in oldest.into_iter().take(surplus) {
            self.remove(id);
            if self.left.try_send(id).is_err() {
                tracing::warn!(runner = %id, "its transcript stays until it is pruned");
            }
        }
    }
}
