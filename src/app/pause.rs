//! `pause` and `resume`: freeze a runner's processes and let them go on.

use super::entry::RunnerNow;
use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::status::Status;

impl App {
    /// Freezes it; answers when every process of its terminal is stopped.
    ///
    /// # Errors
    /// `RunnerNotFound`, `Operation` when it has ended or is frozen already, `Process`.
    pub async fn pause(&self, runner: String) -> Result<RunnerNow, AppError> {
        let (id, handle) = self
            .monitor
            .turn(move |world| {
                let (id, handle) = world.live_handle(&runner, "paused")?;
                match world.entry(id)?.status() {
                    Status::Paused => Err(refused(world, id, "paused")?),
                    _ => Ok((id, handle)),
                }
            })
            .await??;
        self.ports.freezer.freeze(&handle).await?;
        self.applied(id, Fact::Paused).await
    }

    /// Thaws it.
    ///
    /// # Errors
    /// `RunnerNotFound`, `Operation` when it is not frozen, `Process`.
    pub async fn resume(&self, runner: String) -> Result<RunnerNow, AppError> {
        let (id, handle) = self
            .monitor
            .turn(move |world| {
                let (id, handle) = world.live_handle(&runner, "resumed")?;
                match world.entry(id)?.status() {
                    Status::Paused => Ok((id, handle)),
                    _ => Err(refused(world, id, "resumed")?),
                }
            })
            .await??;
        self.ports.freezer.thaw(&handle).await?;
        self.applied(id, Fact::Resumed).await
    }

    async fn applied(
        &self,
        id: crate::domain::ids::RunnerId,
        fact: Fact,
    ) -> Result<RunnerNow, AppError> {
        self.monitor
            .turn(move |world| {
                world.apply(id, fact);
                Ok(world.entry(id)?.now())
            })
            .await?
    }
}

fn refused(
    world: &super::world::World,
    id: crate::domain::ids::RunnerId,
    action: &'static str,
) -> Result<AppError, AppError> {
    let entry = world.entry(id)?;
    Ok(AppError::Operation {
        id,
        name: entry.runner.name.to_string(),
        action,
        status: entry.status(),
    })
}
