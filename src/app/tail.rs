//! Followers of a log: what they are sent, and what they are told when they were too slow for it.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::entry::RunnerNow;
use crate::domain::log::LogEntry;

/// What a follower of a log is sent.
#[derive(Debug, Clone)]
pub(super) enum TailItem {
    /// New entries, at most [`super::limits::BATCH_ENTRIES`].
    Entries {
        /// The number of the first.
        first: u64,
        /// Never empty.
        entries: Arc<[LogEntry]>,
    },
    /// The run is over and all its entries have been sent.
    Ended(Box<RunnerNow>),
}

/// The monitor's end of one follower.
pub(super) struct Tail {
    pub(super) items: mpsc::Sender<TailItem>,
    /// What found no room in `items`.
    pub(super) left_out: watch::Sender<LeftOut>,
}

/// What a follower has to be told although its queue was full.
#[derive(Debug, Clone, Default)]
pub(super) struct LeftOut {
    /// The number of the newest entry that found no room.
    pub(super) newest: u64,
    /// The end of the run, if that found none either.
    pub(super) ended: Option<Box<RunnerNow>>,
}

/// False when the follower is gone.
pub(super) fn send(tail: &Tail, first: u64, entries: &Arc<[LogEntry]>) -> bool {
    let item = TailItem::Entries {
        first,
        entries: Arc::clone(entries),
    };
    match tail.items.try_send(item) {
        Ok(()) => true,
        Err(mpsc::error::TrySendError::Full(_)) => {
            let newest = first + entries.len() as u64 - 1;
            tail.left_out
                .send_modify(|left_out| left_out.newest = newest);
            true
        }
        Err(mpsc::error::TrySendError::Closed(_)) => false,
    }
}
