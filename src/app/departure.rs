//! One window at a time: a run parent may leave its pane only when the pane before has closed.
//!
//! Every tmux up to 3.6 dies, with all sessions, when a control client is attached and the current window of a
//! session and the session itself end within one turn of the server's loop (tmux/tmux#5243; met here within 40
//! concurrent ends of short programs on 3.3a). Programs of ours that end together would do just that.

use super::App;
use super::limits::DEPARTURE;
use crate::domain::exit::Outcome;
use crate::domain::ids::PaneId;
use crate::domain::settings::KeepWindow;

impl App {
    /// Returns when the run parent of `pane` may leave. The next one waits until this pane is seen to be gone, or
    /// for [`DEPARTURE`].
    pub(super) async fn depart(&self, pane: PaneId, outcome: Outcome) {
        let closes = match self.settings().keep_window {
            KeepWindow::Always => false,
            KeepWindow::Never => true,
            KeepWindow::Failed => outcome == Outcome::Code(0),
        };
        if !closes {
            return;
        }
        let Ok(turn) = self.departures.clone().acquire_owned().await else {
            // Only a closed semaphore refuses, and nobody closes this one.
            return;
        };
        let app = self.clone();
        let watch = async move {
            let _turn = turn;
            if tokio::time::timeout(DEPARTURE, app.until_gone(pane))
                .await
                .is_err()
            {
                tracing::debug!(%pane, "its pane did not close in time");
            }
        };
        self.ports.spawn.spawn("departure", Box::pin(watch));
    }

    async fn until_gone(&self, pane: PaneId) {
        let Ok(mut layouts) = self.monitor.turn(|world| world.layouts.subscribe()).await else {
            return;
        };
        loop {
            layouts.mark_unchanged();
            let shown = move |world: &mut super::world::World| {
                world
                    .layout
                    .panes
                    .iter()
                    .any(|known| known.place.pane == pane)
            };
            if !matches!(self.monitor.turn(shown).await, Ok(true))
                || layouts.changed().await.is_err()
            {
                return;
            }
        }
    }
}
