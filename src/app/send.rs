//! `send`: types text into a runner's pane.

use super::entry::RunnerNow;
use super::{App, AppError};
use crate::ports::process::Enter;

/// Longest text, in bytes: what a person or a script says, not a file.
const LONGEST: usize = 64 * 1024;

impl App {
    /// Types it; answers when tmux has it.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Operation` when it has ended, `Invalid` for a text that is too long or has control
    /// characters, which would be keys; `Process`.
    pub async fn send(
        &self,
        runner: String,
        text: String,
        enter: Enter,
    ) -> Result<RunnerNow, AppError> {
        let invalid = |reason: String| AppError::Invalid {
            field: "text",
            reason,
        };
        if text.len() > LONGEST {
            return Err(invalid(format!(
                "A text to type has at most {LONGEST} bytes."
            )));
        }
        let is_key = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
        if let Some(key) = text.chars().find(is_key) {
            return Err(invalid(format!(
                "A text to type has no control characters; this one has {key:?}."
            )));
        }
        let (id, handle) = self
            .monitor
            .turn(move |world| world.live_handle(&runner, "typed to"))
            .await??;
        self.ports.typist.paste(&handle, &text, enter).await?;
        self.monitor
            .turn(move |world| Ok(world.entry(id)?.now()))
            .await?
    }
}
