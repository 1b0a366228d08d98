//! `forget`: take a runner off the list, and remove all that it printed. A live one is no longer watched; its program goes on.

use super::entry::RunnerNow;
use super::{App, AppError};

impl App {
    /// Removes it with everything that is kept of it. A pane of a registered session stays off the list until it is registered again by itself.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`.
    pub async fn forget(&self, runner: String) -> Result<RunnerNow, AppError> {
        let now = self
            .monitor
            .turn(move |world| {
                let id = world.resolve(&runner)?;
                let entry = world.remove(id).ok_or_else(|| AppError::RunnerNotFound {
                    text: runner.clone(),
                    nearest: None,
                })?;
                if !entry.status().is_ended()
                    && let Some(place) = &entry.runner.place
                {
                    world.forgotten.insert(place.pane);
                }
                Ok::<_, AppError>(entry.now())
            })
            .await??;
        self.ports.transcripts.keeper.forget(now.runner.id).await?;
        self.ports.ledger.forget(now.runner.id).await?;
        self.saved().await?;
        Ok(now)
    }
}
