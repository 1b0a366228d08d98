//! `snooze`: the user does not want to be told of a runner for a while.

use std::time::Duration;

use super::entry::RunnerNow;
use super::{App, AppError};
use crate::domain::time::{Timestamp, millis};

impl App {
    /// Nobody is told of it for so long; with `None` they are again. Answers when it is on disk.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`.
    pub async fn snooze(
        &self,
        runner: String,
        length: Option<Duration>,
    ) -> Result<RunnerNow, AppError> {
        let now = self
            .monitor
            .turn(move |world| {
                let now = world.clock.now();
                let until = length.map(|length| Timestamp(now.0.saturating_add(millis(length))));
                let entry = world.find_mut(&runner)?;
                entry.runner.snoozed_until = until;
                let now = entry.now();
                world.touch(now.runner.id);
                Ok::<_, AppError>(now)
            })
            .await??;
        self.saved().await?;
        Ok(now)
    }
}
