//! The arguments of verbs about runners.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::span::parse_span;

/// `new`
#[derive(Debug, Default, Args)]
pub(crate) struct NewArgs {
    /// Say what kind of agent it is: claude-code, codex, cursor or custom [default: told from the command].
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Give it a unique name [default: made from kind or command].
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Start it in this directory [default: the current one].
    #[arg(long, value_name = "DIR")]
    pub(crate) cwd: Option<PathBuf>,
    /// Set a variable for it, or pass one of yours on; may be given several times.
    #[arg(long = "env", value_name = "K[=V]")]
    pub(crate) env: Vec<OsString>,
    /// Stop it after this time (90s, 5m, 2h).
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(crate) max_duration: Option<Duration>,
    /// Call it idle after this time without output [default: that of the config].
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(crate) idle_after: Option<Duration>,
    /// Write its log to a text file in this directory, too.
    #[arg(long, value_name = "DIR")]
    pub(crate) output_dir: Option<PathBuf>,
    /// Put it into the session with this key, made if missing.
    #[arg(long, value_name = "IDEA[/SLOT]", conflicts_with = "session")]
    pub(crate) key: Option<String>,
    /// Put it into this tmux session ($N or a name) [default: the one you are in, else `geppetto`].
    #[arg(long, value_name = "SESSION")]
    pub(crate) session: Option<String>,
    /// Go to its pane at once.
    #[arg(long, conflicts_with = "json")]
    pub(crate) attach: bool,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Start this program with these arguments [default: the kind's own].
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

/// `register`
#[derive(Debug, Args)]
pub(crate) struct RegisterArgs {
    /// Register this session ($N or a name) or pane (%N) [default: the session you are in].
    #[arg(value_name = "TARGET", conflicts_with_all = ["pane", "pid"])]
    pub(crate) target: Option<String>,
    /// Register only the pane you are in.
    #[arg(long, conflicts_with = "pid")]
    pub(crate) pane: bool,
    /// Register the pane in which this process runs.
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(i32).range(1..))]
    pub(crate) pid: Option<i32>,
    /// Name it; of a session, its active pane.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Say what kind of agent it is [default: told from what runs there].
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Store this key in the session.
    #[arg(long, value_name = "IDEA[/SLOT]")]
    pub(crate) key: Option<String>,
    /// Call it idle after this time without output [default: that of the config].
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(crate) idle_after: Option<Duration>,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `list`
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// List only the runners of this session ($N or a name).
    #[arg(long, value_name = "SESSION")]
    pub(crate) session: Option<String>,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Verbs about one runner that answer with it.
#[derive(Debug, Args)]
pub(crate) struct ReadArgs {
    /// Its name, its id, or any unique beginning of the id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    /// Answer with one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Verbs about one runner that change it.
pub(crate) type RunnerArgs = ReadArgs;

/// `start`
#[derive(Debug, Args)]
pub(crate) struct StartArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Run its command as it was typed, whatever conversation its agent had.
    #[arg(long)]
    pub(crate) fresh: bool,
}

/// `rename`
#[derive(Debug, Args)]
pub(crate) struct RenameArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Its new name, which no other runner has.
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
}

/// `send`
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// What to type; several words are joined with spaces.
    #[arg(value_name = "TEXT", required = true)]
    pub(crate) text: Vec<String>,
    /// Do not press Enter behind it.
    #[arg(long, conflicts_with = "wait")]
    pub(crate) no_enter: bool,
    /// Wait until the agent has answered, and print its answer.
    #[arg(long)]
    pub(crate) wait: bool,
    /// Give up waiting after this time, with exit code 4.
    #[arg(long, value_name = "TIME", value_parser = parse_span, requires = "wait")]
    pub(crate) timeout: Option<Duration>,
    /// Type it even while the agent begins or asks something, and press Enter even when the text is not to be seen.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `stop`
#[derive(Debug, Args)]
pub(crate) struct StopArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Send SIGKILL at once.
    #[arg(long, conflicts_with = "grace")]
    pub(crate) force: bool,
    /// Send SIGKILL after this time [default: that of the config].
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(crate) grace: Option<Duration>,
}

/// `wait`
#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Wait for these statuses, `done` (rest after work) or `exit`; several with commas or by repeating [default: end].
    #[arg(long = "for", value_name = "STATUS", value_delimiter = ',')]
    pub(crate) statuses: Vec<String>,
    /// Give up after this time, with exit code 4.
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(crate) timeout: Option<Duration>,
    /// Leave with the exit code of the runner (128 + N after signal N).
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// `attach`
#[derive(Debug, Args)]
pub(crate) struct AttachArgs {
    /// Its name, its id, or any unique beginning of the id.
    #[arg(value_name = "RUNNER")]
    pub(crate) runner: String,
    /// Print the command instead of running it.
    #[arg(long)]
    pub(crate) print: bool,
    /// Bring this tmux client there (its name, as in `#{client_name}`) [default: the terminal you are in].
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Call it idle after this time without output.
    #[arg(long, value_name = "TIME", value_parser = parse_span, default_value = "1s")]
    pub(crate) idle_after: Duration,
    /// Leave with 0 only if it was seen to be starting, running, idle and completed with exit code 0, within 20 s.
    #[arg(long)]
    pub(crate) check: bool,
    /// Start this program with these arguments.
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}
