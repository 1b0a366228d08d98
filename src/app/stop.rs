//! `stop`: end a runner's program.

use std::time::Duration;

use super::entry::RunnerNow;
use super::world::World;
use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::ids::RunnerId;
use crate::ports::process::{KillMode, ProcessHandle};

/// How to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopMode {
    /// SIGTERM, and SIGKILL after this time; after the config's when `None`.
    Graceful {
        /// The time.
        grace: Option<Duration>,
    },
    /// SIGKILL at once.
    Forced,
}

impl App {
    /// Ends it and answers when it has ended. `reason` is a whole sentence that its status will show.
    ///
    /// # Errors
    /// `RunnerNotFound`, `Operation` when it has ended already, `Process` when it cannot be ended.
    pub async fn stop(
        &self,
        runner: String,
        mode: StopMode,
        reason: &str,
    ) -> Result<RunnerNow, AppError> {
        let reason = reason.to_owned();
        let (id, handle) = self
            .monitor
            .turn(move |world| ask_to_stop(world, &runner, reason))
            .await??;
        let mode = match mode {
            StopMode::Forced => KillMode::Forced,
            StopMode::Graceful { grace } => KillMode::Graceful {
                grace: grace.unwrap_or(self.settings().stop_grace),
            },
        };
        self.ports.process.kill(&handle, mode).await?;
        let ended = self
            .wait(
                id.to_string(),
                Vec::new(),
                Some(super::limits::EXIT_TIMEOUT),
            )
            .await?;
        self.saved().await?;
        Ok(ended)
    }
}

fn ask_to_stop(
    world: &mut World,
    text: &str,
    reason: String,
) -> Result<(RunnerId, ProcessHandle), AppError> {
    let (id, handle) = world.live_handle(text, "stopped")?;
    world.apply(id, Fact::StopAsked { reason });
    Ok((id, handle))
}

impl World {
    /// The handle of a runner that has not ended.
    pub(super) fn live_handle(
        &self,
        text: &str,
        action: &'static str,
    ) -> Result<(RunnerId, ProcessHandle), AppError> {
        let runner = &self.find(text)?.runner;
        let status = runner.status.status();
        let refusal = || AppError::Operation {
            id: runner.id,
            name: runner.name.to_string(),
            action,
            status,
        };
        if status.is_ended() {
            return Err(refusal());
        }
        // Without a place it is in the middle of being started.
        let place = runner.place.clone().ok_or_else(refusal)?;
        let program = if runner.is_ours() { runner.pid } else { None };
        Ok((runner.id, ProcessHandle { place, program }))
    }
}
