//! How often the status of a runner changed, and how long the present run had each of them.

use std::collections::BTreeMap;

use super::status::Status;
use super::time::Timestamp;

/// The tally. Times are of the wall clock, as a status is dated: what a clock that is set back takes away is not counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How often the status changed, in all runs.
    pub changes: u64,
    /// Number of the run that `times` is of.
    pub run: u32,
    /// The status at present.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// Milliseconds in every status that the run has left.
    pub times: BTreeMap<Status, u64>,
}

impl Tally {
    /// Of a runner that has had one status so far.
    pub const fn new(run: u32, status: Status, since: Timestamp) -> Self {
        Self {
            changes: 0,
            run,
            status,
            since,
            times: BTreeMap::new(),
        }
    }

    /// Takes in what the status is. Telling it the same again changes nothing.
    pub fn note(&mut self, run: u32, status: Status, since: Timestamp) {
        if run != self.run {
            *self = Self {
                changes: self.changes + 1,
                ..Self::new(run, status, since)
            };
            return;
        }
        // A daemon that finds a runner does not know yet what the one before it knew: no run begins twice.
        if status == self.status || status == Status::Starting {
            return;
        }
        *self.times.entry(self.status).or_default() += since.0.saturating_sub(self.since.0);
        self.changes += 1;
        self.status = status;
        self.since = since;
    }

    /// Milliseconds in each status up to `now`. An end is no time of the run.
    pub fn times(&self, now: Timestamp) -> BTreeMap<Status, u64> {
        let mut times = self.times.clone();
        if !self.status.is_ended() {
            *times.entry(self.status).or_default() += now.0.saturating_sub(self.since.0);
        }
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(tally: &Tally, now: u64) -> Vec<(&'static str, u64)> {
        let times = tally.times(Timestamp(now)).into_iter();
        times.map(|(status, ms)| (status.as_str(), ms)).collect()
    }

    #[test]
    fn time_is_counted_for_the_status_that_was_left() {
        let mut tally = Tally::new(1, Status::Starting, Timestamp(100));
        for (status, since) in [
            (Status::Running, 110),
            (Status::Running, 115),
            (Status::Idle, 150),
            (Status::Running, 160),
            (Status::Completed, 170),
        ] {
            tally.note(1, status, Timestamp(since));
        }
        assert_eq!(tally.changes, 4);
        assert_eq!(
            told(&tally, 999),
            [("starting", 10), ("running", 50), ("idle", 10)]
        );
    }

    #[test]
    fn another_run_begins_anew_and_goes_on_counting_changes() {
        let mut tally = Tally::new(1, Status::Starting, Timestamp(0));
        tally.note(1, Status::Failed, Timestamp(7));
        tally.note(2, Status::Starting, Timestamp(100));
        assert_eq!(
            (tally.changes, told(&tally, 103)),
            (2, vec![("starting", 3)])
        );
    }

    #[test]
    fn a_daemon_that_finds_a_runner_goes_on_where_the_last_one_was() {
        let mut tally = Tally::new(1, Status::Idle, Timestamp(50));
        tally.note(1, Status::Starting, Timestamp(0));
        tally.note(1, Status::Running, Timestamp(90));
        assert_eq!(told(&tally, 91), [("running", 1), ("idle", 40)]);
        assert_eq!(tally.changes, 1);
    }

    #[test]
    fn a_clock_that_is_set_back_takes_nothing_away() {
        let mut tally = Tally::new(1, Status::Running, Timestamp(50));
        tally.note(1, Status::Idle, Timestamp(40));
        assert_eq!(told(&tally, 30), [("running", 0), ("idle", 0)]);
    }
}
