//! `interrupt`: breaks the turn of an agent off, by the keys of its kind, once.

use super::acting_error::ActError;
use super::entry::RunnerNow;
use super::limits::CONFIRM_TIMEOUT;
use super::waiter::Waited;
use super::{App, AppError};
use crate::domain::status::Status;
use crate::domain::time::millis;

const ACTION: &str = "interrupted";

impl App {
    /// Breaks its turn off; answers when it does something else.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Operation` when it neither works nor waits, `Busy`, `Moved`, `NoKeys`, `Process`: then
    /// nothing was pressed. `NotConfirmed` when it goes on.
    pub async fn interrupt(&self, runner: String) -> Result<RunnerNow, AppError> {
        let app = self.clone();
        self.to_its_end(async move { app.press_interrupt(runner).await })
            .await
    }

    async fn press_interrupt(&self, runner: String) -> Result<RunnerNow, AppError> {
        let act = self.begin_act(runner, ACTION).await?;
        let face = self.face(&act).await?;
        let (id, name, status) = (act.id, act.name.clone(), face.status);
        if !matches!(status, Status::Running | Status::Waiting) {
            return Err(AppError::Operation {
                id,
                name,
                action: ACTION,
                status,
            });
        }
        if act.rules.interrupt().is_empty() {
            return Err(ActError::NoKeys {
                id,
                name,
                action: ACTION,
                shows: face.told,
            }
            .into());
        }
        let answered = self.another_status(&act, status).await?;
        let keys = act.rules.interrupt();
        self.ports.typist.keys(&act.handle, keys).await?;
        let waited = tokio::time::timeout(CONFIRM_TIMEOUT, answered).await;
        let what = format!("{ACTION} (it was {})", status.as_str());
        self.note_outcome(&act, what, waited.is_ok()).await;
        match waited {
            Ok(Ok(Waited::Met(now))) => Ok(*now),
            Ok(Ok(Waited::Moved)) => self.show(id.to_string()).await,
            Ok(Err(_closed)) => Err(AppError::gone(id)),
            Err(_elapsed) => Err(ActError::NotConfirmed {
                id,
                name,
                action: ACTION,
                shows: self.face(&act).await?.told,
                waited_ms: millis(CONFIRM_TIMEOUT),
            }
            .into()),
        }
    }
}
