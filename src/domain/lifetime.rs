//! What is counted of a runner over all its runs, and outlives daemons.

use super::tally::Tally;
use super::time::Timestamp;
use super::usage::Usage;

/// The counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lifetime {
    /// Changes of its status, and the time in each.
    pub tally: Tally,
    /// The highest usage that was ever measured; `None` before the first time.
    pub peak: Option<Usage>,
    /// Bytes its pane printed under our eyes.
    pub output_bytes: u64,
    /// Bytes that were dropped because they came faster than they could be kept.
    pub lost_bytes: u64,
    /// Entries that its log has had.
    pub log_entries: u64,
    /// When its pane last printed under our eyes.
    pub last_output_at: Option<Timestamp>,
}
