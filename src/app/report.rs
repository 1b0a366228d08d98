//! What run parents report: their pane is there, the program runs or could not be started, the program ended.

use tokio::sync::oneshot;

use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::exit::Outcome;
use crate::domain::ids::{Pid, RunnerId};
use crate::domain::time::Timestamp;
use crate::ports::process::ProcessError;

impl App {
    /// A run parent is in its pane. Answers when the pane is watched, so that the program may begin.
    ///
    /// # Errors
    /// `RunnerNotFound` when that run is no longer wanted: the run parent leaves.
    pub async fn run_begin(&self, id: RunnerId, run: u32) -> Result<(), AppError> {
        let watched = self
            .monitor
            .turn(move |world| {
                let entry = world.entry_mut(id)?;
                if entry.runner.run != run || entry.status().is_ended() {
                    return Err(AppError::gone(id));
                }
                let (begin, watched) = oneshot::channel();
                if entry.start.watched {
                    // Nobody else holds the other end yet.
                    let _sent = begin.send(());
                } else {
                    entry.start.begin.push(begin);
                }
                Ok(watched)
            })
            .await??;
        watched.await.map_err(|_dropped| AppError::gone(id))
    }

    /// The program runs as process `pid`.
    ///
    /// # Errors
    /// `RunnerNotFound`.
    pub async fn run_started(&self, id: RunnerId, run: u32, pid: Pid) -> Result<(), AppError> {
        self.monitor
            .turn(move |world| {
                let entry = world.entry_mut(id)?;
                if entry.runner.run != run {
                    return Err(AppError::gone(id));
                }
                entry.runner.pid = Some(pid);
                let started = entry.start.started.take();
                world.apply(id, Fact::Started(pid));
                // Also when its output was here first and told the status.
                world.touch(id);
                if let Some(started) = started {
                    // An error means that the verb has given up waiting.
                    let _gone = started.send(Ok(pid));
                }
                Ok(())
            })
            .await?
    }

    /// The program could not be started.
    ///
    /// # Errors
    /// `RunnerNotFound`.
    pub async fn run_failed(
        &self,
        id: RunnerId,
        run: u32,
        message: String,
    ) -> Result<(), AppError> {
        self.monitor
            .turn(move |world| {
                let entry = world.entry_mut(id)?;
                if entry.runner.run != run {
                    return Err(AppError::gone(id));
                }
                match entry.start.started.take() {
                    // The verb removes or restores the runner.
                    Some(started) => drop(started.send(Err(message))),
                    None => {
                        let reason = format!("Its program could not be started: {message}.");
                        world.apply(id, Fact::Lost { reason });
                    }
                }
                Ok(())
            })
            .await?
    }

    /// The terminal of a program was taken away before it ended, of which the exit follows.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn run_hung_up(&self, id: RunnerId, run: u32) -> Result<(), AppError> {
        self.monitor
            .turn(move |world| {
                if let Ok(entry) = world.entry_mut(id)
                    && entry.runner.run == run
                {
                    entry.start.hung_up = true;
                }
            })
            .await
    }

    /// The program ended. Answers when everything it printed is in its log, so that the run parent may leave.
    /// A run that nobody wants to know of any more is answered at once.
    ///
    /// # Errors
    /// `Process`, `Ending`: then the run parent writes the exit down instead.
    pub async fn run_exited(
        &self,
        id: RunnerId,
        run: u32,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), AppError> {
        let pane = self
            .monitor
            .turn(move |world| {
                let entry = world.runners.get(&id)?;
                if entry.runner.run != run || entry.status().is_ended() {
                    return None;
                }
                entry.runner.place.as_ref().map(|place| place.pane)
            })
            .await?;
        let Some(pane) = pane else { return Ok(()) };
        match self.ports.reports.exited(pane, outcome, at).await {
            Ok(()) => {}
            Err(ProcessError::Gone { .. }) => {
                // The pane is not followed (it closed a moment ago), but the exit is the true one all the same.
                let exit = crate::domain::exit::Exit {
                    outcome,
                    source: crate::domain::exit::ExitSource::RunParent,
                    at,
                };
                self.monitor
                    .turn(move |world| world.apply(id, Fact::Exited(exit)))
                    .await?;
            }
            Err(error) => return Err(error.into()),
        }
        let limit = Some(super::limits::EXIT_TIMEOUT);
        let now = self.wait(id.to_string(), Vec::new(), limit).await?;
        if self.window_stays(&now.runner) {
            self.rung().await;
        }
        Ok(())
    }
}
