//! Programs in panes: start, adopt, follow, signal and end them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::mux::MuxError;
use crate::domain::activity::Activity;
use crate::domain::exit::{Exit, Outcome};
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId};
use crate::domain::key_name::KeyName;
use crate::domain::name::RunnerName;
use crate::domain::pane_screen::PaneScreen;
use crate::domain::runner::{Launch, Place};
use crate::domain::time::Timestamp;
use crate::domain::transcript::Size;

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProcessError {
    /// The multiplexer could not do its part.
    #[error(transparent)]
    Mux(#[from] MuxError),
    /// The program could not be started.
    #[error("{program} could not be started: {reason}")]
    Spawn {
        /// First word of its command.
        program: String,
        /// The system's own words.
        reason: String,
    },
    /// The process is in no pane of this tmux server.
    #[error("process {pid} runs in no pane of this tmux server")]
    NotInPane {
        /// As asked.
        pid: Pid,
    },
    /// There is no such process.
    #[error("there is no process {pid}")]
    NoProcess {
        /// As asked.
        pid: Pid,
    },
    /// The pane is gone, or another process runs in it now.
    #[error("pane {pane} no longer runs process {pid}")]
    Gone {
        /// The pane that was meant.
        pane: PaneId,
        /// Its process at that time.
        pid: Pid,
    },
    /// What is pressed would not reach the program: somebody scrolls in its pane, or chooses something there.
    #[error("pane {pane} is in a mode of tmux, which would take the keys")]
    InMode {
        /// The pane.
        pane: PaneId,
    },
    /// The pane is followed already: a pane has one stream.
    #[error("pane {pane} is watched already")]
    Watched {
        /// The pane.
        pane: PaneId,
    },
    /// A signal could not be sent.
    #[error("process {pid} could not be signalled: {source}")]
    Signal {
        /// The process.
        pid: Pid,
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// It did not end although it was killed.
    #[error("process {pid} did not end within {seconds} s of SIGKILL")]
    Survived {
        /// The process.
        pid: Pid,
        /// How long we waited.
        seconds: u64,
    },
}

/// Where a new program's window is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpawnTarget {
    /// A new window of that session.
    Session(SessionId),
    /// A new session of that name (already safe for tmux), whose key is stored in it. If one of that name is
    /// there, the window is made in it.
    Named {
        /// The name.
        name: String,
        /// Value for `@geppetto_key`.
        key: Option<String>,
    },
}

/// What to start.
#[derive(Debug, Clone)]
pub struct SpawnSpec {
    /// Whose run it is: the run parent reports under this id and number.
    pub runner: RunnerId,
    /// Number of the run.
    pub run: u32,
    /// Name of the window.
    pub name: RunnerName,
    /// Program, directory, environment, size.
    pub launch: Launch,
    /// Session for the window.
    pub target: SpawnTarget,
}

/// What to adopt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Every pane of a session.
    Session(SessionId),
    /// One pane.
    Pane(PaneId),
}

/// One epoch of one pane: what the calls below act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessHandle {
    /// The pane and its process when the handle was made.
    pub place: Place,
    /// The program below the run parent, for what geppetto started; the signals go to it and its children.
    pub program: Option<Pid>,
}

/// What happens to a followed program.
#[derive(Debug, Clone)]
pub enum ProcessEvent {
    /// It printed.
    Output {
        /// When the bytes arrived.
        at: Timestamp,
        /// What it printed, escapes and all; cut anywhere.
        bytes: Bytes,
    },
    /// So many bytes of its output could not be kept and are missing between the output before and after.
    Lost {
        /// How many; `None` when tmux dropped them and does not say.
        bytes: Option<u64>,
    },
    /// What tmux has of the pane, behind all output before this event: the first event of every watch, and again after output
    /// was lost, after a change of size, and when it was asked for with [`ProcessMonitor::look`].
    Screen {
        /// When.
        at: Timestamp,
        /// What.
        screen: Box<PaneScreen>,
    },
    /// The pane has another size from here on. A `Screen` follows.
    Resized {
        /// When.
        at: Timestamp,
        /// The new size.
        size: Size,
    },
    /// It began to print again, or fell idle. Sent with the output or silence that shows it.
    Activity(Activity),
    /// It has been silent for the threshold given to `monitor`.
    Silence {
        /// For how long.
        lasted: Duration,
    },
    /// It ended. The last event.
    Exit(Exit),
    /// It can no longer be followed. The last event.
    Error(ProcessError),
}

/// How hard to end a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KillMode {
    /// SIGTERM, then SIGKILL after the grace time.
    Graceful {
        /// The grace time.
        grace: Duration,
    },
    /// SIGKILL at once.
    Forced,
}

/// How to follow a program.
#[derive(Debug, Clone, Copy)]
pub struct MonitorOptions {
    /// Silence that makes it idle.
    pub silence_after: Duration,
    /// True when it printed within `silence_after` before now.
    pub active: bool,
    /// True when a run parent of ours will report the exit, so that a closed pane waits for that report.
    pub has_run_parent: bool,
}

/// The process monitor.
#[async_trait]
pub trait ProcessMonitor: Send + Sync {
    /// Opens a window and starts the program in it under a run parent. It is not followed yet: nothing it prints
    /// is lost until [`ProcessMonitor::monitor`], because the run parent waits for the daemon's word before it starts the program.
    ///
    /// # Errors
    /// `Mux` and `Spawn`. On an error nothing is left behind.
    async fn spawn(&self, spec: &SpawnSpec) -> Result<ProcessHandle, ProcessError>;

    /// Adopts the pane in which process `pid` runs, however deep below the pane's own process.
    ///
    /// # Errors
    /// `NoProcess`, `NotInPane`, `Mux`.
    async fn attach(&self, pid: Pid) -> Result<ProcessHandle, ProcessError>;

    /// Adopts panes that are there.
    ///
    /// # Errors
    /// `Mux` with `NoSession` or `NoPane`.
    async fn monitor_existing(&self, what: Existing) -> Result<Vec<ProcessHandle>, ProcessError>;

    /// Follows the program. The stream is bounded: when its reader is slow, output is merged and then dropped
    /// with a `Lost` event; other events are never dropped. It ends after `Exit` or `Error`, or when the
    /// receiver is dropped, which ends the watch.
    ///
    /// # Errors
    /// `Gone`, `Watched`, `Mux`.
    async fn monitor(
        &self,
        handle: &ProcessHandle,
        options: MonitorOptions,
    ) -> Result<mpsc::Receiver<ProcessEvent>, ProcessError>;

    /// Asks for a `Screen` event in the stream of a followed pane. It comes behind the output that was printed before.
    ///
    /// # Errors
    /// `Gone` when the pane is not followed.
    async fn look(&self, handle: &ProcessHandle) -> Result<(), ProcessError>;

    /// Ends the program and everything it started in the pane's terminal, and returns when it is over. The
    /// exit itself comes over the stream.
    ///
    /// # Errors
    /// `Gone`, `Signal`, `Survived`.
    async fn kill(&self, handle: &ProcessHandle, mode: KillMode) -> Result<(), ProcessError>;

    /// Closes the pane with whatever is in it, dead or alive. Fine when it is gone already.
    ///
    /// # Errors
    /// `Mux`.
    async fn close(&self, handle: &ProcessHandle) -> Result<(), ProcessError>;
}

/// Freezing programs and letting them go on.
#[async_trait]
pub trait Freezer: Send + Sync {
    /// Stops (SIGSTOP) every process in the pane's terminal but our run parent.
    ///
    /// # Errors
    /// `Gone`, `Signal`.
    async fn freeze(&self, handle: &ProcessHandle) -> Result<(), ProcessError>;

    /// Lets them go on (SIGCONT).
    ///
    /// # Errors
    /// `Gone`, `Signal`.
    async fn thaw(&self, handle: &ProcessHandle) -> Result<(), ProcessError>;
}

/// Typing into panes.
#[async_trait]
pub trait Typist: Send + Sync {
    /// Pastes `text` as a whole, marked as a paste where the program asked tmux for that.
    ///
    /// # Errors
    /// `Gone`, `InMode`, `Mux`. On the first two nothing was pasted.
    async fn paste(&self, handle: &ProcessHandle, text: &str) -> Result<(), ProcessError>;

    /// Presses keys, in order.
    ///
    /// # Errors
    /// `Gone`, `InMode`, `Mux`. On an error none was pressed.
    async fn keys(&self, handle: &ProcessHandle, keys: &[KeyName]) -> Result<(), ProcessError>;
}

/// What run parents tell, passed on by the daemon's listener.
#[async_trait]
pub trait RunReports: Send + Sync {
    /// The program of that pane ended. Returns when everything it printed before is in the stream and the `Exit`
    /// event behind it, and the pane may
    /// close without harm: the run parent leaves it now.
    ///
    /// # Errors
    /// `Gone` when the pane is not followed.
    async fn exited(
        &self,
        pane: PaneId,
        outcome: Outcome,
        at: Timestamp,
    ) -> Result<(), ProcessError>;
}
