//! Requests: one named struct per type.
//!
//! `runner` fields take a runner's name, its id, or any unique beginning of its id.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AnswerPrompt, AttachPane, GetMenu, GetScreen, GetStats, GetTurns, GetUsage, ListTmuxSessions,
    MarkRunner, NextRunner, PruneTranscripts, ReadTranscript, RestoreRunners, RunBegin, RunExited,
    RunFailed, RunStarted, SendText, ShowMessage, SlotRef, SnoozeRunner, Subscribe,
};

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that skip_serializing_if asks for"
)]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// Every request.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Request {
    /// States the client's protocol version and build; the answer has the daemon's. Optional.
    Hello(Hello),
    /// Starts a new runner in a new tmux window.
    CreateRunner(CreateRunner),
    /// Registers a session with all its panes, or one pane. Idempotent.
    AttachTmux(AttachTmux),
    /// Every runner.
    ListRunners(ListRunners),
    /// One runner.
    GetRunner(RunnerRef),
    /// Which evidence made a runner's status, when, and how sure it is.
    ExplainRunner(RunnerRef),
    /// Starts an ended runner again, in a new window, with the conversation that its agent had last.
    StartRunner(StartRunner),
    /// Ends a runner's program.
    StopRunner(StopRunner),
    /// Gives a runner another name.
    RenameRunner(RenameRunner),
    /// Types text into a runner's pane.
    SendText(SendText),
    /// Presses what approves the question on a runner's screen, this once.
    ApprovePrompt(AnswerPrompt),
    /// Presses what denies it.
    DenyPrompt(AnswerPrompt),
    /// What the agent of a runner said last.
    PeekRunner(RunnerRef),
    /// Presses what breaks a runner's turn off.
    InterruptTurn(RunnerRef),
    /// Freezes a runner's processes.
    PauseRunner(RunnerRef),
    /// Thaws them.
    ResumeRunner(RunnerRef),
    /// Answers when the runner has one of the wanted statuses, has ended, or the time is up.
    WaitRunner(WaitRunner),
    /// The newest log entries.
    GetRunnerLogs(GetRunnerLogs),
    /// The newest log entries and then every new one, as a stream of [`super::Event`]s.
    StreamRunnerLogs(GetRunnerLogs),
    /// A page of a runner's transcript.
    ReadTranscript(ReadTranscript),
    /// A runner's transcript from a place on, and then everything new, as a stream of [`super::Event`]s.
    StreamTranscript(ReadTranscript),
    /// A runner's screen, now or as it was.
    GetScreen(GetScreen),
    /// Puts a mark of the user into a runner's transcript.
    MarkRunner(MarkRunner),
    /// Removes what is too old or too much from all transcripts, now.
    PruneTranscripts(PruneTranscripts),
    /// Takes a session key, whether there is a session or not. Idempotent.
    ReserveSlot(SlotRef),
    /// Every slot.
    ListSlots(Empty),
    /// One slot, and what was printed since the last terminal left.
    ShowSlot(SlotRef),
    /// Gives a session key back; sessions and runners stay.
    ReleaseSlot(SlotRef),
    /// Starts again what ran when the tmux server went away.
    RestoreRunners(RestoreRunners),
    /// The command lines that bring a person to the runner's pane.
    AttachRunner(RunnerRef),
    /// The same for a slot: to the pane of its runner, else to what its session shows.
    AttachSlot(SlotRef),
    /// The same for any pane of tmux, or for what a session shows.
    AttachPane(AttachPane),
    /// The runner that needs the person most, and the command lines that bring them to its pane.
    NextRunner(NextRunner),
    /// Nobody is told of a runner for a while.
    SnoozeRunner(SnoozeRunner),
    /// Removes a runner from the list; a live one is no longer watched, its program goes on.
    ForgetRunner(RunnerRef),
    /// Every tmux session.
    ListTmuxSessions(ListTmuxSessions),
    /// Whether a tmux session is there.
    TmuxSessionExists(SessionRef),
    /// Ends a tmux session with all its windows.
    KillTmuxSession(SessionRef),
    /// Counts of runners by status, and the rendered segment.
    GetStatus(GetStatus),
    /// A snapshot of all runners and then every change, as a stream of [`super::Event`]s.
    Subscribe(Subscribe),
    /// What is measured of one runner, or of all.
    GetStats(GetStats),
    /// What agents used of their models, and what that cost.
    GetUsage(GetUsage),
    /// The turns of a runner's agent: what it was asked, and what came of it.
    GetTurns(GetTurns),
    /// The command line that shows a menu of what can be done with a pane.
    GetMenu(GetMenu),
    /// Shows one line on a tmux client for a moment.
    ShowMessage(ShowMessage),
    /// Takes out of tmux what the plugin has set: keys, options, aliases, the hidden environment.
    UninstallPlugin(Empty),
    /// The newest call of each event of agents' hooks, since the daemon began.
    ListHooks(Empty),
    /// What the daemon knows of itself.
    DaemonStatus(Empty),
    /// Ends the daemon; runners go on. Everything is on disk before it ends.
    StopDaemon(StopDaemon),
    /// From a run parent: its pane is there. Answered when the pane is watched and the program may start.
    RunBegin(RunBegin),
    /// From a run parent: the program runs.
    RunStarted(RunStarted),
    /// From a run parent: the program could not be started.
    RunFailed(RunFailed),
    /// From a run parent: the program ended. Answered when all its output has been received.
    RunExited(RunExited),
}

/// No fields.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Empty {}

/// `hello`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hello {
    /// [`super::PROTOCOL`] of the client.
    pub protocol: u32,
    /// Version of the client's program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
}

/// `create-runner`
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreateRunner {
    /// `claude-code`, `codex`, `cursor` or `custom`; by default told from the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Unique name; by default made from the kind or command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Program and arguments; by default the kind's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Absolute path of the working directory; by default the daemon's home directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Variables set for the program. `PATH` is also where the program is looked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Time after which it is stopped, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration_ms: Option<u64>,
    /// Silence after which it is idle, in milliseconds; by default the config's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_after_ms: Option<u64>,
    /// Absolute path of a directory that gets its log as a text file; made if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_dir: Option<String>,
    /// Session key: `idea`, `idea/slot` or `prefix::idea::slot`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// tmux session for its window: an id (`$3`) or an exact name. Not together with `key`. By default a
    /// session named `geppetto`, made if missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Columns of a new session's window; with `rows`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u16>,
    /// Rows of a new session's window; with `columns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u16>,
}

impl fmt::Debug for CreateRunner {
    /// Leaves out the values of the environment, which may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateRunner")
            .field("kind", &self.kind)
            .field("name", &self.name)
            .field("command", &self.command)
            .field("cwd", &self.cwd)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .field("key", &self.key)
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}

/// `attach-tmux`: exactly one of `sessionName`, `sessionId`, `paneId` and `pid`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachTmux {
    /// Exact name of a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_name: Option<String>,
    /// `$N`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// `%N`: registers this pane only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane_id: Option<String>,
    /// Registers the pane in which this process runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<i32>,
    /// Name for the runner; of a session, for its active pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind; by default told from what runs in the pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Session key to store in the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Silence after which it is idle, in milliseconds; by default the config's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_after_ms: Option<u64>,
}

/// `list-runners`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListRunners {
    /// Only those of this session (`$N` or exact name).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
}

/// Requests about one runner.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunnerRef {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
}

/// `rename-runner`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RenameRunner {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// Its new name, which no other runner has.
    pub name: String,
}

/// `start-runner`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StartRunner {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// Run its command as it was typed, whatever conversation its agent had.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fresh: bool,
}

/// `stop-runner`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopRunner {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// SIGKILL at once instead of SIGTERM and a grace time.
    #[serde(default)]
    pub force: bool,
    /// Grace time in milliseconds; by default the config's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_ms: Option<u64>,
}

/// `stop-daemon`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StopDaemon {
    /// Only a daemon of this build ends; another one answers and goes on. A daemon's build stands in its lock file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
}

/// `wait-runner`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaitRunner {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// Statuses to wait for; empty waits for the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    /// Wait until it rests after having worked, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
    /// Time after which the answer is a `TimedOut` error, in milliseconds; by default never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// `get-runner-logs` and `stream-runner-logs`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetRunnerLogs {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// How many of the newest entries that fit; of the oldest with `from` or `oldest`. By default 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Only entries behind this place, `RUN:SEQ`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only entries that stand before this place, `RUN:SEQ`: the newest of them, also with `from`. Not of a stream,
    /// and not together with `context`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The oldest entries that fit in the place of the newest. Not of a stream.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub oldest: bool,
    /// Entries of one place stay together: rather more than `limit` than a part of them. Always so with `from`,
    /// `before` and `oldest`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
    /// Only entries of this time or later, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<u64>,
    /// Only entries from before this time, in milliseconds since 1970. Not of a stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<u64>,
    /// Only entries whose text fits this regular expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grep: Option<String>,
    /// Entries to give before and after each that fits `grep`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub context: usize,
}

/// Requests about one tmux session.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionRef {
    /// `$N` or exact name.
    pub session: String,
}

/// `get-status`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetStatus {
    /// `unicode` (default), `ascii` or `nerd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icons: Option<String>,
    /// Count only the runners of this session (`$N`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Answer again, one [`super::Event::Status`] a line, whenever it changes.
    #[serde(default)]
    pub follow: bool,
}
