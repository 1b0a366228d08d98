//! The arguments of what the plugin's keys run.

use std::ffi::OsString;

use clap::Args;

use crate::domain::ids::{PaneId, SessionId};

/// `dashboard`
#[derive(Debug, Default, Args)]
pub(crate) struct DashboardArgs {
    /// Show the log of this runner (name, id, or unique beginning of the id); q leaves.
    #[arg(long, value_name = "RUNNER")]
    pub(crate) logs: Option<String>,
    /// Let Enter bring this tmux client to the runner's pane (its name, as in `#{client_name}`) [default: the terminal
    /// you are in].
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
}

/// `menu`
#[derive(Debug, Args)]
pub(crate) struct MenuArgs {
    /// Show it on this tmux client (its name, as in `#{client_name}`) [default: one that shows the pane].
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Show the menu of this pane [default: the one you are in].
    #[arg(long, value_name = "%N")]
    pub(crate) pane: Option<PaneId>,
    /// Print the tmux command instead of running it.
    #[arg(long)]
    pub(crate) print: bool,
}

/// `plugin register`
#[derive(Debug, Args)]
pub(crate) struct PluginRegisterArgs {
    /// Its id.
    #[arg(long, value_name = "$N")]
    pub(crate) session: SessionId,
}

/// `plugin say`
#[derive(Debug, Args)]
pub(crate) struct PluginSayArgs {
    /// Name of the tmux client.
    #[arg(long, value_name = "NAME")]
    pub(crate) client: String,
    /// The verb and its arguments.
    #[arg(last = true, required = true, value_name = "VERB")]
    pub(crate) verb: Vec<OsString>,
}

/// `popup logs`
#[derive(Debug, Args)]
pub(crate) struct PopupLogsArgs {
    /// Show the log of this runner at once: its name, its id, or any unique beginning of the id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: Option<String>,
}
