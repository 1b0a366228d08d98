//! The arguments of `usage`.

use clap::{Args, ValueEnum};

/// `usage`
#[derive(Debug, Args)]
pub(crate) struct UsageArgs {
    /// Sum up for each of these.
    #[arg(long, value_name = "WHAT", default_value = "day")]
    pub(crate) by: UsageBy,
    /// Count only what was used since then: 7d (ago), 14:02, 2026-11-26, "2026-11-26 14:02:30".
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Count only the messages of this runner: its name, its id, or a unique beginning of its id.
    #[arg(long, value_name = "RUNNER")]
    pub(crate) runner: Option<String>,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What sums are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageBy {
    /// Days of the calendar, where the daemon is.
    Day,
    /// Runners, also those that have left the list.
    Runner,
    /// Kinds of agents.
    Kind,
    /// Session keys.
    Key,
    /// Models.
    Model,
}
