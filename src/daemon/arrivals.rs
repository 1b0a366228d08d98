//! The requests by which runners come: started in a new window, or registered where they are.

use std::path::{Path, PathBuf};

use super::dispatch::{Result, Service, one, pid, positive, refused, wrong};
use super::view;
use crate::app::{NewRunner, RegisterTarget, Registration};
use crate::domain::ids::PaneId;
use crate::wire::{Answer, AttachTmux, CreateRunner};

impl Service {
    pub(super) async fn create(&self, request: CreateRunner) -> Result<Answer> {
        let size = match (request.columns, request.rows) {
            (Some(columns @ 1..), Some(rows @ 1..)) => Some((columns, rows)),
            (None, None) => None,
            _ => {
                return Err(wrong(
                    "columns",
                    "Columns and rows belong together and are above 0.",
                ));
            }
        };
        let new = NewRunner {
            kind: request.kind,
            name: request.name,
            command: request.command,
            cwd: request.cwd.map(PathBuf::from),
            env: request.env,
            max_duration: positive("maxDurationMs", request.max_duration_ms)?,
            idle_after: positive("idleAfterMs", request.idle_after_ms)?,
            output_dir: request.output_dir.map(PathBuf::from),
            key: request.key,
            session: request.session,
            size,
        };
        let home: &Path = &self.about.home;
        one(self.app.create(new, home).await)
    }

    pub(super) async fn attach_tmux(&self, request: AttachTmux) -> Result<Answer> {
        let target = match (
            request.session_name,
            request.session_id,
            request.pane_id,
            request.pid,
        ) {
            (Some(name), None, None, None) => RegisterTarget::Session(name),
            (None, Some(id), None, None) => RegisterTarget::Session(id),
            (None, None, Some(pane), None) => {
                let pane = pane.parse::<PaneId>();
                RegisterTarget::Pane(pane.map_err(|error| wrong("paneId", &format!("{error}.")))?)
            }
            (None, None, None, Some(raw)) => RegisterTarget::Process(pid("pid", raw)?),
            _ => {
                let sentence = "Exactly one of sessionName, sessionId, paneId and pid is needed.";
                return Err(wrong("sessionName", sentence));
            }
        };
        let wishes = Registration {
            name: request.name,
            kind: request.kind,
            key: request.key,
            idle_after: positive("idleAfterMs", request.idle_after_ms)?,
        };
        let registered = self.app.register(target, wishes).await.map_err(refused)?;
        Ok(Answer {
            runner: Some(Box::new(view::runner(&registered.runner))),
            runners: Some(registered.runners.iter().map(view::runner).collect()),
            added: u32::try_from(registered.added).ok(),
            ..Answer::default()
        })
    }
}
