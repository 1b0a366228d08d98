//! A clock that follows tokio's, which tests can pause and move.

use tokio::time::Instant;

use crate::domain::time::{Tick, TimeOfDay, Timestamp};
use crate::ports::clock::Clock;

/// Wall-clock time of the first tick.
const EPOCH_MS: u64 = 1_700_000_000_000;

/// Both clocks, from tokio's time.
#[derive(Debug)]
pub(crate) struct ManualClock {
    start: Instant,
}

impl ManualClock {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        let passed = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        Timestamp(EPOCH_MS + passed)
    }

    fn tick(&self) -> Tick {
        Tick(self.start.elapsed())
    }

    /// Of the first tick's zone, in which that was at noon.
    fn time_of_day(&self) -> TimeOfDay {
        let minutes = 12 * 60 + self.start.elapsed().as_secs() / 60;
        TimeOfDay(u16::try_from(minutes % (24 * 60)).unwrap_or_default())
    }
}
