//! `list` and `show`: runners as they are now.

use super::entry::{Entry, RunnerNow};
use super::limits::HISTORY_SHOWN;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::ports::store::StatusChange;

impl App {
    /// Every runner, oldest first; with `session` (`$N` or exact name) those of that session.
    ///
    /// # Errors
    /// `Mux` with `NoSession` when there is no such session.
    pub async fn list(&self, session: Option<String>) -> Result<Vec<RunnerNow>, AppError> {
        self.monitor
            .turn(move |world| {
                let Some(session) = session else {
                    return Ok(world.snapshot());
                };
                let id = world.session(&session)?.id;
                let within = |entry: &&Entry| {
                    entry
                        .runner
                        .place
                        .as_ref()
                        .is_some_and(|place| place.session == id)
                };
                Ok(world
                    .runners
                    .values()
                    .filter(within)
                    .map(Entry::now)
                    .collect())
            })
            .await?
    }

    /// The newest changes of a runner's status, oldest first. A store that cannot be read leaves them out.
    pub async fn history(&self, id: RunnerId) -> Vec<StatusChange> {
        match self.ports.store.history(id, HISTORY_SHOWN).await {
            Ok(history) => history,
            Err(error) => {
                tracing::warn!(runner = %id, %error, "its history cannot be read");
                Vec::new()
            }
        }
    }

    /// One runner.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`.
    pub async fn show(&self, runner: String) -> Result<RunnerNow, AppError> {
        self.monitor
            .turn(move |world| Ok(world.find(&runner)?.now()))
            .await?
    }
}
