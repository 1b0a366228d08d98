//! `attach`: how a person gets to a runner's pane.

use super::{App, AppError};
use crate::ports::mux::AttachCommands;

impl App {
    /// The command lines for a terminal outside and inside of tmux.
    ///
    /// # Errors
    /// `RunnerNotFound`; `Operation` when its pane is gone.
    pub async fn attach(&self, runner: String) -> Result<AttachCommands, AppError> {
        let (place, session_name) = self
            .monitor
            .turn(move |world| {
                let runner = &world.find(&runner)?.runner;
                let shown = |pane| {
                    world
                        .layout
                        .panes
                        .iter()
                        .any(|known| known.place.pane == pane)
                };
                match &runner.place {
                    Some(place) if shown(place.pane) => {
                        Ok((place.clone(), runner.session_name.clone()))
                    }
                    _ => Err(AppError::Operation {
                        id: runner.id,
                        name: runner.name.to_string(),
                        action: "attached to",
                        status: runner.status.status(),
                    }),
                }
            })
            .await??;
        Ok(self.ports.marks.attach_commands(&session_name, &place))
    }
}
