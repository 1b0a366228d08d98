//! The arguments of verbs about sessions, the status and geppetto itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::domain::ids::SessionId;

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
    /// Print plain text: without the styles of --style and --format, and without --click.
    #[arg(long)]
    pub(crate) plain: bool,
    /// Choose the symbols [default: unicode].
    #[arg(long, value_name = "SET")]
    pub(crate) icons: Option<IconSet>,
    /// Fill this in [default: `{all}`].
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) format: Option<String>,
    /// Give what counts runners of a status a style of tmux, as in failed=fg=red,bold; may be given several times.
    #[arg(long = "style", value_name = "STATUS=STYLE")]
    pub(crate) styles: Vec<String>,
    /// Shorten to so many columns, and to nothing [default: with --follow and without --format 16].
    #[arg(long, value_name = "N")]
    pub(crate) width: Option<String>,
    /// Count only the runners of this session.
    #[arg(long, value_name = "$N")]
    pub(crate) session: Option<SessionId>,
    /// Let tmux 3.4 and later know where it is, for the mouse.
    #[arg(long)]
    pub(crate) click: bool,
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
    /// Of a Nerd Font.
    Nerd,
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
