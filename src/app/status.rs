//! `status`: how many runners there are of each sort, now and whenever that changes.

use std::sync::Arc;

use tokio::sync::watch;

use super::shown::Shown;
use super::{App, AppError};
use crate::domain::ids::SessionId;
use crate::domain::segment::{Badges, Counts};

/// A reader of the counts that is told of changes; it sees the latest, not every one.
#[derive(Debug, Clone)]
pub struct StatusFollower {
    shown: watch::Receiver<Shown>,
}

impl StatusFollower {
    /// The counts now: of one session, or of all.
    pub fn counts(&mut self, session: Option<SessionId>) -> Counts {
        let shown = self.shown.borrow_and_update();
        match session {
            Some(session) => shown.sessions.get(&session).copied().unwrap_or_default(),
            None => shown.counts,
        }
    }

    /// What the windows are marked with, as of the last look at the counts.
    pub fn badges(&self) -> Arc<Badges> {
        Arc::clone(&self.shown.borrow().badges)
    }

    /// Waits for a change. False when the daemon ends.
    pub async fn changed(&mut self) -> bool {
        self.shown.changed().await.is_ok()
    }

    pub(super) fn now(&mut self) -> Shown {
        self.shown.borrow_and_update().clone()
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

    /// The same for those whom tmux draws: they are told when tmux knows the window badges, since what it draws for them
    /// shows those, too.
    pub fn follow_published(&self) -> StatusFollower {
        let shown = self.published.subscribe();
        StatusFollower { shown }
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
