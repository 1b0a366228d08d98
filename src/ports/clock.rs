//! Time, as the app asks for it.

use crate::domain::time::{Tick, Timestamp};

/// Source of both clocks.
pub trait Clock: Send + Sync {
    /// Wall-clock time; may jump.
    fn now(&self) -> Timestamp;
    /// Monotonic time, comparable only with other ticks of the same clock.
    fn tick(&self) -> Tick;
}
