//! How fast a runner prints: what came between two looks at its counts.

use std::time::Duration;

use super::time::Tick;

/// Shorter intervals tell more of chance than of the program.
const SHORTEST: Duration = Duration::from_millis(450);

/// Counts at one moment, and how fast they grew before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rate {
    at: Tick,
    bytes: u64,
    lines: u64,
    /// Bytes a second.
    pub bytes_per_second: u64,
    /// Lines a second.
    pub lines_per_second: u64,
}

impl Rate {
    /// From these counts on.
    pub const fn from(at: Tick, bytes: u64, lines: u64) -> Self {
        Self {
            at,
            bytes,
            lines,
            bytes_per_second: 0,
            lines_per_second: 0,
        }
    }

    /// Looks at the counts again; too soon after the last look, everything stays as it is.
    pub fn look(&mut self, at: Tick, bytes: u64, lines: u64) {
        let passed = at.since(self.at);
        if passed < SHORTEST {
            return;
        }
        let per_second = |now: u64, then: u64| {
            let grown = u128::from(now.saturating_sub(then));
            let (millis, half) = (passed.as_millis(), passed.as_millis() / 2);
            let rounded = (grown * 1000 + half)
                .checked_div(millis)
                .unwrap_or_default();
            u64::try_from(rounded).unwrap_or(u64::MAX)
        };
        *self = Self {
            at,
            bytes,
            lines,
            bytes_per_second: per_second(bytes, self.bytes),
            lines_per_second: per_second(lines, self.lines),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_the_newest_interval_that_is_long_enough() {
        let mut rate = Rate::from(Tick::default(), 100, 1);
        for (at_ms, bytes, lines, expected) in [
            (400, 900, 9, (0, 0)),
            (500, 600, 2, (1000, 2)),
            (700, 9999, 99, (1000, 2)),
            (2500, 601, 3, (1, 1)),
            (4500, 601, 3, (0, 0)),
            (5000, 0, 0, (0, 0)),
        ] {
            rate.look(Tick(Duration::from_millis(at_ms)), bytes, lines);
            let found = (rate.bytes_per_second, rate.lines_per_second);
            assert_eq!(found, expected, "at {at_ms} ms");
        }
    }
}
