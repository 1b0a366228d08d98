//! Who lives in a pane.

use std::io;

use crate::domain::identity::PaneProcess;
use crate::domain::ids::Pid;

/// The processes of panes, with what identifies them. Cheap enough for once a second and pane; forks nothing on Linux.
pub trait Occupants: Send + Sync {
    /// The foreground process group of the terminal in which `pane_pid` runs; `None` when it has none, or the process is gone.
    fn foreground(&self, pane_pid: Pid) -> Option<i32>;

    /// The processes of that pane's terminal (its session), the pane's own process with them, with command lines.
    ///
    /// # Errors
    /// When the system's list cannot be read.
    fn processes(&self, pane_pid: Pid) -> io::Result<Vec<PaneProcess>>;
}
