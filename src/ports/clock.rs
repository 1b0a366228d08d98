//! Time, as the app asks for it.

use crate::domain::time::{Day, Tick, TimeOfDay, Timestamp};

/// Source of both clocks.
pub trait Clock: Send + Sync {
    /// Wall-clock time; may jump.
    fn now(&self) -> Timestamp;
    /// Monotonic time, comparable only with other ticks of the same clock.
    fn tick(&self) -> Tick;
    /// What a clock on the user's wall shows.
    fn time_of_day(&self) -> TimeOfDay;
    /// The day of a calendar on the user's wall at that time.
    fn day(&self, at: Timestamp) -> Day;
}
