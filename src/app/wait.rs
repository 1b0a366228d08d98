//! `wait`: until a runner has a wanted status, or has ended.

use std::time::Duration;

use tokio::sync::oneshot;

use super::acting_error::ActError;
use super::entry::RunnerNow;
use super::waiter::{TurnWanted, Waited, Waiter, is_met};
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::status::Status;
use crate::domain::time::millis;

/// What is waited for.
#[derive(Debug, Clone, Default)]
pub struct Awaited {
    /// One of these statuses; with none, and without `done`, any end.
    pub statuses: Vec<Status>,
    /// That it rests after having worked.
    pub done: bool,
}

impl App {
    /// Waits for one of `wanted`; for any end when none is given. A status that is passed through is not missed.
    ///
    /// # Errors
    /// Those of [`App::wait_for`].
    pub async fn wait(
        &self,
        runner: String,
        wanted: Vec<Status>,
        limit: Option<Duration>,
    ) -> Result<RunnerNow, AppError> {
        self.wait_for(
            runner,
            Awaited {
                statuses: wanted,
                done: false,
            },
            limit,
        )
        .await
    }

    /// The same, also for the end of a turn.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `TimedOut`, `EndedBefore` when it ended as something that was not
    /// wanted, `Moved` when its agent left its pane to another one or to a shell, unless an end was wanted.
    pub async fn wait_for(
        &self,
        runner: String,
        awaited: Awaited,
        limit: Option<Duration>,
    ) -> Result<RunnerNow, AppError> {
        let Awaited {
            statuses: wanted,
            done,
        } = awaited;
        let asked = wanted.clone();
        let is_pinned =
            (done || !wanted.is_empty()) && !wanted.iter().any(|status| status.is_ended());
        let (id, answered) = self
            .monitor
            .turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let (answer, answered) = oneshot::channel();
                let mut statuses = asked;
                if done || !statuses.is_empty() {
                    // An end ends the waiting too, or it would last for ever.
                    statuses.extend(Status::ALL.into_iter().filter(|status| status.is_ended()));
                }
                entry.wait(Waiter {
                    wanted: statuses,
                    turn: if done {
                        TurnWanted::Begin
                    } else {
                        TurnWanted::No
                    },
                    is_pinned,
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
        let now = match answer.map_err(|_closed| AppError::gone(id))? {
            Waited::Met(now) => *now,
            Waited::Moved => return Err(self.moved(id).await),
        };
        let status = now.runner.status.status();
        let is_done = done && status == Status::Idle;
        let is_end_wanted = !done || !wanted.is_empty();
        if is_done || is_end_wanted && is_met(&wanted, status) {
            return Ok(now);
        }
        let mut words: Vec<_> = wanted.iter().map(|status| status.as_str()).collect();
        words.extend(done.then_some("done"));
        Err(AppError::EndedBefore {
            id,
            name: now.runner.name.to_string(),
            status,
            wanted: words.join(" or "),
        })
    }

    async fn moved(&self, id: RunnerId) -> AppError {
        match self.show(id.to_string()).await {
            Ok(now) => {
                let name = now.runner.name.to_string();
                ActError::Moved { id, name }.into()
            }
            Err(error) => error,
        }
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
