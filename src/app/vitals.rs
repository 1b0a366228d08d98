//! What is measured of one runner: its processes, how fast it prints, how long it had which status.

use std::time::Duration;

use super::entry::Entry;
use crate::domain::lifetime::Lifetime;
use crate::domain::rate::Rate;
use crate::domain::runner::Runner;
use crate::domain::tally::Tally;
use crate::domain::time::Tick;
use crate::domain::transcript::Position;
use crate::domain::usage::{TreeReading, Usage};

/// Two readings that are closer tell more of chance than of the program: the second is not taken.
const CLOSEST: Duration = Duration::from_millis(100);

/// What one tree of processes uses.
#[derive(Debug, Default)]
pub(super) struct Meter {
    before: Option<TreeReading>,
    usage: Option<Usage>,
    peak: Option<Usage>,
}

impl Meter {
    /// Takes a reading in.
    pub(super) fn take(&mut self, reading: TreeReading) {
        let before = self.before.as_ref();
        if before.is_some_and(|before| reading.at.since(before.at) < CLOSEST) {
            return;
        }
        let usage = reading.usage(before);
        self.before = Some(reading);
        self.usage = Some(usage);
        self.peak = Some(self.peak.map_or(usage, |peak| peak.max(usage)));
    }

    /// The processes are not there (any more).
    pub(super) fn lose(&mut self) {
        self.before = None;
        self.usage = None;
    }

    /// What is used now.
    pub(super) const fn usage(&self) -> Option<Usage> {
        self.usage
    }
}

/// How much of a transcript there is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TranscriptSize {
    /// Bytes of output.
    pub bytes: u64,
    /// Bytes of files.
    pub on_disk: u64,
}

/// What is measured of one runner.
#[derive(Debug)]
pub(super) struct Vitals {
    /// When this daemon knew of the run.
    known_at: Tick,
    /// From then until its pane was watched.
    pub(super) attach_latency: Option<Duration>,
    pub(super) meter: Meter,
    pub(super) rate: Rate,
    pub(super) tally: Tally,
    /// Entries that its log had under earlier daemons.
    pub(super) entries_before: u64,
    pub(super) transcript: TranscriptSize,
    /// The end of the transcript at the newest look at the disk.
    pub(super) looked_up_to: Option<Position>,
    /// What the store has, or is about to have. Counts go there from time to time, not with each line.
    pub(super) kept: Option<Lifetime>,
}

impl Vitals {
    /// Of a runner that is known from now on.
    pub(super) fn new(runner: &Runner, now: Tick) -> Self {
        let status = &runner.status;
        Self {
            known_at: now,
            attach_latency: None,
            meter: Meter::default(),
            rate: Rate::from(now, 0, 0),
            tally: Tally::new(runner.run, status.status(), status.since()),
            entries_before: 0,
            transcript: TranscriptSize::default(),
            looked_up_to: None,
            kept: None,
        }
    }

    /// Another run begins.
    pub(super) fn begin_run(&mut self, now: Tick) {
        self.known_at = now;
        self.attach_latency = None;
        self.meter.lose();
    }

    /// The pane is watched.
    pub(super) fn watched(&mut self, now: Tick) {
        self.attach_latency = Some(now.since(self.known_at));
    }

    /// Takes in what the status is.
    pub(super) fn note(&mut self, runner: &Runner) {
        let status = &runner.status;
        self.tally.note(runner.run, status.status(), status.since());
    }
}

impl Entry {
    /// Goes on counting where an earlier daemon was.
    pub(super) fn restore_lifetime(&mut self, lifetime: Option<Lifetime>, now: Tick) {
        let Some(lifetime) = lifetime else { return };
        let runner = &mut self.runner;
        runner.output_bytes = lifetime.output_bytes;
        runner.lost_bytes = lifetime.lost_bytes;
        runner.last_output_at = lifetime.last_output_at;
        let vitals = &mut self.vitals;
        vitals.tally.clone_from(&lifetime.tally);
        vitals.note(runner);
        vitals.meter.peak = lifetime.peak;
        vitals.entries_before = lifetime.log_entries;
        vitals.rate = Rate::from(now, lifetime.output_bytes, lifetime.log_entries);
        vitals.kept = Some(lifetime);
    }

    /// Puts what is counted where the next save finds it. True when there is something new.
    pub(super) fn keep_lifetime(&mut self) -> bool {
        let lifetime = Lifetime {
            tally: self.vitals.tally.clone(),
            peak: self.peak(),
            output_bytes: self.runner.output_bytes,
            lost_bytes: self.runner.lost_bytes,
            log_entries: self.log_entries(),
            last_output_at: self.runner.last_output_at,
        };
        let has_news = self.vitals.kept.as_ref() != Some(&lifetime);
        self.vitals.kept = Some(lifetime);
        has_news
    }

    /// Entries that its log has had under all daemons.
    pub(super) const fn log_entries(&self) -> u64 {
        self.vitals.entries_before.saturating_add(self.pushed())
    }

    /// The highest usage that was ever measured.
    pub(super) const fn peak(&self) -> Option<Usage> {
        self.vitals.meter.peak
    }

    /// What its processes use, while it runs.
    pub(super) fn usage(&self) -> Option<Usage> {
        let is_live = !self.status().is_ended();
        self.vitals.meter.usage.filter(|_| is_live)
    }

    /// Sees how fast it prints.
    pub(super) fn look_at_rate(&mut self, now: Tick) {
        let (bytes, entries) = (self.runner.output_bytes, self.log_entries());
        self.vitals.rate.look(now, bytes, entries);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Pid;
    use crate::domain::usage::ProcessUsage;

    fn reading(at_ms: u64, cpu_ms: u64, memory: u64) -> TreeReading {
        let process = ProcessUsage {
            pid: Pid::new(1).unwrap(),
            parent: None,
            started: 1,
            cpu: Duration::from_millis(cpu_ms),
            memory,
        };
        TreeReading {
            at: Tick(Duration::from_millis(at_ms)),
            processes: vec![process],
        }
    }

    #[test]
    fn peaks_stay_when_the_processes_are_gone() {
        let mut meter = Meter::default();
        for (at_ms, cpu_ms, memory) in [(0, 0, 10), (1000, 500, 5), (2000, 600, 5)] {
            meter.take(reading(at_ms, cpu_ms, memory));
        }
        // Too soon.
        meter.take(reading(2099, 699, 99));
        assert_eq!(meter.usage().unwrap().cpu_permille, Some(100));
        meter.lose();
        assert_eq!(meter.usage(), None);
        let peak = meter.peak.unwrap();
        assert_eq!((peak.cpu_permille, peak.memory), (Some(500), 10));
    }
}
