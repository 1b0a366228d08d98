//! What the rest of the program holds of the adapter: a cheap handle that asks the hub and waits for its answer.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::command::Command;
use super::hub::TmuxHub;
use super::limits::{EVENT_QUEUE, REQUEST_QUEUE};
use super::options::TmuxOptions;
use super::purpose::{Answer, Replies, Request};
use crate::domain::ids::{RunnerId, SessionId};
use crate::domain::runner::Place;
use crate::domain::text::tmux_safe;
use crate::ports::mux::{
    AttachCommands, Mux, MuxError, MuxEvent, MuxMarks, MuxPane, MuxServer, MuxSession, MuxWindow,
};

/// tmux, as the ports see it.
#[derive(Clone)]
pub struct Tmux {
    pub(super) options: Arc<TmuxOptions>,
    requests: mpsc::Sender<Request>,
    events: Arc<Mutex<Option<mpsc::Receiver<MuxEvent>>>>,
}

impl Tmux {
    /// A handle, and the hub that must be run for it to work.
    pub fn new(options: TmuxOptions) -> (Self, TmuxHub) {
        let options = Arc::new(options);
        let (requests, inbox) = mpsc::channel(REQUEST_QUEUE);
        let (sender, events) = mpsc::channel(EVENT_QUEUE);
        let hub = TmuxHub::new(Arc::clone(&options), inbox, sender);
        let handle = Self {
            options,
            requests,
            events: Arc::new(Mutex::new(Some(events))),
        };
        (handle, hub)
    }

    /// Asks the hub and waits; a hub that has stopped answers nothing.
    pub(super) async fn ask<T, E: From<MuxError>>(
        &self,
        what: &'static str,
        request: impl FnOnce(Answer<T, E>) -> Request,
    ) -> Result<T, E> {
        let stopped = || {
            E::from(MuxError::Disconnected {
                command: what.to_owned(),
            })
        };
        let (answer, answered) = oneshot::channel();
        if self.requests.send(request(answer)).await.is_err() {
            return Err(stopped());
        }
        answered.await.unwrap_or_else(|_hub_stopped| Err(stopped()))
    }

    /// Tells the hub something that has no answer.
    pub(super) async fn tell(&self, request: Request) {
        if self.requests.send(request).await.is_err() {
            tracing::debug!("the hub has stopped");
        }
    }

    /// A command of this server as a person types it.
    pub(super) fn words_for_people(&self, words: &[&str]) -> Vec<String> {
        let mut line = vec!["tmux".to_owned()];
        if !self.options.default_socket {
            line.push("-S".to_owned());
            line.push(self.options.tmux_socket.display().to_string());
        }
        line.extend(words.iter().map(|word| (*word).to_owned()));
        line
    }

    /// Runs a command line on the command channel.
    pub(super) async fn run(&self, command: Command) -> Result<Replies, MuxError> {
        self.run_making(command, None).await
    }

    /// The same for a command line that makes a pane.
    pub(super) async fn run_making(
        &self,
        command: Command,
        makes: Option<RunnerId>,
    ) -> Result<Replies, MuxError> {
        let name = command.name();
        self.ask(name, |answer| Request::Run {
            command,
            makes,
            answer,
        })
        .await
    }
}

#[async_trait]
impl Mux for Tmux {
    async fn server(&self) -> Result<MuxServer, MuxError> {
        self.ask("display-message", |answer| Request::Server { answer })
            .await
    }

    async fn layout(&self) -> Result<(Arc<[MuxSession]>, Arc<[MuxPane]>), MuxError> {
        let layout = self
            .ask("list-panes", |answer| Request::Layout { answer })
            .await?;
        Ok((layout.sessions, layout.panes))
    }

    async fn windows(&self) -> Result<Vec<MuxWindow>, MuxError> {
        let replies = self.run(super::windows::question()).await?;
        Ok(super::windows::read(&replies))
    }

    fn events(&self) -> Option<mpsc::Receiver<MuxEvent>> {
        self.events.try_lock().ok()?.take()
    }
}

#[async_trait]
impl MuxMarks for Tmux {
    async fn mark_session(
        &self,
        session: SessionId,
        registered: bool,
        key: Option<&str>,
    ) -> Result<(), MuxError> {
        let set = |name: &'static str, value: Option<&str>| match value {
            Some(value) => Command::new("set-option")
                .flag("-t")
                .id(session)
                .flag(name)
                .text(value),
            None => Ok(Command::new("set-option")
                .flag("-u")
                .flag("-t")
                .id(session)
                .flag(name)),
        };
        let mark = set("@geppetto_registered", registered.then_some("1"))?;
        let key = set("@geppetto_key", key.filter(|_| registered))?;
        let marked = self.run(mark.then(&key)).await;
        of_session(session, marked).map(drop)
    }

    async fn publish_status(&self, segment: &str, windows: &str) -> Result<(), MuxError> {
        let set = |name: &'static str, value: &str| {
            Command::new("set-environment")
                .flag("-gh")
                .flag(name)
                .text(value)
        };
        let publish = set("geppetto_windows", windows)?.then(&set("geppetto_status", segment)?);
        self.run(publish).await.map(drop)
    }

    async fn kill_session(&self, session: SessionId) -> Result<(), MuxError> {
        let kill = Command::new("kill-session").flag("-t").id(session);
        of_session(session, self.run(kill).await).map(drop)
    }

    fn attach_commands(&self, session_name: &str, place: &Place) -> AttachCommands {
        let target = target(session_name, place);
        AttachCommands {
            attach: self.words_for_people(&["attach-session", "-t", &target]),
            switch: self.words_for_people(&["switch-client", "-t", &target]),
            switch_client: self.words_for_people(&["switch-client", "-t", &target, "-c"]),
        }
    }
}

/// A pane for a command of a person. `=name:` is exact, and the pane's id behind it selects window and pane. A name that tmux
/// could read in another way (`$1`, a colon of 3.7) gives way to the session's id.
pub(super) fn target(session_name: &str, place: &Place) -> String {
    let readable = !session_name.is_empty() && tmux_safe(session_name) == session_name;
    if readable {
        format!("={session_name}:.{}", place.pane)
    } else {
        format!("{}:.{}", place.session, place.pane)
    }
}

/// tmux says only in words that a session is not there.
fn of_session<T>(session: SessionId, result: Result<T, MuxError>) -> Result<T, MuxError> {
    result.map_err(|error| match error {
        MuxError::Command { message, .. } if message.starts_with("can't find session") => {
            MuxError::NoSession {
                target: session.to_string(),
            }
        }
        other => other,
    })
}
