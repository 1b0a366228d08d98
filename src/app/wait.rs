//! `wait`: until a runner has a wanted status, or has ended.

use std::time::Duration;

use tokio::sync::oneshot;

use super::entry::{RunnerNow, Waiter, is_met};
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::status::Status;
use crate::domain::time::millis;

impl App {
    /// Waits for one of `wanted`; for any end when none is given. A status that is passed through is not missed.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `TimedOut`, `EndedBefore` when it ended as something that was not
    /// wanted.
    pub async fn wait(
        &self,
        runner: String,
        wanted: Vec<Status>,
        limit: Option<Duration>,
    ) -> Result<RunnerNow, AppError> {
        let asked = wanted.clone();
        let (id, answered) = self
            .monitor
            .turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let (answer, answered) = oneshot::channel();
                let mut statuses = asked;
                if !statuses.is_empty() {
                    // An end ends the waiting too, or it would last for ever.
                    statuses.extend(Status::ALL.into_iter().filter(|status| status.is_ended()));
                }
                entry.wait(Waiter {
                    wanted: statuses,
                    answer,
                });
                Ok::<_, AppError>((entry.runner.id, answered))
            })
            .await??;
        let outcome = match limit {
            Some(limit) => tokio::time::timeout(limit, answered).await.ok(),
            None => Some(answered.await),
        };
        let Some(answer) = outcome else {
            return Err(self.timed_out(id, limit.unwrap_or_default()).await);
        };
        let now = answer.map_err(|_closed| AppError::gone(id))?;
        let status = now.runner.status.status();
        if is_met(&wanted, status) {
            return Ok(now);
        }
        let words: Vec<_> = wanted.iter().map(|status| status.as_str()).collect();
        Err(AppError::EndedBefore {
            id,
            name: now.runner.name.to_string(),
            status,
            wanted: words.join(" or "),
        })
    }

    async fn timed_out(&self, id: RunnerId, limit: Duration) -> AppError {
        match self.show(id.to_string()).await {
            Ok(now) => AppError::TimedOut {
                id,
                name: now.runner.name.to_string(),
                status: now.runner.status.status(),
                waited_ms: millis(limit),
            },
            Err(error) => error,
        }
    }
}
