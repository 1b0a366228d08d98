//! `menu`: what a person may do with the pane they are in, and the line that says what came of it.

use super::world::World;
use super::{App, AppError};
use crate::domain::ids::PaneId;
use crate::domain::menu;
use crate::ports::plugin::Menu;

impl App {
    /// The command line that shows the menu of a pane.
    ///
    /// # Errors
    /// `Mux` with `NoClient` when no terminal is there to show it, and what tmux meets.
    pub async fn menu(
        &self,
        pane: PaneId,
        client: Option<String>,
    ) -> Result<Vec<String>, AppError> {
        self.look_where_it_is().await?;
        let client = match client {
            Some(client) => client,
            None => self.ports.plugin.client_of(pane).await?,
        };
        let menu = self
            .monitor
            .turn(move |world| world.menu(pane, client))
            .await?;
        Ok(self.ports.plugin.menu_command(&menu))
    }

    /// Shows one line on a person's terminal.
    ///
    /// # Errors
    /// What tmux meets.
    pub async fn show_message(&self, client: &str, text: &str) -> Result<(), AppError> {
        Ok(self.ports.terminals.say(client, text).await?)
    }
}

impl World {
    fn menu(&self, pane: PaneId, client: String) -> Menu {
        // An ended runner may still have its pane, and there may have been others before it.
        let was_here = || {
            self.runners
                .values()
                .rev()
                .find(|entry| entry.runner.place.as_ref().is_some_and(|p| p.pane == pane))
        };
        let found = self.live_in(pane).or_else(was_here);
        Menu {
            pane,
            client,
            runner: found.map(|entry| (entry.runner.id, entry.runner.name.to_string())),
            actions: found.map_or(menu::WITHOUT_RUNNER, |entry| {
                menu::for_runner(entry.status(), entry.runner.is_ours())
            }),
        }
    }
}
