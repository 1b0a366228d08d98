//! The command line: clap types and nothing else. What they mean is in `cmd/<verb>.rs`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::examples;
use super::span::parse_span;

/// Watch the AI agents that run in your tmux.
#[derive(Debug, Parser)]
#[command(name = "geppetto", version, after_long_help = examples::GEPPETTO)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) server: Server,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Which tmux server, for every verb.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Server {
    /// Use the tmux server with this socket name, as in `tmux -L`.
    #[arg(
        short = 'L',
        value_name = "NAME",
        global = true,
        conflicts_with = "socket_path"
    )]
    pub(crate) socket_name: Option<OsString>,
    /// Use the tmux server with this socket, as in `tmux -S`.
    #[arg(short = 'S', value_name = "PATH", global = true)]
    pub(crate) socket_path: Option<PathBuf>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start a command or an agent in a new tmux window and watch it.
    #[command(after_long_help = examples::NEW)]
    New(NewArgs),
    /// Watch what runs already: a session with all its panes, or one pane.
    #[command(after_long_help = examples::REGISTER)]
    Register(RegisterArgs),
    /// List the runners.
    #[command(visible_alias = "ls", after_long_help = examples::LIST)]
    List(ListArgs),
    /// Show everything that is known of a runner.
    Show(ReadArgs),
    /// Start an ended runner again, in a new window.
    Start(RunnerArgs),
    /// End a runner's program: SIGTERM, then SIGKILL after a grace time.
    #[command(after_long_help = examples::STOP)]
    Stop(StopArgs),
    /// Freeze a runner's processes.
    Pause(RunnerArgs),
    /// Thaw a runner's processes.
    Resume(RunnerArgs),
    /// Wait until a runner has a status, or has ended.
    #[command(after_long_help = examples::WAIT)]
    Wait(WaitArgs),
    /// Print what a runner printed.
    #[command(after_long_help = examples::LOGS)]
    Logs(LogsArgs),
    /// Go to a runner's pane.
    #[command(after_long_help = examples::ATTACH)]
    Attach(AttachArgs),
    /// Remove a runner from the list; its program goes on.
    Forget(RunnerArgs),
    /// List, look up and end tmux sessions.
    #[command(subcommand)]
    Sessions(SessionsVerb),
    /// Print how many runners are active, idle or need you, for a status line.
    #[command(after_long_help = examples::STATUS)]
    Status(StatusArgs),
    /// Start, stop and look at the daemon.
    #[command(subcommand)]
    Daemon(DaemonVerb),
    /// Find out what is wrong, and what to do about it.
    Doctor(JsonArgs),
    /// Describe the JSON protocol.
    #[command(subcommand)]
    Api(ApiVerb),
    /// Print the completions of a shell.
    #[command(after_long_help = examples::COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Start a command, and show its life and what it prints until it ends.
    Demo(DemoArgs),
    /// Show things in a terminal of their own, as the plugin's keys do.
    #[command(subcommand)]
    Popup(PopupVerb),
    /// What the plugin's keys ask for; the answer is a line for a tmux message.
    #[command(subcommand, hide = true)]
    Plugin(PluginVerb),
    /// Programs that geppetto starts for itself.
    #[command(subcommand, hide = true)]
    Internal(InternalVerb),
}

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

/// Verbs that only read.
#[derive(Debug, Args)]
pub(crate) struct JsonArgs {
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
    /// Wait for these statuses, or `end`; several with commas or by repeating [default: end].
    #[arg(long = "for", value_name = "STATUS", value_delimiter = ',')]
    pub(crate) statuses: Vec<String>,
    /// Give up after this time, with exit code 4.
    #[arg(long, value_name = "TIME", value_parser = parse_span)]
    pub(crate) timeout: Option<Duration>,
    /// Leave with the exit code of the runner (128 + N after signal N).
    #[arg(long)]
    pub(crate) exit_code: bool,
}

/// `logs`
#[derive(Debug, Args)]
pub(crate) struct LogsArgs {
    #[command(flatten)]
    pub(crate) of: ReadArgs,
    /// Print only the newest N entries [default: all that are in memory].
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
}

/// `sessions`
#[derive(Debug, Subcommand)]
pub(crate) enum SessionsVerb {
    /// List the tmux sessions.
    #[command(visible_alias = "ls")]
    List(JsonArgs),
    /// Say by exit code 0 or 1 whether a session is there.
    Exists(SessionArgs),
    /// End a session with all its windows.
    Kill(SessionArgs),
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

/// `daemon`
#[derive(Debug, Subcommand)]
pub(crate) enum DaemonVerb {
    /// Start the daemon, unless it runs.
    Start(JsonArgs),
    /// End the daemon; runners go on.
    Stop(JsonArgs),
    /// Show what the daemon knows of itself.
    Status(JsonArgs),
    /// End the daemon and start it again, as after an upgrade; runners go on.
    Restart(JsonArgs),
    /// Be the daemon, in the foreground.
    Run(RunArgs),
}

/// `daemon run`
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// Leave the terminal and the session of whoever started this.
    #[arg(long, hide = true)]
    pub(crate) detached: bool,
    /// Listen here.
    #[arg(long, value_name = "PATH")]
    pub(crate) socket: Option<PathBuf>,
    /// Read this config file.
    #[arg(long, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
}

/// `api`
#[derive(Debug, Subcommand)]
pub(crate) enum ApiVerb {
    /// Print the JSON Schema of requests, answers and events.
    Schema,
}

/// `completions`
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// For this shell.
    #[arg(value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
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

/// `popup`
#[derive(Debug, Subcommand)]
pub(crate) enum PopupVerb {
    /// Choose a runner and see its log, live; q closes.
    Logs,
}

/// `plugin`
#[derive(Debug, Subcommand)]
pub(crate) enum PluginVerb {
    /// Watch a session, and say so in one line.
    Register(PluginRegisterArgs),
}

/// `plugin register`
#[derive(Debug, Args)]
pub(crate) struct PluginRegisterArgs {
    /// Its id.
    #[arg(long, value_name = "$N")]
    pub(crate) session: crate::domain::ids::SessionId,
}

/// `internal`
#[derive(Debug, Subcommand)]
pub(crate) enum InternalVerb {
    /// Start a program, and tell the daemon how it ended.
    Run(InternalRunArgs),
    /// Become a command that ends with its parent.
    ControlChild(ControlChildArgs),
}

/// `internal run`
#[derive(Debug, Args)]
pub(crate) struct InternalRunArgs {
    /// The daemon's socket.
    #[arg(long)]
    pub(crate) socket: PathBuf,
    /// The daemon's state directory.
    #[arg(long)]
    pub(crate) state_dir: PathBuf,
    /// Id of the runner.
    #[arg(long)]
    pub(crate) runner: crate::domain::ids::RunnerId,
    /// Number of the run.
    #[arg(long)]
    pub(crate) run: u32,
    /// Program and arguments.
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}

/// `internal control-child`
#[derive(Debug, Args)]
pub(crate) struct ControlChildArgs {
    /// The process to end with.
    #[arg(long)]
    pub(crate) parent: crate::domain::ids::Pid,
    /// Program and arguments.
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<OsString>,
}
