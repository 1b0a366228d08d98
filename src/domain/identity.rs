//! Which agent runs in a pane, from its processes.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ids::Pid;

/// A process of a pane's terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaneProcess {
    /// Its id.
    pub pid: Pid,
    /// Its parent, if it has one.
    pub parent: Option<Pid>,
    /// Its process group.
    pub group: i32,
    /// When it began, in the system's own unit.
    pub started: u64,
    /// Name of its program, as the system has it; hostile text.
    pub name: String,
    /// Its command line; hostile text, may hold secrets.
    pub args: Vec<String>,
    /// Its working directory.
    pub cwd: Option<PathBuf>,
    /// Those of [`super::occupant::Occupant::ENVIRONMENT`] that it has.
    pub env: BTreeMap<String, String>,
}
