//! The verbs, and which tmux server they are for.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::acting::AnswerArgs;
use super::fixture::CaptureFixtureArgs;
use super::history::{
    ExportArgs, LogsArgs, MarkArgs, PruneArgs, ReplayArgs, ReserveArgs, RestoreArgs, SlotArgs,
    SlotAttachArgs,
};
use super::integration::{HookArgs, IntegrateArgs};
use super::notice::{NextArgs, SnoozeArgs};
use super::plugin::{DashboardArgs, MenuArgs, PluginRegisterArgs, PluginSayArgs, PopupLogsArgs};
use super::process::{ControlChildArgs, InternalRunArgs, RunArgs};
use super::reading::{
    CompletionsArgs, JsonArgs, ListSessionsArgs, ManArgs, SessionArgs, StatsArgs, StatusArgs,
};
use super::runner::{
    AttachArgs, DemoArgs, ListArgs, NewArgs, ReadArgs, RegisterArgs, RenameArgs, RunnerArgs,
    SendArgs, StartArgs, StopArgs, WaitArgs,
};
use super::usage::UsageArgs;
use crate::cli::examples;

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
        help_heading = "tmux server",
        conflicts_with = "socket_path"
    )]
    pub(crate) socket_name: Option<OsString>,
    /// Use the tmux server with this socket, as in `tmux -S`.
    #[arg(
        short = 'S',
        value_name = "PATH",
        global = true,
        help_heading = "tmux server"
    )]
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
    /// Start an ended runner again, in a new window, with the conversation that its agent had.
    #[command(after_long_help = examples::START)]
    Start(StartArgs),
    /// End a runner's program: SIGTERM, then SIGKILL after a grace time.
    #[command(after_long_help = examples::STOP)]
    Stop(StopArgs),
    /// Give a runner another name.
    Rename(RenameArgs),
    /// Type text into a runner's pane, and Enter behind it.
    #[command(after_long_help = examples::SEND)]
    Send(SendArgs),
    /// Approve what an agent asks on its screen, this once.
    #[command(after_long_help = examples::APPROVE)]
    Approve(AnswerArgs),
    /// Deny what an agent asks on its screen.
    Deny(AnswerArgs),
    /// Print what an agent said last.
    #[command(after_long_help = examples::PEEK)]
    Peek(ReadArgs),
    /// Break the turn of an agent off.
    Interrupt(RunnerArgs),
    /// Freeze a runner's processes.
    Pause(RunnerArgs),
    /// Thaw a runner's processes.
    Resume(RunnerArgs),
    /// Wait until a runner has a status, or has ended.
    #[command(after_long_help = examples::WAIT)]
    Wait(WaitArgs),
    /// Say why a runner has its status: which evidence there is, of when, and how sure it is.
    #[command(after_long_help = examples::EXPLAIN)]
    Explain(ReadArgs),
    /// Print what a runner printed.
    #[command(after_long_help = examples::LOGS)]
    Logs(LogsArgs),
    /// Write what a runner printed to a file, for others to read: secrets are starred out.
    #[command(after_long_help = examples::EXPORT)]
    Export(ExportArgs),
    /// Write a runner's screen to a file that says what it means, so that a wrong status becomes a test.
    #[command(after_long_help = examples::CAPTURE_FIXTURE)]
    CaptureFixture(CaptureFixtureArgs),
    /// Play what a runner printed in this terminal. Space pauses, q ends.
    Replay(ReplayArgs),
    /// Put a mark of yours into what a runner prints.
    Mark(MarkArgs),
    /// Remove what is too old or too much of all that was printed.
    Prune(PruneArgs),
    /// Reserve, look at and attach to the slots of ideas (session keys).
    #[command(subcommand)]
    Session(SessionVerb),
    /// Start again what ran when the tmux server went away.
    Restore(RestoreArgs),
    /// Go to a runner's pane.
    #[command(after_long_help = examples::ATTACH)]
    Attach(AttachArgs),
    /// Go to the runner that needs you most; from there to the next one.
    #[command(after_long_help = examples::NEXT)]
    Next(NextArgs),
    /// Be told nothing of a runner for a while.
    Snooze(SnoozeArgs),
    /// Remove a runner from the list, with all that it printed; its program goes on.
    Forget(RunnerArgs),
    /// List, look up and end tmux sessions.
    #[command(subcommand)]
    Sessions(SessionsVerb),
    /// Print how many runners are active, idle or need you, for a status line.
    #[command(after_long_help = examples::STATUS)]
    Status(StatusArgs),
    /// Show what runners use and count: CPU, memory, processes, output, time in each status.
    #[command(after_long_help = examples::STATS)]
    Stats(StatsArgs),
    /// Show what agents used of their models, and what that cost.
    #[command(after_long_help = examples::USAGE)]
    Usage(UsageArgs),
    /// Print everything that is measured in the text format of Prometheus.
    #[command(after_long_help = examples::METRICS)]
    Metrics,
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
    /// Print the manual page of a verb, or write them all to a directory.
    #[command(after_long_help = examples::MAN)]
    Man(ManArgs),
    /// Start a command, and show its life and what it prints until it ends.
    Demo(DemoArgs),
    /// Show all runners on a whole screen, live, those that need you first; ? shows the keys.
    #[command(after_long_help = examples::DASHBOARD)]
    Dashboard(DashboardArgs),
    /// Show a menu of what can be done with the pane you are in, as tmux menus are.
    #[command(after_long_help = examples::MENU)]
    Menu(MenuArgs),
    /// Show things in a terminal of their own, as the plugin's keys do.
    #[command(subcommand)]
    Popup(PopupVerb),
    /// What the plugin's keys and menus ask for, and how to get rid of it.
    #[command(subcommand)]
    Plugin(PluginVerb),
    /// Put geppetto's hooks into the settings of an agent, so that its status is exact; or take them out.
    #[command(after_long_help = examples::INTEGRATE)]
    Integrate(IntegrateArgs),
    /// Tell the daemon what an agent does; agents call this themselves.
    #[command(after_long_help = examples::HOOK)]
    Hook(HookArgs),
    /// Programs that geppetto starts for itself.
    #[command(subcommand, hide = true)]
    Internal(InternalVerb),
}

/// `session`
#[derive(Debug, Subcommand)]
pub(crate) enum SessionVerb {
    /// Take the key of an idea's slot.
    Reserve(ReserveArgs),
    /// List the slots.
    #[command(visible_alias = "ls")]
    List(JsonArgs),
    /// Show a slot, and what was printed since you last looked.
    Show(SlotArgs),
    /// Go to a slot's tmux session.
    Attach(SlotAttachArgs),
    /// Give the key back; sessions and runners stay.
    Release(SlotArgs),
}

/// `sessions`
#[derive(Debug, Subcommand)]
pub(crate) enum SessionsVerb {
    /// List the tmux sessions.
    #[command(visible_alias = "ls")]
    List(ListSessionsArgs),
    /// Say by exit code 0 or 1 whether a session is there.
    Exists(SessionArgs),
    /// End a session with all its windows.
    Kill(SessionArgs),
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

/// `api`
#[derive(Debug, Subcommand)]
pub(crate) enum ApiVerb {
    /// Print the JSON Schema of requests, answers and events.
    Schema,
}

/// `popup`
#[derive(Debug, Subcommand)]
pub(crate) enum PopupVerb {
    /// See the log of a runner, after choosing one where there are several.
    Logs(PopupLogsArgs),
}

/// `plugin`
#[derive(Debug, Subcommand)]
pub(crate) enum PluginVerb {
    /// Watch a session, and say so in one line.
    Register(PluginRegisterArgs),
    /// Run a verb, and say what came of it on the status line of a tmux client.
    Say(PluginSayArgs),
    /// Take out of tmux what the plugin has set: keys, options, aliases, the hidden environment.
    Uninstall(JsonArgs),
}

/// `internal`
#[derive(Debug, Subcommand)]
pub(crate) enum InternalVerb {
    /// Start a program, and tell the daemon how it ended.
    Run(InternalRunArgs),
    /// Become a command that ends with its parent.
    ControlChild(ControlChildArgs),
}
