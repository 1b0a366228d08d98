//! The arguments of verbs about sessions, the status and geppetto itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Verbs that only read.
#[derive(Debug, Args)]
pub(crate) struct JsonArgs {
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `sessions list`
#[derive(Debug, Args)]
pub(crate) struct ListSessionsArgs {
    /// List every pane with its window, command, directory and runner.
    #[arg(long)]
    pub(crate) panes: bool,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Verbs about one session.
#[derive(Debug, Args)]
pub(crate) struct SessionArgs {
    /// Its id ($N) or exact name.
    #[arg(value_name = "SESSION")]
    pub(crate) session: String,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `status`
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Print it once (what happens without --follow).
    #[arg(long, conflicts_with = "follow")]
    pub(crate) once: bool,
    /// Print a line whenever it changes, at most about one a second, until nobody reads it.
    #[arg(long, conflicts_with = "json")]
    pub(crate) follow: bool,
    /// Print plain text without colours or styles (what always happens so far).
    #[arg(long)]
    pub(crate) plain: bool,
    /// Choose the symbols [default: unicode].
    #[arg(long, value_name = "SET")]
    pub(crate) icons: Option<IconSet>,
    /// Answer with the counts as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Symbols of the segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum IconSet {
    /// Circles.
    Unicode,
    /// Letters and marks of every font.
    Ascii,
}

/// `stats`
#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// Show all that is measured of this one: its name, its id, or any unique beginning of the id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: Option<String>,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For this shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}

/// `man`
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The page of this verb, as in `session reserve` [default: the page of geppetto itself].
    #[arg(value_name = "VERB")]
    pub(crate) verb: Vec<String>,
    /// Write the pages of all verbs to this directory.
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    pub(crate) dir: Option<PathBuf>,
}
