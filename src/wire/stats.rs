//! What is measured of runners, on the wire. Counts are of all runs since geppetto knows the runner, and outlive daemons;
//! rates and usage are of this moment.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `subscribe`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subscribe {
    /// Tell [`super::Event::Stats`], too, at most so often in milliseconds; at least 500. Absent: never. Processes are only
    /// measured while somebody wants to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats_every_ms: Option<u64>,
}

/// `get-stats`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetStats {
    /// Name, id, or unique beginning of the id; absent: every runner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
}

/// What a program and all its descendants use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageView {
    /// CPU time in thousandths of one core's: 1000 is one core at full, 2500 two and a half. Between the two newest readings;
    /// absent until there are two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_permille: Option<u32>,
    /// Resident memory in bytes. What processes share is counted for each.
    pub memory_bytes: u64,
    /// How many processes there are.
    pub processes: u32,
}

/// What is measured of one runner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatsView {
    /// Whose.
    pub runner_id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its status.
    pub status: String,
    /// What its processes use at present; absent when it does not run, and until they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<UsageView>,
    /// The highest values of `usage` that were ever measured, each by itself; absent until there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<UsageView>,
    /// Bytes its pane printed under geppetto's eyes.
    pub output_bytes: u64,
    /// Log entries: lines of its pane, and what geppetto says of it.
    pub log_entries: u64,
    /// Bytes that its pane printed a second, over the newest interval in which that was measured.
    pub bytes_per_second: u64,
    /// Log entries a second, over the same interval.
    pub lines_per_second: u64,
    /// The newest line of its pane that is not empty: printable, at most 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_line: Option<String>,
    /// When its pane last printed under geppetto's eyes, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_output_at_ms: Option<u64>,
    /// How often its status changed.
    pub status_changes: u64,
    /// Milliseconds that the present run spent in each status it had, up to now; an end has none. A change of this alone is no
    /// reason for another event. The time in which no daemon ran counts for the status before it.
    pub status_ms: BTreeMap<String, u64>,
    /// Milliseconds from when this daemon knew of the run until its pane was watched; absent until it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach_latency_ms: Option<u64>,
    /// Bytes of output in its transcript, as of the newest look at the disk: some seconds ago, in events.
    pub transcript_bytes: u64,
    /// Bytes that its transcript takes on disk, as of the same look.
    pub disk_bytes: u64,
}
