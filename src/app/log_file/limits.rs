//! Capacities and times of the log files in output directories, with their reasons.

use std::time::Duration;

/// Size at which a log file is put aside: people still open a file of 100 MB in an editor.
pub(super) const ROTATE_BYTES: u64 = 100_000_000;

/// Files put aside that are kept of each log; compressed they take about as much as the one that is written.
pub(super) const FILES_KEPT: usize = 5;

/// Bytes of lines that wait for a disk that takes nothing, or for a file to be put aside. A hundred runners on a full disk must not
/// take more than 100 MB. When full, lines are left out with a mark.
pub(super) const HELD_BYTES: usize = 1024 * 1024;

/// Pause after the first failure; it doubles with each failure.
pub(super) const RETRY_FIRST: Duration = Duration::from_secs(1);

/// Longest pause: somebody who has made room on the disk waits at most so long.
pub(super) const RETRY_LAST: Duration = Duration::from_secs(60);
