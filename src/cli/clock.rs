//! Time for a short-lived client: the wall clock for ages, a deadline for waiting. Clients have no Clock port;
//! what they render takes the time as an argument.

use std::time::{Duration, Instant};

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or_default()
}

/// A point in time after which nothing is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    /// That far from now.
    pub(crate) fn after(time: Duration) -> Self {
        Self(instant() + time)
    }

    /// What is left; zero when it has passed.
    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(instant())
    }

    /// True when it has passed.
    pub(crate) fn has_passed(self) -> bool {
        self.left().is_zero()
    }
}

/// Monotonic time of a client.
#[expect(
    clippy::disallowed_methods,
    reason = "a client is one short process without a Clock port to ask"
)]
pub(crate) fn instant() -> Instant {
    Instant::now()
}
