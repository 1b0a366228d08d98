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
    /// A client that had worked for so long is gone; `None` for one that never came to work.
    pub(super) fn lost(&mut self, worked: Option<Duration>, now: Tick) -> Wait {
        if worked.is_some_and(|worked| worked >= BACKOFF_RESET) {
            *self = Self::default();
            return Wait {
                until: now,
                storm: false,
            };
        }
        let storm = worked.is_none() && self.is_storm(now);
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

impl Backoff {
    /// Counts a client that never came to work.
    fn is_storm(&mut self, now: Tick) -> bool {
        let (since, ends) = match self.window {
            Some((since, ends)) if now.since(since) <= STORM_WINDOW => (since, ends + 1),
            _ => (now, 1),
        };
        self.window = Some((since, ends));
        ends >= STORM_ENDS
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

    const SHORT: Option<Duration> = Some(Duration::from_millis(10));

    #[test]
    fn waits_grow_and_a_client_that_worked_starts_anew() {
        let mut backoff = Backoff::default();
        let first = backoff.lost(SHORT, at(2000));
        assert!(first.until <= at(2050) && first.until >= at(2037));
        assert!(backoff.lost(SHORT, at(2100)).until > at(2170));
        for _ in 0..10 {
            assert!(!backoff.lost(SHORT, at(2200)).storm);
        }
        assert!(backoff.lost(None, at(50_000)).until > at(53_000));
        let well = backoff.lost(Some(BACKOFF_RESET), at(80_000));
        assert_eq!(well.until, at(80_000));
        assert!(backoff.lost(SHORT, at(80_000)).until <= at(80_050));
    }

    #[test]
    fn three_that_never_worked_within_a_second_are_a_storm() {
        let mut backoff = Backoff::default();
        assert!(!backoff.lost(None, at(100)).storm);
        assert!(!backoff.lost(None, at(300)).storm);
        let third = backoff.lost(None, at(900));
        assert!(third.storm && third.until > at(4000));
        assert!(!backoff.lost(None, at(9000)).storm);
    }
}
