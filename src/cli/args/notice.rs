//! The arguments of verbs about who needs you.

use std::time::Duration;

use clap::Args;

use crate::cli::span::parse_span;

/// `next`
#[derive(Debug, Args)]
pub(crate) struct NextArgs {
    /// Switch this tmux client, as a key binding says it: '#{client_name}' [default: the one you are in].
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Print the command instead of running it.
    #[arg(long, conflicts_with = "json")]
    pub(crate) print: bool,
    /// Answer with one line of JSON, and go nowhere.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `snooze`
#[derive(Debug, Args)]
pub(crate) struct SnoozeArgs {
    /// Its name, its id, or any unique beginning of the id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    /// For how long (90s, 30m, 8h).
    #[arg(long = "for", value_name = "TIME", value_parser = parse_span, default_value = "30m")]
    pub(crate) length: Duration,
    /// End it.
    #[arg(long, conflicts_with = "length")]
    pub(crate) off: bool,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}
