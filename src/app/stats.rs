//! `stats`: what is measured of runners, once. While nobody follows it, it is measured for the question.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::entry::Entry;
use super::measure::SizesOf;
use super::vitals::TranscriptSize;
use super::world::World;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::status::Status;
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::usage::Usage;

/// Time between the two readings that tell how much CPU is used.
pub(super) const BETWEEN_READINGS: Duration = Duration::from_millis(200);

/// What is measured of one runner. Two of these are equal when nothing but time has passed between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunnerStats {
    /// Whose.
    pub id: RunnerId,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it is at present.
    pub status: Status,
    /// Changes of its status, and the time in each.
    pub tally: Tally,
    /// What its processes use, while it runs and when it was measured.
    pub usage: Option<Usage>,
    /// The highest usage that was ever measured.
    pub peak: Option<Usage>,
    /// Bytes its pane printed.
    pub output_bytes: u64,
    /// Entries that its log has had.
    pub log_entries: u64,
    /// Bytes printed a second.
    pub bytes_per_second: u64,
    /// Log entries a second.
    pub lines_per_second: u64,
    /// The newest line of its pane that is not empty.
    pub last_line: Option<Arc<str>>,
    /// When its pane last printed.
    pub last_output_at: Option<Timestamp>,
    /// From when this daemon knew of the run until its pane was watched.
    pub attach_latency: Option<Duration>,
    /// As of the newest look at the disk.
    pub transcript: TranscriptSize,
}

impl RunnerStats {
    /// Milliseconds that the present run spent in each status, up to `now`.
    pub fn times(&self, now: Timestamp) -> BTreeMap<Status, u64> {
        self.tally.times(now)
    }
}

/// What is measured of runners, at one moment.
#[derive(Debug, Clone)]
pub struct StatsNow {
    /// When.
    pub at: Timestamp,
    /// Oldest first.
    pub runners: Vec<RunnerStats>,
    /// What the daemon and its control clients use.
    pub daemon: Option<Usage>,
}

impl App {
    /// Measures one runner, or all.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Ending`.
    pub async fn stats(&self, runner: Option<String>) -> Result<StatsNow, AppError> {
        let wanted = match runner {
            Some(text) => {
                let found = self.monitor.turn(move |world| world.resolve(&text));
                Some(found.await??)
            }
            None => None,
        };
        if !self.is_measured().await? {
            self.read_usage(self.roots().await?).await?;
            tokio::time::sleep(BETWEEN_READINGS).await;
            self.read_usage(self.roots().await?).await?;
        }
        let of = wanted.map_or(SizesOf::All, SizesOf::One);
        self.look_at_sizes(of).await?;
        let now = self.monitor.turn(|world| StatsNow {
            at: world.clock.now(),
            runners: world.stats(),
            daemon: world.gauges.own.usage(),
        });
        let mut now = now.await?;
        if let Some(id) = wanted {
            now.runners.retain(|stats| stats.id == id);
        }
        Ok(now)
    }
}

impl World {
    /// Of every runner, oldest first.
    pub(super) fn stats(&self) -> Vec<RunnerStats> {
        self.runners.values().map(stats).collect()
    }
}

fn stats(entry: &Entry) -> RunnerStats {
    let (runner, vitals) = (&entry.runner, &entry.vitals);
    RunnerStats {
        id: runner.id,
        name: runner.name.to_string(),
        kind: runner.kind.name,
        status: entry.status(),
        tally: vitals.tally.clone(),
        usage: entry.usage(),
        peak: entry.peak(),
        output_bytes: runner.output_bytes,
        log_entries: entry.log_entries(),
        bytes_per_second: vitals.rate.bytes_per_second,
        lines_per_second: vitals.rate.lines_per_second,
        last_line: entry.last_line(),
        last_output_at: runner.last_output_at,
        attach_latency: vitals.attach_latency,
        transcript: vitals.transcript,
    }
}
