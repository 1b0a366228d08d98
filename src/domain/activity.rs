//! Silence detection for one pane: pure, and without ticks: it names its next deadline instead.

use std::time::Duration;

use super::time::Tick;

/// Whether a program has printed lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// It printed within the silence threshold.
    Active,
    /// It has been silent for the threshold.
    Idle,
}

/// Watches the times of a pane's output and tells when silence has lasted long enough.
#[derive(Debug, Clone)]
pub struct ActivityClock {
    threshold: Duration,
    last_output: Tick,
    activity: Activity,
}

impl ActivityClock {
    /// A pane that last printed at `last_output`; active until the threshold has passed from there.
    pub const fn new(threshold: Duration, last_output: Tick) -> Self {
        Self {
            threshold,
            last_output,
            activity: Activity::Active,
        }
    }

    /// Takes note of output. Returns true when that ends a silence.
    pub fn output(&mut self, now: Tick) -> bool {
        self.last_output = self.last_output.max(now);
        let ended_silence = self.activity == Activity::Idle;
        self.activity = Activity::Active;
        ended_silence
    }

    /// When [`Self::expire`] is due; `None` while idle, since only output can change that.
    pub fn deadline(&self) -> Option<Tick> {
        (self.activity == Activity::Active).then(|| self.last_output.after(self.threshold))
    }

    /// Declares silence if the deadline has passed, and returns how long the silence is.
    pub fn expire(&mut self, now: Tick) -> Option<Duration> {
        let due = self.deadline()?;
        if now < due {
            return None;
        }
        self.activity = Activity::Idle;
        Some(now.since(self.last_output))
    }

    /// What holds now.
    pub const fn activity(&self) -> Activity {
        self.activity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Tick {
        Tick(Duration::from_secs(seconds))
    }

    #[test]
    fn silence_is_told_once_and_ended_by_output() {
        let mut clock = ActivityClock::new(Duration::from_secs(30), at(0));
        assert!(!clock.output(at(5)));
        assert_eq!(clock.deadline(), Some(at(35)));
        assert_eq!(clock.expire(at(34)), None);
        assert_eq!(clock.expire(at(35)), Some(Duration::from_secs(30)));
        assert_eq!(clock.deadline(), None);
        assert_eq!(clock.expire(at(99)), None);
        assert!(clock.output(at(100)));
        assert_eq!(clock.deadline(), Some(at(130)));
    }

    #[test]
    fn a_clock_that_goes_back_shortens_nothing() {
        let mut clock = ActivityClock::new(Duration::from_secs(30), at(10));
        clock.output(at(3));
        assert_eq!(clock.deadline(), Some(at(40)));
    }
}
