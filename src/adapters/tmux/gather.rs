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
}

impl Gather {
    /// There is output to send.
    pub(super) const fn came(&mut self) {
        self.waits = true;
    }

    /// True while output is to rest.
    pub(super) fn holds(&self, now: Tick) -> bool {
        now < self.until
    }

    /// When what rests is to be sent; `None` when nothing does.
    pub(super) fn deadline(&self, now: Tick) -> Option<Tick> {
        (self.waits && self.holds(now)).then_some(self.until)
    }

    /// All streams were sent what they take.
    pub(super) fn sent(&mut self, now: Tick) {
        if std::mem::take(&mut self.waits) {
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
        assert_eq!(gather.deadline(at(100)), None, "nothing waits");
        gather.came();
        let due = at(100).after(GATHER);
        assert!(gather.holds(at(101)));
        assert_eq!(gather.deadline(at(101)), Some(due));
        assert!(!gather.holds(due));
        gather.sent(due);
        assert!(gather.holds(due));
        assert!(!gather.holds(due.after(GATHER)), "a pause");
    }

    #[test]
    fn sending_nothing_begins_no_rest() {
        let mut gather = Gather::default();
        gather.sent(at(100));
        assert!(!gather.holds(at(100)));
    }
}
