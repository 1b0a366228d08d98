//! When output goes on to the readers of its streams: at once after a pause, and otherwise what came within a moment together, of all
//! panes. Each piece that goes on by itself wakes its reader, the monitor and the store; twenty spinners are two hundred pieces a second.
//!
//! The control clients are read all the same: only what was read rests.

use super::limits::GATHER;
use crate::domain::time::Tick;

/// What waits, and until when.
#[derive(Debug, Default)]
pub(super) struct Gather {
    until: Tick,
    waits: bool,
    /// Something is to be sent that may not rest, or may be.
    is_urgent: bool,
}

impl Gather {
    /// There is output to send.
    pub(super) const fn came(&mut self) {
        self.waits = true;
    }

    /// There may be something else than a little output.
    pub(super) const fn came_else(&mut self) {
        self.is_urgent = true;
    }

    /// True when nothing needs to be sent now. What may have happened besides, such as a reader that left, is looked for when the rest
    /// is over.
    pub(super) fn skips(&self, now: Tick) -> bool {
        self.holds(now) && !self.is_urgent
    }

    /// True while output is to rest.
    pub(super) fn holds(&self, now: Tick) -> bool {
        now < self.until
    }

    /// When the rest is over.
    pub(super) fn deadline(&self, now: Tick) -> Option<Tick> {
        self.holds(now).then_some(self.until)
    }

    /// All streams were sent what they take, except for what rests.
    pub(super) fn sent(&mut self, now: Tick) {
        self.is_urgent = false;
        if !self.holds(now) && std::mem::take(&mut self.waits) {
            self.until = now.after(GATHER);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Tick {
        Tick(Duration::from_millis(millis))
    }

    #[test]
    fn what_comes_after_a_pause_goes_at_once_and_what_follows_goes_together() {
        let mut gather = Gather::default();
        gather.came();
        assert!(!gather.holds(at(100)));
        assert_eq!(gather.deadline(at(100)), None);
        gather.sent(at(100));
        let due = at(100).after(GATHER);
        assert_eq!(gather.deadline(at(100)), Some(due));
        gather.came();
        assert!(gather.holds(at(101)));
        assert_eq!(gather.deadline(at(101)), Some(due));
        assert!(!gather.holds(due));
        gather.sent(due);
        assert!(gather.holds(due));
        let later = due.after(GATHER);
        assert!(!gather.holds(later), "a pause");
        assert_eq!(gather.deadline(later), None);
    }

    #[test]
    fn what_may_not_rest_is_sent_at_once_and_ends_no_rest() {
        let mut gather = Gather::default();
        gather.came();
        gather.sent(at(100));
        gather.came();
        assert!(gather.skips(at(101)));
        gather.came_else();
        assert!(!gather.skips(at(101)) && gather.holds(at(101)));
        gather.sent(at(101));
        assert!(gather.skips(at(102)));
        assert_eq!(gather.deadline(at(102)), Some(at(100).after(GATHER)));
    }

    #[test]
    fn what_was_not_looked_for_is_looked_for_behind_the_rest() {
        let mut gather = Gather::default();
        gather.came();
        gather.sent(at(100));
        assert!(gather.skips(at(101)));
        assert_eq!(gather.deadline(at(101)), Some(at(100).after(GATHER)));
    }

    #[test]
    fn sending_nothing_begins_no_rest() {
        let mut gather = Gather::default();
        gather.sent(at(100));
        assert!(!gather.holds(at(100)));
    }
}
