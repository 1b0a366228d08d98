//! The process monitor port: finds panes, hands streams out, and takes the reports of run parents. Starting is in
//! `spawning`, signals are in `signals`.

use async_trait::async_trait;
use tokio::sync::mpsc;

use super::command::Command;
use super::handle::Tmux;
use super::purpose::{Request, WatchRequest};
use super::{freezing, signals};
use crate::domain::exit::Outcome;
use crate::domain::ids::{PaneId, Pid};
use crate::domain::key_name::KeyName;
use crate::domain::runner::Place;
use crate::domain::time::Timestamp;
use crate::ports::mux::{Mux, MuxError, MuxPane};
use crate::ports::process::{
    Existing, Freezer, KillMode, MonitorOptions, ProcessError, ProcessEvent, ProcessHandle,
    ProcessMonitor, RunReports, SpawnSpec, Typist,
};
use crate::ports::table::ProcessInfo;

#[async_trait]
impl ProcessMonitor for Tmux {
    async fn spawn(&self, spec: &SpawnSpec) -> Result<ProcessHandle, ProcessError> {
        self.open_window(spec).await
    }

    async fn attach(&self, pid: Pid) -> Result<ProcessHandle, ProcessError> {
        let processes = self.processes(pid)?;
        if !processes.iter().any(|process| process.pid == pid) {
            return Err(ProcessError::NoProcess { pid });
        }
        let (_, panes) = self.layout().await?;
        find_pane(&processes, &panes, pid)
            .map(handle_of)
            .ok_or(ProcessError::NotInPane { pid })
    }

    async fn monitor_existing(&self, what: Existing) -> Result<Vec<ProcessHandle>, ProcessError> {
        let (sessions, panes) = self.layout().await?;
        let no_session = |id| sessions.iter().all(|session| session.id != id);
        match what {
            Existing::Session(id) if no_session(id) => Err(MuxError::NoSession {
                target: id.to_string(),
            }
            .into()),
            Existing::Session(id) => Ok(panes
                .iter()
                .filter(|pane| pane.sessions.contains(&id))
                .map(handle_of)
                .collect()),
            Existing::Pane(id) => {
                let found = panes.iter().find(|pane| pane.place.pane == id);
                let pane = found.ok_or_else(|| MuxError::NoPane {
                    target: id.to_string(),
                })?;
                Ok(vec![handle_of(pane)])
            }
        }
    }

    async fn monitor(
        &self,
        handle: &ProcessHandle,
        options: MonitorOptions,
    ) -> Result<mpsc::Receiver<ProcessEvent>, ProcessError> {
        let place = handle.place.clone();
        self.ask("attach-session", |answer| {
            Request::Watch(WatchRequest {
                place,
                options,
                answer,
            })
        })
        .await
    }

    async fn look(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        let place = handle.place.clone();
        self.ask("capture-pane", |answer| Request::Look { place, answer })
            .await
    }

    async fn kill(&self, handle: &ProcessHandle, mode: KillMode) -> Result<(), ProcessError> {
        self.still_there(handle).await?;
        if let Some(exit) = signals::kill(&self.options, handle, mode).await? {
            let pane = handle.place.pane;
            self.tell(Request::Killed { pane, exit }).await;
        }
        Ok(())
    }

    async fn close(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        match self.still_there(handle).await {
            Ok(()) => {}
            Err(ProcessError::Gone { .. }) => return Ok(()),
            Err(error) => return Err(error),
        }
        let kill = Command::new("kill-pane").flag("-t").id(handle.place.pane);
        match self.run(kill).await {
            Ok(_) => Ok(()),
            // It closed between the look and the command.
            Err(MuxError::Command { message, .. }) if message.starts_with("can't find pane") => {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

#[async_trait]
impl Freezer for Tmux {
    async fn freeze(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        self.still_there(handle).await?;
        freezing::freeze(&self.options, handle).await
    }

    async fn thaw(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        self.still_there(handle).await?;
        if freezing::shell_has_terminal(&self.options, handle)? {
            self.bring_back(handle).await?;
        }
        freezing::thaw(&self.options, handle)
    }
}

#[async_trait]
impl Typist for Tmux {
    async fn paste(&self, handle: &ProcessHandle, text: &str) -> Result<(), ProcessError> {
        self.takes_keys(handle).await?;
        let pane = handle.place.pane;
        let buffer = format!("geppetto{pane}");
        let paste = Command::new("set-buffer")
            .flag("-b")
            .text(&buffer)?
            .flag("--")
            .text(text)?
            .then(
                &Command::new("paste-buffer")
                    .flag("-d -p -b")
                    .text(&buffer)?
                    .flag("-t")
                    .id(pane),
            );
        self.run(paste).await?;
        Ok(())
    }

    async fn keys(&self, handle: &ProcessHandle, keys: &[KeyName]) -> Result<(), ProcessError> {
        self.takes_keys(handle).await?;
        let mut press = Command::new("send-keys")
            .flag("-t")
            .id(handle.place.pane)
            .flag("--");
        for key in keys {
            press = press.text(key.as_str())?;
        }
        self.run(press).await?;
        Ok(())
    }
}

impl Tmux {
    /// What is typed reaches the program of the pane that is meant.
    async fn takes_keys(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        self.still_there(handle).await?;
        let pane = handle.place.pane;
        let mode = Command::new("display-message")
            .flag("-p -t")
            .id(pane)
            .flag("'#{pane_in_mode}'");
        let replies = self.run(mode).await?;
        let is_free = replies.first().is_some_and(|rows| {
            let row = rows.first().map(AsRef::as_ref);
            matches!(row, None | Some(b"" | b"0"))
        });
        if is_free {
            Ok(())
        } else {
            Err(ProcessError::InMode { pane })
        }
    }
}

#[async_trait]
impl RunReports for Tmux {
    async fn exited(
        &self,
        pane: PaneId,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), ProcessError> {
        self.ask("display-message", |answer| Request::Exited {
            pane,
            outcome,
            at,
            answer,
        })
        .await
    }
}

impl Tmux {
    fn processes(&self, about: Pid) -> Result<Vec<ProcessInfo>, ProcessError> {
        signals::list(&self.options, about)
    }

    /// A shell that saw its job stop has taken the terminal; only its own `fg` gives it back.
    async fn bring_back(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        let keys = Command::new("send-keys")
            .flag("-t")
            .id(handle.place.pane)
            // Whatever stands on the line is not part of the command; the space keeps it out of the history.
            .flag("C-u ' fg' Enter");
        self.run(keys).await?;
        freezing::until_job_has_terminal(&self.options, handle).await
    }

    /// Process ids are reused: signals go only to a pane that still runs the process which the handle means.
    async fn still_there(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        let Place { pane, pane_pid, .. } = handle.place;
        let (_, panes) = self.layout().await?;
        let is_it = |listed: &MuxPane| listed.place.is_same_process(&handle.place);
        if panes.iter().any(is_it) {
            Ok(())
        } else {
            Err(ProcessError::Gone {
                pane,
                pid: pane_pid,
            })
        }
    }
}

fn handle_of(pane: &MuxPane) -> ProcessHandle {
    ProcessHandle {
        place: pane.place.clone(),
        program: None,
    }
}

/// The pane whose process is `pid` or an ancestor of it.
fn find_pane<'a>(processes: &[ProcessInfo], panes: &'a [MuxPane], pid: Pid) -> Option<&'a MuxPane> {
    let mut at = Some(pid);
    // Parents never form a ring, but the listing is not taken in one moment.
    for _ in 0..processes.len() {
        let here = at?;
        if let Some(pane) = panes.iter().find(|pane| pane.place.pane_pid == here) {
            return Some(pane);
        }
        at = processes
            .iter()
            .find(|process| process.pid == here)
            .and_then(|process| process.parent);
    }
    None
}
