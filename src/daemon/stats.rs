//! What is measured, as plain values of the wire.

use super::dispatch::{Result, Service, refused};
use crate::app::RunnerStats;
use crate::domain::text::printable;
use crate::domain::time::{Timestamp, millis};
use crate::domain::usage::Usage;
use crate::wire::{Answer, GetStats, StatsView, UsageView};

/// Characters of the last line: more than a row of any list shows.
const LINE_CHARS: usize = 200;

impl Service {
    pub(super) async fn stats(&self, request: GetStats) -> Result<Answer> {
        let of_all = request.runner.is_none();
        let now = self.app.stats(request.runner).await.map_err(refused)?;
        let stats = now.runners.iter().map(|stats| view(stats, now.at));
        Ok(Answer {
            stats: Some(stats.collect()),
            daemon_usage: now.daemon.filter(|_| of_all).map(usage),
            ..Answer::default()
        })
    }
}

pub(super) fn view(stats: &RunnerStats, at: Timestamp) -> StatsView {
    let times = stats.times(at).into_iter();
    StatsView {
        runner_id: stats.id.to_string(),
        name: stats.name.clone(),
        kind: stats.kind.to_owned(),
        status: stats.status.as_str().to_owned(),
        usage: stats.usage.map(usage),
        peak: stats.peak.map(usage),
        output_bytes: stats.output_bytes,
        log_entries: stats.log_entries,
        bytes_per_second: stats.bytes_per_second,
        lines_per_second: stats.lines_per_second,
        last_line: stats
            .last_line
            .as_deref()
            .map(|line| printable(line).chars().take(LINE_CHARS).collect()),
        last_output_at_ms: stats.last_output_at.map(|at| at.0),
        status_changes: stats.tally.changes,
        status_ms: times
            .map(|(status, ms)| (status.as_str().to_owned(), ms))
            .collect(),
        attach_latency_ms: stats.attach_latency.map(millis),
        transcript_bytes: stats.transcript.bytes,
        disk_bytes: stats.transcript.on_disk,
    }
}

const fn usage(usage: Usage) -> UsageView {
    UsageView {
        cpu_permille: usage.cpu_permille,
        memory_bytes: usage.memory,
        processes: usage.processes,
    }
}
