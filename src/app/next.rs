//! `next`: the runner that needs the person most, and how they get to it.

use super::entry::RunnerNow;
use super::world::World;
use super::{App, AppError};
use crate::domain::ids::PaneId;
use crate::domain::need::{Candidate, next};
use crate::ports::mux::AttachCommands;

impl App {
    /// The runner, and the command lines to its pane; with `terminal` (as the multiplexer calls it) they are for that one. It
    /// is asked from the pane that the terminal shows, or from `pane`.
    ///
    /// # Errors
    /// `NoneNeeds`; `Invalid` when there is no such terminal; what tmux meets.
    pub async fn next(
        &self,
        pane: Option<PaneId>,
        terminal: Option<&str>,
    ) -> Result<(RunnerNow, AttachCommands), AppError> {
        self.look_where_it_is().await?;
        let from = match terminal {
            Some(name) => Some(self.shown_by(name).await?),
            None => pane,
        };
        let (now, place) = self
            .monitor
            .turn(move |world| {
                let found = next(world.candidates(), from);
                let entry = world.entry(found.ok_or(AppError::NoneNeeds)?)?;
                let place = entry.runner.place.clone().ok_or(AppError::NoneNeeds)?;
                Ok::<_, AppError>((entry.now(), place))
            })
            .await??;
        let session = &now.runner.session_name;
        let mut commands = self.ports.marks.attach_commands(session, &place);
        if let Some(name) = terminal {
            commands.switch = [commands.switch_client.as_slice(), &[name.to_owned()]].concat();
        }
        Ok((now, commands))
    }

    async fn shown_by(&self, name: &str) -> Result<PaneId, AppError> {
        let terminals = self.ports.terminals.terminals().await?;
        let found = terminals.into_iter().find(|known| known.name == name);
        found
            .map(|terminal| terminal.pane)
            .ok_or_else(|| AppError::Invalid {
                field: "client",
                reason: format!("No terminal \"{name}\" is attached to tmux."),
            })
    }
}

impl World {
    /// Every runner with a pane that is still there, but those that the user does not want to hear of now.
    fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let now = self.clock.now();
        self.runners.values().filter_map(move |entry| {
            let runner = &entry.runner;
            let (place, _) = self.pane_of_runner(runner.id)?;
            let is_snoozed = runner.snoozed_until.is_some_and(|until| now < until);
            (!is_snoozed).then_some(Candidate {
                runner: runner.id,
                status: entry.status(),
                since: runner.status.since(),
                pane: place.pane,
            })
        })
    }
}
