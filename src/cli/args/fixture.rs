//! The arguments of `capture-fixture`.

use std::path::PathBuf;

use clap::Args;

use crate::domain::screen_fixture::Expected;

/// `capture-fixture`
#[derive(Debug, Args)]
pub(crate) struct CaptureFixtureArgs {
    /// Its name, its id, or a unique beginning of its id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    /// Say what the screen means: running, waiting or idle, alone or with a reason, as in "waiting approval", or nothing.
    #[arg(long, value_name = "STATUS REASON", value_parser = expected)]
    pub(crate) expect: Option<Expected>,
    /// Add a line of yours.
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    /// Write to this file, which only you can read [default: stdout].
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long, requires = "out")]
    pub(crate) force: bool,
}

fn expected(words: &str) -> Result<Expected, String> {
    Expected::from_words(words).ok_or_else(Expected::in_words)
}
