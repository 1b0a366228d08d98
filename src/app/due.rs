//! What is due when nothing happens: runners whose time is up, lines that settled by silence, screens to look at, and what time alone
//! says of a status. There are no ticks: the next deadline is computed.
//!
//! Of a hundred runners, a piece of output concerns one. So the next deadline is kept, as one that is never too late: it is computed
//! anew from all runners when it has come, and when anything but output has happened.

use std::collections::BTreeSet;
use std::time::Duration;

use super::entry::Entry;
use super::world::World;
use crate::domain::ids::RunnerId;
use crate::domain::time::{Tick, Timestamp};

/// Who has to be looked at, and when.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// Nothing is due before; `None` when that has to be computed.
    next: Option<Deadline>,
    /// Runners of which something has not been told yet, perhaps.
    stirred: Stirred,
}

#[derive(Debug, Clone, Copy)]
enum Deadline {
    At(Tick),
    Never,
}

#[derive(Debug)]
enum Stirred {
    All,
    Only(BTreeSet<RunnerId>),
}

impl Default for Stirred {
    fn default() -> Self {
        Self::Only(BTreeSet::new())
    }
}

impl Agenda {
    /// Something happened that may concern any runner.
    pub(super) fn upset(&mut self) {
        self.next = None;
        self.stirred = Stirred::All;
    }

    /// Something happened that concerns one runner, for which something is due then.
    fn note(&mut self, id: RunnerId, due: Option<Tick>) {
        if let (Some(next), Some(due)) = (&mut self.next, due) {
            *next = match *next {
                Deadline::At(known) => Deadline::At(known.min(due)),
                Deadline::Never => Deadline::At(due),
            };
        }
        if let Stirred::Only(ids) = &mut self.stirred {
            ids.insert(id);
        }
    }
}

/// The two clocks at one moment.
#[derive(Clone, Copy)]
struct Now {
    tick: Tick,
    at: Timestamp,
}

impl Entry {
    /// When something is due for it.
    fn due(&self, now: Now) -> Option<Tick> {
        let on_the_clock = |due: Timestamp| {
            let left = due.0.saturating_sub(now.at.0);
            now.tick.after(Duration::from_millis(left))
        };
        [
            self.deadline,
            self.settles_at(),
            self.awareness.due(),
            self.status_due.map(on_the_clock),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

impl World {
    fn now(&self) -> Now {
        Now {
            tick: self.clock.tick(),
            at: self.clock.now(),
        }
    }

    /// When [`World::expire`] may have something to do.
    pub(super) fn next_deadline(&mut self) -> Option<Tick> {
        let next = if let Some(known) = self.agenda.next {
            known
        } else {
            let now = self.now();
            let dues = self.runners.values().filter_map(|entry| entry.due(now));
            dues.min().map_or(Deadline::Never, Deadline::At)
        };
        self.agenda.next = Some(next);
        match next {
            Deadline::At(due) => Some(due),
            Deadline::Never => None,
        }
    }

    /// Runners whose status has another cause than was told.
    pub(super) fn take_other_causes(&mut self) -> Vec<RunnerId> {
        let is_another = |entry: &mut Entry| std::mem::take(&mut entry.has_another_cause);
        match std::mem::take(&mut self.agenda.stirred) {
            Stirred::All => self
                .runners
                .iter_mut()
                .filter_map(|(id, entry)| is_another(entry).then_some(*id))
                .collect(),
            Stirred::Only(ids) => ids
                .into_iter()
                .filter(|id| self.runners.get_mut(id).is_some_and(is_another))
                .collect(),
        }
    }

    /// Output or silence of one runner was taken in.
    pub(super) fn note_due(&mut self, id: RunnerId) {
        let now = self.now();
        let due = self.runners.get(&id).and_then(|entry| entry.due(now));
        self.agenda.note(id, due);
    }

    /// Looks at what is due: runners whose time is up, lines that settled by silence, screens, and what time alone says.
    pub(super) fn expire(&mut self) {
        let now = self.now();
        let (mut changed, mut next) = (Vec::new(), None);
        for (id, entry) in &mut self.runners {
            let due = entry.due(now);
            if due.is_none_or(|due| due > now.tick) {
                next = next.into_iter().chain(due).min();
                continue;
            }
            if entry.settles_at().is_some_and(|due| due <= now.tick) {
                entry.settle_lines(now.at, now.tick);
            }
            if entry.deadline.is_some_and(|due| due <= now.tick) {
                entry.deadline = match self.overdue.try_send(*id) {
                    Ok(()) => None,
                    Err(_full_or_ending) => Some(now.tick.after(super::limits::OVERDUE_RETRY)),
                };
            }
            if let Some(ask) = entry.ask_who(now.tick)
                && self.asks.try_send(ask).is_err()
            {
                entry.wonder(now.tick.after(super::limits::ASK_RETRY));
            }
            if let Some(past) = entry.expire_evidence(now.at, now.tick) {
                changed.push((*id, past));
            }
            next = next.into_iter().chain(entry.due(now)).min();
            self.agenda.note(*id, None);
        }
        self.agenda.next = Some(next.map_or(Deadline::Never, Deadline::At));
        for (id, past) in changed {
            self.after_change(id, past);
        }
    }
}
