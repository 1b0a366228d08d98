//! The program that lives in a pane now. An agent that comes, leaves, or takes another's place is another occupant.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::ids::{PaneId, Pid};
use super::kind::Kind;

/// An agent in a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupant {
    /// What it is.
    pub kind: &'static Kind,
    /// Its own process: not a shell or a wrapper above it.
    pub pid: Pid,
    /// When that process began, in the system's own unit (Linux: ticks since boot): a pid alone is used again.
    pub started: u64,
    /// Where it lives.
    pub pane: PaneId,
    /// Its working directory, where the system tells.
    pub cwd: Option<PathBuf>,
    /// Its command line. May hold secrets: never logged.
    pub args: Vec<String>,
    /// Those variables of its environment that say where it keeps its files (see `ENVIRONMENT`), where the system tells.
    pub env: BTreeMap<String, String>,
}

impl Occupant {
    /// The variables that are read of an agent's environment; nothing else of it is.
    pub const ENVIRONMENT: [&'static str; 10] = [
        "HOME",
        "CLAUDE_CONFIG_DIR",
        "CODEX_HOME",
        "CODEX_SQLITE_HOME",
        "GEMINI_CLI_HOME",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
        "AIDER_ANALYTICS_LOG",
        "AIDER_CHAT_HISTORY_FILE",
    ];

    /// True when it is the very same process.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.pid, self.started) == (other.pid, other.started)
    }
}
