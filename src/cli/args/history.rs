//! The arguments of verbs about what runners printed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::runner::ReadArgs;

/// `logs`
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Print only the newest N entries that fit; with --from the first N behind it [default: 1000].
    #[arg(short = 'n', long, value_name = "N")]
    pub(crate) lines: Option<usize>,
    /// Go on with every new entry.
    #[arg(short, long)]
    pub(crate) follow: bool,
    /// Go on until the runner has ended.
    #[arg(long)]
    pub(crate) until_end: bool,
    /// Print when each entry was printed.
    #[arg(short, long, conflicts_with = "json")]
    pub(crate) time: bool,
    /// Print only what was printed since then: 10m (ago), 14:02, 2026-11-26, "2026-11-26 14:02:30".
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<String>,
    /// Print only what was printed before then.
    #[arg(long, value_name = "TIME", conflicts_with_all = ["follow", "until_end"])]
    pub(crate) until: Option<String>,
    /// Print only entries that fit this regular expression.
    #[arg(long, value_name = "REGEX")]
    pub(crate) grep: Option<String>,
    /// Print N entries before and after each that fits.
    #[arg(
        short = 'C',
        long,
        value_name = "N",
        requires = "grep",
        default_value_t = 0
    )]
    pub(crate) context: usize,
    /// Print only what comes behind this place: RUN:SEQ, or SEQ of the present run.
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: Option<String>,
    /// Print the very bytes that the pane printed.
    #[arg(long, conflicts_with_all = ["json", "time", "since", "until", "grep", "lines", "until_end"])]
    pub(crate) raw: bool,
    /// Print the screen, now or as it was last.
    #[arg(long, conflicts_with_all = ["raw", "follow", "until_end", "time", "since", "until", "grep", "from"])]
    pub(crate) screen: bool,
    /// Print what the agent was asked and what came of it: prompts, answers, tools, approvals [with -n: 20 turns by default].
    #[arg(long, conflicts_with_all = ["raw", "screen", "follow", "until_end", "time", "since", "until", "grep", "from"])]
    pub(crate) turns: bool,
    /// With --screen: as it was at this place (RUN:SEQ) or time.
    #[arg(long, value_name = "WHEN", requires = "screen")]
    pub(crate) at: Option<String>,
}

/// Which part of a transcript.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PartArgs {
    /// Begin at this place: RUN:SEQ, or SEQ of the present run.
    #[arg(long, value_name = "PLACE", conflicts_with = "run")]
    pub(crate) from: Option<String>,
    /// Only this run.
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<u32>,
}

/// `export`
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Its name, its id, or a unique beginning of its id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    /// Write this format.
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) part: PartArgs,
    /// Write to this file, which only you can read [default: stdout].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
    /// Leave secrets in.
    #[arg(long)]
    pub(crate) no_redact: bool,
}

/// What `export` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// A recording for the asciinema player, version 3.
    Asciicast,
    /// The readable log, with times.
    Text,
    /// The log and the last screen as one page.
    Html,
    /// Its screen, now or last, as a picture.
    Svg,
    /// The bytes.
    Raw,
}

/// `replay`
#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Its name, its id, or a unique beginning of its id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    #[command(flatten)]
    pub(crate) part: PartArgs,
    /// Play so many times as fast.
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub(crate) speed: f64,
    /// Wait at most so long where nothing was printed.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = crate::cli::span::parse_span)]
    pub(crate) max_idle: std::time::Duration,
}

/// `mark`
#[derive(Debug, Args)]
pub(crate) struct MarkArgs {
    /// Its name, its id, or a unique beginning of its id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    /// What to say at this place.
    #[arg(value_name = "TEXT", required = true)]
    pub(crate) text: Vec<String>,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `prune`
#[derive(Debug, Args)]
pub(crate) struct PruneArgs {
    /// Only show what would go.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `restore`
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// Only show the plan.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do it without asking.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Answer with one line of JSON; without --yes it is the plan.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Verbs about one slot.
#[derive(Debug, Args)]
pub(crate) struct SlotArgs {
    /// IDEA, IDEA/SLOT or PREFIX::IDEA::SLOT.
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `session reserve`
#[derive(Debug, Args)]
pub(crate) struct ReserveArgs {
    /// The idea, or a whole key.
    #[arg(value_name = "IDEA")]
    pub(crate) idea: String,
    /// The slot [default: primary].
    #[arg(value_name = "SLOT")]
    pub(crate) slot: Option<String>,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `session attach`
#[derive(Debug, Args)]
pub(crate) struct SlotAttachArgs {
    /// IDEA, IDEA/SLOT or PREFIX::IDEA::SLOT.
    #[arg(value_name = "KEY")]
    pub(crate) key: String,
    /// Print the command in the place of running it; it works when pasted.
    #[arg(long)]
    pub(crate) print: bool,
}
