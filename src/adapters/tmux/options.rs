//! What the adapter has to be told: paths, settings and the ports it stands on.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::KeepWindow;
use crate::ports::clock::Clock;
use crate::ports::table::ProcessTable;

/// Everything that [`super::Tmux::new`] needs.
#[derive(Clone)]
pub struct TmuxOptions {
    /// Path of the tmux program, or a name to be looked up in `PATH`.
    pub tmux_program: PathBuf,
    /// The server's socket.
    pub tmux_socket: PathBuf,
    /// True when a plain `tmux` in a person's shell reaches that socket, so that commands shown to them need no `-S`.
    pub default_socket: bool,
    /// Arguments of every tmux process before the command, e.g. `-f /dev/null` in tests.
    pub tmux_arguments: Vec<OsString>,
    /// Program and arguments put before a control client's command line: the shim that makes it die with us. Empty: none.
    pub control_prefix: Vec<OsString>,
    /// Program and arguments put before a runner's command: the run parent. The adapter adds
    /// `--runner <id> --run <n> --` and the command. Empty: the command itself.
    pub run_prefix: Vec<OsString>,
    /// How entries of menus call geppetto.
    pub geppetto: PathBuf,
    /// Directory for the list of our control clients.
    pub state_dir: PathBuf,
    /// The whole environment of the tmux processes that we start, and so the global environment of a server that is
    /// started by them: the user's, without what belongs to one pane or one agent.
    pub environment: Vec<(OsString, OsString)>,
    /// Whether windows of ended runners stay.
    pub keep_window: KeepWindow,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Processes.
    pub table: Arc<dyn ProcessTable>,
}

impl TmuxOptions {
    /// The two prefixes as the daemon uses them: this program as the control clients' shim, and as the run parent,
    /// which reports to the daemon's socket.
    #[must_use]
    pub fn with_program(mut self, program: PathBuf, daemon: u32, daemon_socket: PathBuf) -> Self {
        self.geppetto.clone_from(&program);
        let program = OsString::from(program);
        self.control_prefix = vec![
            program.clone(),
            "internal".into(),
            "control-child".into(),
            "--parent".into(),
            daemon.to_string().into(),
            "--".into(),
        ];
        self.run_prefix = vec![
            program,
            "internal".into(),
            "run".into(),
            "--socket".into(),
            daemon_socket.into(),
            "--state-dir".into(),
            self.state_dir.clone().into(),
        ];
        self
    }
}

impl std::fmt::Debug for TmuxOptions {
    /// Without the environment, which may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TmuxOptions")
            .field("tmux_program", &self.tmux_program)
            .field("tmux_socket", &self.tmux_socket)
            .finish_non_exhaustive()
    }
}
