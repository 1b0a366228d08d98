//! Follows the multiplexer: renamed and moved panes, new panes of registered sessions, the end of the server.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::layout::Layout;
use super::limits::TAKEN_ALONG_MS;
use super::world::World;
use super::{App, AppError};
use crate::domain::board::Prints;
use crate::domain::evidence::{Evidence, Fact};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::RunnerId;
use crate::domain::status::{Status, StatusState};
use crate::domain::time::Timestamp;
use crate::ports::mux::{MuxEvent, MuxPane};

impl App {
    /// Lives until `shutdown` or until the multiplexer's events end. `server_gone` is told true when the server
    /// went away and false when there is one.
    pub async fn run_follow(
        self,
        mut events: mpsc::Receiver<MuxEvent>,
        server_gone: tokio::sync::watch::Sender<bool>,
        shutdown: CancellationToken,
    ) {
        loop {
            let event = tokio::select! {
                () = shutdown.cancelled() => return,
                event = events.recv() => event,
            };
            let followed = match event {
                None => return,
                Some(MuxEvent::Layout { sessions, panes }) => {
                    server_gone.send_replace(false);
                    self.follow_layout(Layout { sessions, panes }).await
                }
                Some(MuxEvent::ServerGone) => {
                    let cleared = self.monitor.turn(World::server_gone).await;
                    server_gone.send_replace(true);
                    cleared
                }
            };
            if let Err(error) = followed {
                tracing::warn!(%error, "a change in tmux could not be followed");
            }
        }
    }

    /// Takes in what tmux has now, for a caller that has just changed it and must not wait for the event.
    pub(super) async fn follow_now(&self) -> Result<(), AppError> {
        let (sessions, panes) = self.ports.mux.layout().await?;
        self.follow_layout(Layout { sessions, panes }).await
    }

    pub(super) async fn follow_layout(&self, layout: Layout) -> Result<(), AppError> {
        let server = self.ports.mux.server().await?;
        let new = self
            .monitor
            .turn(move |world| {
                world.server = Some(server);
                world.take_layout(layout)
            })
            .await?;
        self.adopt_all(&new).await
    }

    /// Watches panes; one that cannot be watched is a warning.
    pub(super) async fn adopt_all(&self, panes: &[MuxPane]) -> Result<(), AppError> {
        for pane in panes {
            match self.adopt_new(pane).await {
                Ok(_) => {}
                Err(AppError::RunnerLimit { limit }) => {
                    let sentence = format!(
                        "Pane {} is not watched: there are {limit} live runners already.",
                        pane.place.pane
                    );
                    return self.monitor.turn(move |world| world.warn(sentence)).await;
                }
                // It may have closed in this moment; the next layout shows what is.
                Err(error) => {
                    tracing::warn!(pane = %pane.place.pane, %error, "a new pane is not watched");
                }
            }
        }
        Ok(())
    }
}

/// True for an exit that was the server's doing: near its end, and not a program's own success.
fn is_victim(exit: Exit, hung_up: bool, gone: Timestamp) -> bool {
    gone.0.abs_diff(exit.at.0) < TAKEN_ALONG_MS
        && exit.source != ExitSource::ServerGone
        && exit.source != ExitSource::Killed
        && (hung_up || exit.outcome != Outcome::Code(0))
}

/// The status of a runner whose server went away under it.
pub(super) fn taken_along(started_at: Timestamp, at: Timestamp) -> StatusState {
    let mut status = StatusState::starting(started_at, Prints::default());
    let exit = Exit {
        outcome: Outcome::NotKnown,
        source: ExitSource::ServerGone,
        at,
    };
    status.apply(&Evidence {
        at,
        fact: Fact::Exited(exit),
    });
    status
}

impl World {
    fn server_gone(&mut self) {
        let now = self.clock.now();
        self.server = None;
        let ids: Vec<RunnerId> = self.runners.keys().copied().collect();
        for id in ids {
            if let Ok(entry) = self.entry_mut(id)
                && entry.runner.place.is_some()
            {
                entry.start.server_gone = Some(now);
            }
            self.blame_server(id);
        }
        self.layout = Layout::default();
        self.take_attendance();
        self.sessions.clear();
        self.forgotten.clear();
        self.touch_store();
    }

    /// Programs whose terminal is taken away end in their own ways, a moment before or after the end of the server is known: it
    /// was the server all the same, also when there is another by now. What has ended is nowhere any more: another server
    /// counts its panes and sessions from the same numbers.
    pub(super) fn blame_server(&mut self, id: RunnerId) {
        let Some(entry) = self.runners.get_mut(&id) else {
            return;
        };
        let Some(gone) = entry.start.server_gone else {
            return;
        };
        let (status, hung_up) = (entry.status(), entry.start.hung_up);
        if !status.is_ended() {
            return;
        }
        let exit = entry.runner.status.exit();
        let is_victim =
            status != Status::Stopped && exit.is_some_and(|exit| is_victim(exit, hung_up, gone));
        if is_victim {
            entry.runner.status = taken_along(entry.runner.started_at, gone);
        }
        if entry.runner.place.take().is_some() || is_victim {
            self.touch(id);
        }
    }

    /// Takes a layout in and returns the panes that should be runners and are none.
    fn take_layout(&mut self, layout: Layout) -> Vec<MuxPane> {
        self.layout = layout;
        self.sessions = self
            .layout
            .sessions
            .iter()
            .filter(|s| s.registered)
            .map(|s| s.id)
            .collect();
        let panes = std::sync::Arc::clone(&self.layout.panes);
        let before = self.forgotten.len();
        self.forgotten
            .retain(|pane| panes.iter().any(|known| known.place.pane == *pane));
        if self.forgotten.len() != before {
            self.touch_store();
        }
        for pane in panes.iter() {
            self.follow_pane(pane);
        }
        self.take_attendance();
        self.ask_for_glances();
        panes
            .iter()
            .filter(|pane| self.should_adopt(pane))
            .cloned()
            .collect()
    }

    /// Moves a live runner to where its pane is now.
    fn follow_pane(&mut self, pane: &MuxPane) {
        let Some(entry) = self.live_in(pane.place.pane) else {
            return;
        };
        let id = entry.runner.id;
        let Ok(entry) = self.entry_mut(id) else {
            return;
        };
        let Some(place) = &mut entry.runner.place else {
            return;
        };
        // Another process in the pane is another epoch, of which the pane's stream tells.
        if place.pane_pid != pane.place.pane_pid {
            return;
        }
        if *place != pane.place || entry.runner.session_name != pane.session_name {
            *place = pane.place.clone();
            entry.runner.session_name.clone_from(&pane.session_name);
            self.touch(id);
        }
    }

    /// A pane of a registered session that is no runner. What geppetto starts there is one before its pane is shown;
    /// when it is off the list again, its pane has only not closed yet.
    fn should_adopt(&self, pane: &MuxPane) -> bool {
        let registered = pane
            .sessions
            .iter()
            .any(|session| self.sessions.contains(session));
        registered && pane.runner.is_none() && self.is_unknown(pane)
    }

    /// Panes that an earlier daemon made and of which no record is left.
    pub(super) fn orphans(&self) -> Vec<MuxPane> {
        let panes = self.layout.panes.iter();
        panes
            .filter(|pane| pane.runner.is_some() && self.is_unknown(pane))
            .cloned()
            .collect()
    }

    fn is_unknown(&self, pane: &MuxPane) -> bool {
        let known = self.runners.values().any(|entry| {
            Some(entry.runner.id) == pane.runner
                || entry
                    .runner
                    .place
                    .as_ref()
                    .is_some_and(|place| place.is_same_process(&pane.place))
        });
        !pane.dead && !known && !self.forgotten.contains(&pane.place.pane)
    }
}
