//! Waiting for a condition: the only place of the tests that looks at a clock or sleeps.

use std::time::{Duration, Instant};

/// Deadline of everything that should take moments: two cores are shared by many tests.
pub(crate) const USUAL: Duration = Duration::from_secs(60);

/// Deadline of what has much to do.
pub(crate) const LONG: Duration = Duration::from_secs(240);

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks until `look` finds something; `None` when `deadline` has passed. Looks at least twice, so that a
/// machine that stood still does not fail a test.
pub(crate) fn look_until<T>(deadline: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = now();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if start.elapsed() > deadline {
            return look();
        }
        pause();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "deadlines of tests are real time"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one pause between two looks at a condition"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}
