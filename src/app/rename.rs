//! `rename`: gives a runner another name.

use super::entry::RunnerNow;
use super::{App, AppError};

impl App {
    /// Gives it the name, which no other runner has; answers when that is on disk.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Name`, `DuplicateName`.
    pub async fn rename(&self, runner: String, name: String) -> Result<RunnerNow, AppError> {
        let now = self
            .monitor
            .turn(move |world| {
                let id = world.resolve(&runner)?;
                if world.entry(id)?.runner.name.as_str() != name {
                    let name = world.claim_name(&name)?;
                    world.entry_mut(id)?.runner.name = name;
                    world.touch(id);
                }
                Ok::<_, AppError>(world.entry(id)?.now())
            })
            .await??;
        self.saved().await?;
        Ok(now)
    }
}
