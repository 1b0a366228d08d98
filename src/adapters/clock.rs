//! The system's clocks: the only place in the daemon that reads them.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the Clock port's adapter; everybody else asks the port"
)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::domain::time::{Day, Tick, TimeOfDay, Timestamp};
use crate::ports::clock::Clock;

/// Both clocks of the system.
#[derive(Debug, Clone)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock whose ticks count from now. Make one and share it: ticks of two clocks cannot be compared.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock set before 1970 shows 1970: times are only shown, never computed with.
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let ms = since.map_or(0, |since| since.as_millis());
        Timestamp(u64::try_from(ms).unwrap_or(u64::MAX))
    }

    fn tick(&self) -> Tick {
        Tick(self.start.elapsed())
    }

    fn time_of_day(&self) -> TimeOfDay {
        let now = jiff::Zoned::now().time();
        // Neither is ever negative, and an i8 has room for both.
        TimeOfDay(
            u16::from(now.hour().unsigned_abs()) * 60 + u16::from(now.minute().unsigned_abs()),
        )
    }

    fn day(&self, at: Timestamp) -> Day {
        let ms = i64::try_from(at.0).unwrap_or(i64::MAX);
        // A time that is too far away for a calendar is no time of a message.
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::MAX);
        let date = at.to_zoned(jiff::tz::TimeZone::system()).date();
        Day {
            year: date.year().unsigned_abs(),
            month: date.month().unsigned_abs(),
            day: date.day().unsigned_abs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_never_go_back_and_now_is_this_century() {
        let clock = SystemClock::new();
        let first = clock.tick();
        assert!(clock.tick() >= first);
        assert!(clock.now() > Timestamp(1_700_000_000_000));
    }

    #[test]
    fn a_day_is_told_of_any_time() {
        let clock = SystemClock::new();
        // In every zone of the world it is one of these.
        let day = clock.day(Timestamp(1_764_000_000_000)).to_string();
        assert!(["2025-11-24", "2025-11-25"].contains(&&*day), "{day}");
        assert_eq!(clock.day(Timestamp(u64::MAX)).year, 9999);
    }
}
