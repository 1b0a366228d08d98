//! Events of the streams (`stream-runner-logs`, `stream-transcript`, `subscribe`, `get-status` with `follow`), one a line.
//!
//! The first line of a stream is an ordinary answer line (`success`), so that a refusal looks the same
//! everywhere; that of `get-status` has the `status` now. Events follow it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LogView, RunnerView, StatsView, StatusView, TranscriptPiece};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum Event {
    /// Log entries, in order, without holes from the event before (but for `lagged`).
    Log {
        /// At most 50.
        entries: Vec<LogView>,
    },
    /// The reader was too slow: events were left out. Of `subscribe`, a `snapshot` follows.
    Lagged {
        /// How many entries; of `subscribe`, at least so many changes.
        count: u64,
    },
    /// The runner of a log stream has ended and everything it printed has been sent; the stream stays open,
    /// since the runner may be started again.
    LogEnd {
        /// The runner as it ended.
        runner: Box<RunnerView>,
    },
    /// A part of a transcript, in order, without holes from the event before but for `gap` pieces.
    Transcript {
        /// Never empty.
        pieces: Vec<TranscriptPiece>,
    },
    /// All runners, at the beginning of `subscribe` and after `lagged`.
    Snapshot {
        /// Oldest first.
        runners: Vec<RunnerView>,
        /// Counts.
        status: StatusView,
    },
    /// A runner is new or changed.
    Runner {
        /// As it is now.
        runner: Box<RunnerView>,
    },
    /// A runner was forgotten.
    RunnerRemoved {
        /// Its id.
        runner_id: String,
    },
    /// The counts changed.
    Status {
        /// As they are now.
        status: StatusView,
    },
    /// What was measured, for subscribers that asked for it.
    Stats {
        /// Of every runner at first, then only of those of which anything is other than told last. Never empty.
        stats: Vec<StatsView>,
    },
}
