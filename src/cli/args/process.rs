//! The arguments of the processes that geppetto starts for itself, the daemon among them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::domain::ids::{Pid, RunnerId};

/// `daemon run`
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Leave the terminal and the session of whoever started this.
    #[arg(long, hide = true)]
    pub(crate) detached: bool,
    /// Listen here.
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
    /// Read this config file.
    #[arg(long, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
}

/// `internal run`
#[derive(Debug, Args)]
pub(crate) struct InternalRunArgs {
    /// The daemon's socket.
    #[arg(long)]
    pub(crate) socket: PathBuf,
    /// The daemon's state directory.
    #[arg(long)]
    pub(crate) state_dir: PathBuf,
    /// Id of the runner.
    #[arg(long)]
    pub(crate) runner: RunnerId,
    /// Number of the run.
    #[arg(long)]
    pub(crate) run: u32,
    /// Program and arguments.
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}

/// `internal control-child`
#[derive(Debug, Args)]
pub(crate) struct ControlChildArgs {
    /// The process to end with.
    #[arg(long)]
    pub(crate) parent: Pid,
    /// Program and arguments.
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}
