//! `sessions` in detail: every window and pane of tmux, and the runners in them.

use std::collections::HashMap;

use super::entry::Entry;
use super::sessions::SessionNow;
use super::world::World;
use super::{App, AppError};
use crate::domain::ids::{PaneId, RunnerId};
use crate::domain::status::Status;
use crate::ports::mux::{MuxPane, MuxPaneText, MuxWindow};

/// A session with all that is in it.
#[derive(Debug, Clone)]
pub struct SessionTree {
    /// The session.
    pub now: SessionNow,
    /// Its windows, in their order.
    pub windows: Vec<WindowNow>,
}

/// A window.
#[derive(Debug, Clone)]
pub struct WindowNow {
    /// The window.
    pub window: MuxWindow,
    /// Its panes, in their order.
    pub panes: Vec<PaneNow>,
}

/// A pane.
#[derive(Debug, Clone)]
pub struct PaneNow {
    /// The pane.
    pub pane: MuxPane,
    /// What people tell it by.
    pub text: MuxPaneText,
    /// The runner that lives in it, else the last that did.
    pub runner: Option<Resident>,
}

/// A runner in a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resident {
    /// Its id.
    pub id: RunnerId,
    /// Its name.
    pub name: String,
    /// What it is.
    pub status: Status,
}

impl App {
    /// Every session with its windows and panes, asked of tmux now. What came or went between the two questions that it
    /// takes is left out.
    ///
    /// # Errors
    /// `Mux`.
    pub async fn session_trees(&self) -> Result<Vec<SessionTree>, AppError> {
        let sessions = self.sessions().await?;
        let (_, panes) = self.ports.mux.layout().await?;
        let windows = self.ports.mux.windows().await?;
        self.monitor
            .turn(move |world| {
                let panes: HashMap<PaneId, (&MuxPane, Option<Resident>)> = world
                    .residents(&panes)
                    .map(|(pane, resident)| (pane.place.pane, (pane, resident)))
                    .collect();
                sessions
                    .into_iter()
                    .map(|now| tree(now, &windows, &panes))
                    .collect()
            })
            .await
    }
}

fn tree(
    now: SessionNow,
    windows: &[MuxWindow],
    panes: &HashMap<PaneId, (&MuxPane, Option<Resident>)>,
) -> SessionTree {
    let pane = |text: &MuxPaneText| {
        let (pane, runner) = panes.get(&text.id)?;
        Some(PaneNow {
            pane: (*pane).clone(),
            text: text.clone(),
            runner: runner.clone(),
        })
    };
    let windows = windows
        .iter()
        .filter(|window| window.session == now.session.id)
        .map(|window| WindowNow {
            window: window.clone(),
            panes: window.panes.iter().filter_map(pane).collect(),
        })
        .collect();
    SessionTree { now, windows }
}

impl World {
    /// The panes with their runners. One that has ended counts as long as its pane has the same process.
    fn residents<'a>(
        &self,
        panes: &'a [MuxPane],
    ) -> impl Iterator<Item = (&'a MuxPane, Option<Resident>)> {
        let mut residents: HashMap<PaneId, &Entry> = HashMap::new();
        // The oldest first, so that the newest stays.
        for entry in self.runners.values() {
            let Some(place) = &entry.runner.place else {
                continue;
            };
            let is_held = residents
                .get(&place.pane)
                .is_some_and(|known| !known.status().is_ended());
            if !is_held {
                residents.insert(place.pane, entry);
            }
        }
        panes.iter().map(move |pane| {
            let entry = residents.get(&pane.place.pane).filter(|entry| {
                let place = entry.runner.place.as_ref();
                place.is_some_and(|place| place.is_same_process(&pane.place))
            });
            let resident = entry.map(|entry| Resident {
                id: entry.runner.id,
                name: entry.runner.name.to_string(),
                status: entry.status(),
            });
            (pane, resident)
        })
    }
}
