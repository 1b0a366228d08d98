//! `subscribe`: a snapshot of all runners and then every change, taken in one turn of the monitor.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::entry::RunnerNow;
use super::limits::SUBSCRIBER_CHANGES;
use super::{App, AppError};
use crate::domain::ids::RunnerId;

/// One change.
#[derive(Debug, Clone)]
pub enum Change {
    /// A runner is new or changed.
    Runner(Arc<RunnerNow>),
    /// A runner was forgotten.
    Removed(RunnerId),
}

/// The monitor's end.
pub(super) struct Subscriber {
    changes: mpsc::Sender<Change>,
}

impl Subscriber {
    /// False when the subscriber is gone or too slow: then its channel is closed, and it asks anew.
    pub(super) fn tell(&mut self, change: &Change) -> bool {
        self.changes.try_send(change.clone()).is_ok()
    }
}

/// The subscriber's end.
#[derive(Debug)]
pub struct Subscription {
    /// All runners, oldest first, at the moment from which the changes count.
    pub snapshot: Vec<RunnerNow>,
    /// Every change since. It ends when the subscriber was too slow: subscribe again.
    pub changes: mpsc::Receiver<Change>,
}

impl App {
    /// Subscribes.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn subscribe(&self) -> Result<Subscription, AppError> {
        let (changes, receiver) = mpsc::channel(SUBSCRIBER_CHANGES);
        self.monitor
            .turn(move |world| {
                world.subscribers.push(Subscriber { changes });
                Subscription {
                    snapshot: world.snapshot(),
                    changes: receiver,
                }
            })
            .await
    }
}
