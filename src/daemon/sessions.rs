//! Requests about tmux's sessions, windows and panes.

use super::dispatch::{Result, Service, refused, wrong};
use super::view;
use crate::app::{PaneNow, SessionTree, WindowNow};
use crate::domain::ids::PaneId;
use crate::wire::{
    Answer, AttachPane, ListTmuxSessions, PaneRunnerView, PaneView, SessionView, WindowView,
};

impl Service {
    pub(super) async fn list_sessions(&self, list: &ListTmuxSessions) -> Result<Answer> {
        let sessions = if list.panes {
            let trees = self.app.session_trees().await.map_err(refused)?;
            trees.iter().map(tree).collect()
        } else {
            let sessions = self.app.sessions().await.map_err(refused)?;
            sessions.iter().map(view::session).collect()
        };
        Ok(Answer {
            sessions: Some(sessions),
            ..Answer::default()
        })
    }

    pub(super) async fn attach_pane(&self, to: AttachPane) -> Result<Answer> {
        let pane = to
            .pane
            .as_deref()
            .map(|text| text.parse::<PaneId>())
            .transpose()
            .map_err(|error| wrong("pane", &format!("{error}.")))?;
        let attach = match (pane, to.session) {
            (Some(pane), session) => self.app.attach_pane(pane, session).await,
            (None, Some(session)) => self.app.attach_session(session).await,
            (None, None) => return Err(wrong("pane", "A pane or a session is needed.")),
        };
        Ok(Answer {
            attach: Some(view::attach(attach.map_err(refused)?)),
            ..Answer::default()
        })
    }
}

fn tree(tree: &SessionTree) -> SessionView {
    SessionView {
        window_list: Some(tree.windows.iter().map(window).collect()),
        ..view::session(&tree.now)
    }
}

fn window(now: &WindowNow) -> WindowView {
    WindowView {
        id: now.window.id.to_string(),
        index: now.window.index,
        name: now.window.name.clone(),
        active: now.window.active,
        panes: now.panes.iter().map(pane).collect(),
    }
}

fn pane(now: &PaneNow) -> PaneView {
    let said = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    PaneView {
        id: now.text.id.to_string(),
        index: now.text.index,
        active: now.text.active,
        dead: now.pane.dead,
        command: now.pane.command.clone(),
        title: said(&now.text.title),
        cwd: said(&now.text.cwd),
        pid: now.pane.place.pane_pid.as_raw(),
        runner: now.runner.as_ref().map(|runner| PaneRunnerView {
            id: runner.id.to_string(),
            name: runner.name.clone(),
            status: runner.status.as_str().to_owned(),
        }),
    }
}
