//! Every capacity and timeout of the use cases, with its reason and what happens when it is met.

use std::time::Duration;

/// Turns waiting for the monitor. A turn takes microseconds; when full, the asking connection waits.
pub(super) const TURNS: usize = 256;

/// Process events waiting for the monitor, of all runners. When full, the pump of that runner waits, its own
/// stream fills, and the adapter merges and finally drops output with a mark.
pub(super) const EVENTS: usize = 1024;

/// Entries that a runner's log keeps in memory.
pub(super) const LOG_ENTRIES: usize = 1000;

/// Bytes of text that a runner's log keeps in memory: lines of programs that print no line ends are 4 KiB long,
/// and a hundred runners must not take 400 MB. The oldest entries go first.
pub(super) const LOG_BYTES: usize = 1024 * 1024;

/// Entries in one batch of a log stream.
pub(super) const BATCH_ENTRIES: usize = 50;

/// Longest time that a log entry waits for others to share its batch.
pub(super) const BATCH_DELAY: Duration = Duration::from_millis(40);

/// Batches waiting for one follower (6,400 entries when full ones). When full, entries are left out and the
/// follower is told how many.
pub(super) const FOLLOWER_BATCHES: usize = 128;

/// Changes waiting for one subscriber. When full, it gets a new snapshot instead.
pub(super) const SUBSCRIBER_CHANGES: usize = 256;

/// Runners over their time that wait to be stopped. When full, the monitor tries again a second later.
pub(super) const OVERDUE: usize = 64;

/// Time for a run parent to show up and its program to start, on a loaded machine.
pub(super) const START_TIMEOUT: Duration = Duration::from_secs(15);

/// Time for an exit to arrive over its stream, behind output that the monitor has still to read.
pub(super) const EXIT_TIMEOUT: Duration = Duration::from_secs(15);

/// Pause between two tries to stop a runner that is over its time.
pub(super) const OVERDUE_RETRY: Duration = Duration::from_secs(1);
