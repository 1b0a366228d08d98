//! The machine's processes: who is there, who belongs to a terminal, signals.

use std::io;

use async_trait::async_trait;

use crate::domain::ids::{Pid, RunnerId};

/// One process, at the moment it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessInfo {
    /// Its id.
    pub pid: Pid,
    /// Its parent; `None` for the first process and for orphans of the kernel.
    pub parent: Option<Pid>,
    /// Its process group.
    pub group: i32,
    /// Its session: the pid of the session's leader. For a pane's processes, the pane's own process.
    pub session: i32,
    /// Foreground process group of its terminal; `None` without a terminal.
    pub foreground: Option<i32>,
    /// True when it is stopped by a signal.
    pub stopped: bool,
    /// True while it waits in the kernel for something that no signal ends, such as a child that shares its memory (vfork) and has
    /// not started its program.
    pub deaf: bool,
    /// True when it has ended and only its parent keeps it in the list.
    pub zombie: bool,
    /// Start time in the system's own unit, to tell two processes of one pid apart.
    pub started: u64,
    /// Name of its program; hostile text.
    pub name: String,
}

/// The signals we send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM
    Terminate,
    /// SIGKILL
    Kill,
    /// SIGHUP
    HangUp,
    /// SIGSTOP
    Stop,
    /// SIGCONT
    Continue,
}

/// The process table.
#[async_trait]
pub trait ProcessTable: Send + Sync {
    /// Every process that we may see.
    ///
    /// # Errors
    /// When the system's list cannot be read.
    fn processes(&self) -> io::Result<Vec<ProcessInfo>>;

    /// Sends a signal to one process. False when it is no longer there.
    ///
    /// # Errors
    /// When it may not be signalled (another user's).
    fn signal(&self, pid: Pid, signal: Signal) -> io::Result<bool>;

    /// Returns when the process has ended (at once if it is not there). Waits without polling where the system
    /// can tell (Linux: pidfd), else by looking every 100 ms.
    async fn ended(&self, pid: Pid);
}

/// A run, as the command line of its run parent names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunOf {
    /// Whose run.
    pub runner: RunnerId,
    /// Its number.
    pub run: u32,
}

/// Run parents that nobody has told of.
pub trait RunParents: Send + Sync {
    /// The run above which process `pid` is; `None` when it is no run parent, or not there.
    fn run_of(&self, pid: Pid) -> Option<RunOf>;
}
