//! The terminal multiplexer as a whole: which sessions and panes there are, and what we publish in it.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId, WindowId};
use crate::domain::runner::Place;

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum MuxError {
    /// There is no tmux program.
    #[error("tmux was not found (looked for {program})")]
    NotFound {
        /// Path or name that was tried.
        program: String,
    },
    /// The server's version is below the floor (3.3).
    #[error("tmux {version} is too old: 3.3 or later is needed")]
    TooOld {
        /// As the server says it.
        version: String,
    },
    /// No server listens on the socket.
    #[error("no tmux server is running on {}", socket.display())]
    NoServer {
        /// Path of its socket.
        socket: PathBuf,
    },
    /// There is no such session.
    #[error("there is no tmux session \"{target}\"")]
    NoSession {
        /// Id or name, as asked.
        target: String,
    },
    /// A session has the name that a key needs, but not the key.
    #[error("the tmux session \"{name}\" has not the key {key}")]
    SessionTaken {
        /// Its name.
        name: String,
        /// The key that was to be in it.
        key: String,
    },
    /// There is no such pane.
    #[error("there is no tmux pane {target}")]
    NoPane {
        /// Id, as asked.
        target: String,
    },
    /// No terminal is attached.
    #[error("no terminal is attached to tmux")]
    NoClient,
    /// tmux refused a command.
    #[error("tmux refused {command}: {message}")]
    Command {
        /// The command's first word.
        command: String,
        /// tmux's own words.
        message: String,
    },
    /// tmux did not answer in time.
    #[error("tmux did not answer {command} in {seconds} s")]
    TimedOut {
        /// The command's first word.
        command: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The connection to tmux broke while a command was on its way.
    #[error("the connection to tmux was lost during {command}")]
    Disconnected {
        /// The command's first word.
        command: String,
    },
    /// The terminal of a pane takes nothing at present, or is none of ours.
    #[error("{} cannot be written to: {source}", tty.display())]
    Terminal {
        /// Its device.
        tty: PathBuf,
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// tmux could not be started or spoken to.
    #[error("tmux could not be run: {source}")]
    Io {
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
}

/// The running server. Two servers on one socket path, one after the other, differ in pid and start time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuxServer {
    /// Its socket.
    pub socket: PathBuf,
    /// As it says itself: `3.3a`.
    pub version: String,
    /// Its process.
    pub pid: Pid,
    /// Seconds since 1970 when it started.
    pub start_time: u64,
}

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuxSession {
    /// `$N`.
    pub id: SessionId,
    /// As tmux shows it; hostile text.
    pub name: String,
    /// How many windows it has.
    pub windows: u32,
    /// How many terminals of people are attached (control clients are not counted).
    pub clients: u32,
    /// True when our option `@geppetto_registered` is set on it.
    pub registered: bool,
    /// Value of `@geppetto_key`.
    pub key: Option<String>,
}

/// A pane, listed once even when its window is linked into several sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuxPane {
    /// Session (the lowest id that shows it), window, pane and process.
    pub place: Place,
    /// Every session that shows it, `place.session` included, ascending.
    pub sessions: Vec<SessionId>,
    /// Name of `place.session`; hostile text.
    pub session_name: String,
    /// True when it is the active pane of the active window of `place.session`.
    pub active: bool,
    /// tmux's name of what runs in it: hostile text.
    pub command: String,
    /// Seconds since 1970 when its window last printed.
    pub activity: u64,
    /// True for a dead pane that stays open.
    pub dead: bool,
    /// Value of our pane option `@geppetto_runner`, when geppetto started what runs in it.
    pub runner: Option<RunnerId>,
}

/// A window in a session, for people who look around. One that several sessions show is told for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuxWindow {
    /// Session.
    pub session: SessionId,
    /// `@N`.
    pub id: WindowId,
    /// Its number in the session.
    pub index: u32,
    /// True when it is the session's current one.
    pub active: bool,
    /// Hostile text.
    pub name: String,
    /// Its panes, in their order.
    pub panes: Vec<MuxPaneText>,
}

/// What people tell a pane by; the rest of it is in [`MuxPane`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MuxPaneText {
    /// `%N`.
    pub id: PaneId,
    /// Its number in the window.
    pub index: u32,
    /// True when it is the active one of its window.
    pub active: bool,
    /// Hostile text; empty when it has none.
    pub title: String,
    /// Directory of what runs in it; hostile text, empty when tmux does not know it.
    pub cwd: String,
}

/// What the multiplexer tells by itself.
#[derive(Debug, Clone)]
pub enum MuxEvent {
    /// Sessions, windows or panes changed: this is all there is now. Also the first event.
    Layout {
        /// Every session.
        sessions: Arc<[MuxSession]>,
        /// Every pane.
        panes: Arc<[MuxPane]>,
    },
    /// The server is gone. Every pane's stream has been told so before.
    ServerGone,
}

/// Questions about the server, and its events.
#[async_trait]
pub trait Mux: Send + Sync {
    /// The server we are connected to; connects if need be.
    ///
    /// # Errors
    /// `NotFound`, `TooOld`, `NoServer`, `Io`.
    async fn server(&self) -> Result<MuxServer, MuxError>;

    /// Every session and every pane, asked now.
    ///
    /// # Errors
    /// As [`Mux::server`], and `TimedOut`, `Disconnected`.
    async fn layout(&self) -> Result<(Arc<[MuxSession]>, Arc<[MuxPane]>), MuxError>;

    /// Every window with its panes, by session and number, asked now. Only on demand: titles and directories change all
    /// the time, and the second costs a look at a process for each pane.
    ///
    /// # Errors
    /// As [`Mux::layout`].
    async fn windows(&self) -> Result<Vec<MuxWindow>, MuxError>;

    /// The events; there is one receiver, so this answers `None` the second time.
    fn events(&self) -> Option<mpsc::Receiver<MuxEvent>>;
}

/// What we change in the server outside of panes.
#[async_trait]
pub trait MuxMarks: Send + Sync {
    /// Sets (`registered`) or removes our options on a session: `@geppetto_registered` and `@geppetto_key`.
    ///
    /// # Errors
    /// `NoSession` and what every command can meet.
    async fn mark_session(
        &self,
        session: SessionId,
        registered: bool,
        key: Option<&str>,
    ) -> Result<(), MuxError>;

    /// Publishes the status segment and the badges of windows as the hidden global environment variables `geppetto_status`
    /// and `geppetto_windows` (no redraw; `#{geppetto_status}` shows it). Both must already be safe in a format.
    ///
    /// # Errors
    /// What every command can meet.
    async fn publish_status(&self, segment: &str, windows: &str) -> Result<(), MuxError>;

    /// Ends a session with all its windows.
    ///
    /// # Errors
    /// `NoSession` and what every command can meet.
    async fn kill_session(&self, session: SessionId) -> Result<(), MuxError>;

    /// Command lines (program first) for a person's terminal: to attach from outside of tmux, and to switch the
    /// tmux client they are in. The window and pane are selected by both.
    fn attach_commands(&self, session_name: &str, place: &Place) -> AttachCommands;
}

/// How a person gets to a pane. Every element is one argument; quoting is the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachCommands {
    /// From a terminal outside of tmux.
    pub attach: Vec<String>,
    /// From inside this tmux server.
    pub switch: Vec<String>,
    /// The same for another client of it, whose name follows as the last argument.
    pub switch_client: Vec<String>,
}
