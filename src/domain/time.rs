//! Points in time as the domain sees them: the wall clock for people, the monotonic one for deadlines.

use std::fmt;
use std::time::Duration;

/// Wall-clock time, milliseconds since 1970-01-01 UTC. Shown and stored, never used for deadlines: it may jump.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(pub u64);

/// Whole milliseconds, as times stand on the wire and on disk; one too long for that is the longest.
pub fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Monotonic time since an arbitrary start of this process. Deadlines and silences are measured with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Tick(pub Duration);

impl Tick {
    /// Time from `earlier` to here; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// This point moved on by `by`.
    pub fn after(self, by: Duration) -> Self {
        Self(self.0.saturating_add(by))
    }
}

/// A time of day on the user's wall, in minutes since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub u16);

/// A day of the calendar, where the daemon is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Day {
    /// The year.
    pub year: u16,
    /// From 1 to 12.
    pub month: u8,
    /// From 1 to 31.
    pub day: u8,
}

impl Day {
    /// As one number that sorts as days do: 20261126.
    pub fn number(self) -> u32 {
        u32::from(self.year) * 10_000 + u32::from(self.month) * 100 + u32::from(self.day)
    }

    /// The day of such a number.
    pub fn of_number(number: u32) -> Self {
        let part = |number: u32| u8::try_from(number % 100).unwrap_or_default();
        Self {
            year: u16::try_from(number / 10_000).unwrap_or(u16::MAX),
            month: part(number / 100),
            day: part(number),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}
