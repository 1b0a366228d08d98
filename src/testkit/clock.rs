//! A clock that follows tokio's, which tests can pause and move.

use tokio::time::Instant;

use crate::domain::time::{Day, Tick, TimeOfDay, Timestamp};
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
    /// The n-th day of a month that never ends, from 1970 on: enough to tell days apart.
    fn day(&self, at: Timestamp) -> Day {
        let days = at.0 / (24 * 3_600_000);
        Day {
            year: u16::try_from(days / 360).unwrap_or_default(),
            month: u8::try_from(days % 360 / 30 + 1).unwrap_or_default(),
            day: u8::try_from(days % 30 + 1).unwrap_or_default(),
        }
    }
}
