//! The arguments of what the plugin's keys run.

use clap::Args;

/// `dashboard`
#[derive(Debug, Args)]
pub(crate) struct DashboardArgs {
    /// Let Enter bring this tmux client to the runner's pane (its name, as in `#{client_name}`) [default: the terminal
    /// you are in].
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
}
