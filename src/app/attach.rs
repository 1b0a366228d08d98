//! `attach`: how a person gets to a runner's pane.

use super::world::World;
use super::{App, AppError};
use crate::domain::key::SessionKey;
use crate::domain::runner::Place;
use crate::ports::mux::{AttachCommands, MuxPane};

impl App {
    /// The command lines for a terminal outside and inside of tmux. A runner whose pane is gone still has the session of its
    /// key.
    ///
    /// # Errors
    /// `RunnerNotFound`; `Operation` when its pane is gone.
    pub async fn attach(&self, runner: String) -> Result<AttachCommands, AppError> {
        let (place, session_name) = self
            .monitor
            .turn(move |world| {
                let runner = &world.find(&runner)?.runner;
                let shown = |place: &&Place| {
                    let mut panes = world.layout.panes.iter();
                    panes.any(|known| known.place.pane == place.pane)
                };
                if let Some(place) = runner.place.as_ref().filter(shown) {
                    return Ok((place.clone(), runner.session_name.clone()));
                }
                let of_key = runner.key.as_ref().and_then(|key| world.pane_of(key));
                match of_key {
                    Some(pane) => Ok((pane.place.clone(), pane.session_name.clone())),
                    None => Err(AppError::Operation {
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

impl World {
    /// The active pane of the session that has a key.
    fn pane_of(&self, key: &SessionKey) -> Option<&MuxPane> {
        let session = self.layout.session_of(key)?;
        let mut panes = self.layout.panes.iter();
        panes.find(|pane| pane.active && pane.place.session == session.id)
    }
}
