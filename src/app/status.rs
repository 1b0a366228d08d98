//! `status`: how many runners there are of each sort, now and whenever that changes.

use tokio::sync::watch;

use super::world::Shown;
use super::{App, AppError};
use crate::domain::segment::Counts;

/// A reader of the counts that is told of changes; it sees the latest, not every one.
#[derive(Debug, Clone)]
pub struct StatusFollower {
    shown: watch::Receiver<Shown>,
}

impl StatusFollower {
    /// The counts now.
    pub fn counts(&mut self) -> Counts {
        self.shown.borrow_and_update().counts
    }

    /// Waits for a change. False when the daemon ends.
    pub async fn changed(&mut self) -> bool {
        self.shown.changed().await.is_ok()
    }

    pub(super) fn server_pid(&self) -> i32 {
        self.shown.borrow().server_pid
    }
}

impl App {
    /// Begins to follow the counts.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn follow_status(&self) -> Result<StatusFollower, AppError> {
        let shown = self.monitor.turn(|world| world.shown.subscribe()).await?;
        Ok(StatusFollower { shown })
    }

    /// Version of the tmux server; `None` while there is none.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn tmux_version(&self) -> Result<Option<String>, AppError> {
        self.monitor
            .turn(|world| world.server.as_ref().map(|server| server.version.clone()))
            .await
    }

    /// Sentences that a person should see.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn warnings(&self) -> Result<Vec<String>, AppError> {
        self.monitor.turn(|world| world.warnings.clone()).await
    }
}
