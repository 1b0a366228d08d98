//! What is due when nothing happens: runners whose time is up, lines that settled by silence, screens to look at, and what time alone
//! says of a status. There are no ticks: the next deadline is computed.

use std::time::Duration;

use super::world::World;
use crate::domain::time::{Tick, Timestamp};

impl World {
    /// When [`World::expire`] has something to do.
    pub(super) fn next_deadline(&self) -> Option<Tick> {
        let (tick, now) = (self.clock.tick(), self.clock.now());
        let on_the_clock =
            |due: Timestamp| tick.after(Duration::from_millis(due.0.saturating_sub(now.0)));
        self.runners
            .values()
            .flat_map(|entry| {
                let status = entry.status_due.map(on_the_clock);
                [
                    entry.deadline,
                    entry.settles_at(),
                    entry.awareness.due(),
                    status,
                ]
            })
            .flatten()
            .min()
    }

    /// Looks at what is due: runners whose time is up, lines that settled by silence, screens, and what time alone says.
    pub(super) fn expire(&mut self) {
        let (now, at) = (self.clock.tick(), self.clock.now());
        let mut changed = Vec::new();
        for (id, entry) in &mut self.runners {
            if entry.settles_at().is_some_and(|due| due <= now) {
                entry.settle_lines(at, now);
            }
            if entry.deadline.is_some_and(|due| due <= now) {
                entry.deadline = match self.overdue.try_send(*id) {
                    Ok(()) => None,
                    Err(_full_or_ending) => Some(now.after(super::limits::OVERDUE_RETRY)),
                };
            }
            if let Some(ask) = entry.ask_who(now)
                && self.asks.try_send(ask).is_err()
            {
                entry.wonder(now.after(super::limits::ASK_RETRY));
            }
            if let Some(past) = entry.expire_evidence(at, now) {
                changed.push((*id, past));
            }
        }
        for (id, past) in changed {
            self.after_change(id, past);
        }
    }
}
