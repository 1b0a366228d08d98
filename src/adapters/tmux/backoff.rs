//! How long to wait before a lost client is replaced. Pure: time is an argument.

use std::time::Duration;

use super::limits::{BACKOFF_FIRST, BACKOFF_LAST, BACKOFF_RESET, STORM_ENDS, STORM_WINDOW};
use crate::domain::time::Tick;

/// The waits of one kind of client.
#[derive(Debug, Clone, Default)]
pub(super) struct Backoff {
    losses: u32,
    /// First loss of the window that may become a storm, and how many it has.
    window: Option<(Tick, u32)>,
}

/// What a loss leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    /// When to try again.
    pub(super) until: Tick,
    /// True when clients are ended as fast as we start them.
    pub(super) storm: bool,
}

impl Backoff {
    /// A client that was started at `born` is gone.
    pub(super) fn lost(&mut self, born: Tick, now: Tick) -> Wait {
        if now.since(born) >= BACKOFF_RESET {
            *self = Self::default();
        }
        let (since, ends) = match self.window {
            Some((since, ends)) if now.since(since) <= STORM_WINDOW => (since, ends + 1),
            _ => (now, 1),
        };
        self.window = Some((since, ends));
        let storm = ends >= STORM_ENDS;
        let doubled = BACKOFF_FIRST.saturating_mul(1 << self.losses.min(16));
        self.losses = self.losses.saturating_add(1);
        let wait = if storm {
            BACKOFF_LAST
        } else {
            doubled.min(BACKOFF_LAST)
        };
        Wait {
            until: now.after(wait.saturating_sub(jitter(wait, now))),
            storm,
        }
    }
}

/// Up to a quarter of the wait, from the digits of the time that nobody chooses.
fn jitter(wait: Duration, now: Tick) -> Duration {
    let part = now.0.subsec_micros() % 256;
    wait * part / 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Tick {
        Tick(Duration::from_millis(millis))
    }

    #[test]
    fn waits_grow_and_a_client_that_lived_starts_anew() {
        let mut backoff = Backoff::default();
        let first = backoff.lost(at(0), at(2000));
        assert!(first.until <= at(2050) && first.until >= at(2037) && !first.storm);
        assert!(backoff.lost(at(4000), at(4000)).until > at(4070));
        for second in 6..20 {
            backoff.lost(at(second * 2000), at(second * 2000));
        }
        assert!(backoff.lost(at(50_000), at(50_000)).until > at(53_000));
        assert!(backoff.lost(at(60_000), at(80_000)).until <= at(80_050));
    }

    #[test]
    fn three_ends_within_a_second_are_a_storm() {
        let mut backoff = Backoff::default();
        assert!(!backoff.lost(at(0), at(100)).storm);
        assert!(!backoff.lost(at(150), at(300)).storm);
        let third = backoff.lost(at(400), at(900));
        assert!(third.storm && third.until > at(4000));
    }
}
