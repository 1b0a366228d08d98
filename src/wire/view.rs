//! What runners, sessions, log entries and the daemon look like on the wire. Times are milliseconds since
//! 1970-01-01 UTC.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PromptView, SpendingView, WindowView};

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that skip_serializing_if asks for"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A runner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunnerView {
    /// UUIDv7.
    pub id: String,
    /// Unique name.
    pub name: String,
    /// `claude-code`, `codex`, `cursor`, `custom`.
    pub kind: String,
    /// `starting`, `running`, `waiting`, `idle`, `paused`, `completed`, `failed`, `stopped`, `errored`, `unknown`.
    pub status: String,
    /// Why, as a whole sentence.
    pub reason: String,
    /// Why, in a word or two that never change: `approval`, `question`, `done`, `turn finished`, `usage limit`, `auth`, `api error`,
    /// `background task running`, `interrupted`, `working`, `tool running`, `ready`, `dialog`, `printed`, `silent`. Absent when
    /// nothing tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How sure that is, in percent; absent with `cause`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<u8>,
    /// Who says so: `output`, `process`, `screen`, `title`, `sequence`, `session-file`, `registry`, `hook`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Since when it has this status.
    pub since_ms: u64,
    /// `started` by geppetto or `registered`.
    pub origin: String,
    /// Number of the run, from 1.
    pub run: u32,
    /// tmux session id (`$N`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// tmux session name; hostile text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_name: Option<String>,
    /// tmux window id (`@N`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_id: Option<String>,
    /// tmux pane id (`%N`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane_id: Option<String>,
    /// Process id: of the program for started runners, of the pane's process otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<i32>,
    /// Session key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Program and arguments of a started runner.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Working directory of a started runner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// When geppetto first knew of it.
    pub created_at_ms: u64,
    /// When the run began.
    pub started_at_ms: u64,
    /// When its pane last printed under geppetto's eyes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_output_at_ms: Option<u64>,
    /// How the run ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit: Option<ExitView>,
    /// Silence after which it is idle.
    pub idle_after_ms: u64,
    /// Time limit of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration_ms: Option<u64>,
    /// Directory of its plain text log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_dir: Option<String>,
    /// Bytes its pane printed under geppetto's eyes.
    pub output_bytes: u64,
    /// Bytes that were dropped.
    pub lost_bytes: u64,
    /// How often its screen was not what tmux had, and was corrected.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub divergences: u64,
    /// Why its output is not being recorded, a whole sentence; absent while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_paused: Option<String>,
    /// Nobody is told of its changes before this; past times mean nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until_ms: Option<u64>,
    /// End of its transcript: bytes that the present run has printed under geppetto's eyes.
    pub last_seq: u64,
    /// Log entries since the daemon began to watch it.
    #[serde(default)]
    pub log_entries: u64,
    /// What its agent has spent and may still; absent while nothing is known of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Box<SpendingView>>,
    /// The question that it asks on its screen, while it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<PromptView>,
    /// The conversation that its agent has, or had last, as the agent's own command line takes it; null when none is known that can be
    /// taken up again: of most agents until something was said in it.
    #[serde(default)]
    pub conversation_id: Option<String>,
    /// The conversation that the present run was started to go on with; absent when none, and when a daemon before started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumed_conversation_id: Option<String>,
}

/// A change of status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusChangeView {
    /// Run.
    pub run: u32,
    /// The status from then on.
    pub status: String,
    /// Why, as a whole sentence.
    pub reason: String,
    /// When.
    pub at_ms: u64,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExitView {
    /// Exit code; absent with a signal or when it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// Signal number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// False when nobody can tell code or signal.
    pub known: bool,
    /// Who says so: `run-parent`, `tmux`, `pane-closed`, `pane-respawned`, `server-gone`, `killed`.
    pub source: String,
    /// When.
    pub at_ms: u64,
}

/// A log entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogView {
    /// Run that it belongs to.
    #[serde(default)]
    pub run: u32,
    /// Where in the transcript of that run it was settled: behind so many bytes. Several entries may share a place.
    pub seq: u64,
    /// When.
    pub at_ms: u64,
    /// `pane` or `geppetto`.
    pub source: String,
    /// Printable text.
    pub text: String,
}

/// A tmux session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    /// `$N`.
    pub id: String,
    /// As tmux shows it; hostile text.
    pub name: String,
    /// Session key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// How many windows it has.
    pub windows: u32,
    /// Terminals that are attached, control clients not counted.
    pub clients: u32,
    /// True when it is registered.
    pub registered: bool,
    /// How many of its panes are runners that have not ended.
    pub runners: u32,
    /// Its windows in their order, when panes were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window_list: Option<Vec<WindowView>>,
}

/// Counts by status, and the rendered segment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// Starting or running.
    pub active: u32,
    /// Need the user.
    pub waiting: u32,
    /// Alive and silent.
    pub idle: u32,
    /// Frozen.
    pub paused: u32,
    /// Failed or errored.
    pub failed: u32,
    /// Completed or stopped.
    pub ended: u32,
    /// Text for a status line, safe in any tmux format; empty when there is nothing to tell.
    pub segment: String,
    /// What windows (`@N`) are marked with: `waiting`, `failed`, `active`, `paused` or `idle`, of all sessions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub windows: BTreeMap<String, String>,
}

/// Command lines that bring a person to a runner; one argument an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachView {
    /// For a terminal outside of tmux.
    pub attach: Vec<String>,
    /// For a terminal inside the same tmux server.
    pub switch: Vec<String>,
    /// For a terminal that shows another client of that server: the client's name follows as the last argument.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switch_client: Vec<String>,
}

/// The daemon about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DaemonView {
    /// Its process id.
    pub pid: i32,
    /// Version of its program.
    pub build: String,
    /// Newest protocol that it speaks.
    pub protocol: u32,
    /// Its Unix socket.
    pub socket: String,
    /// Socket of the tmux server that it watches.
    pub tmux_socket: String,
    /// Version of that server; absent when it is not running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tmux_version: Option<String>,
    /// When it began.
    pub started_at_ms: u64,
    /// Its log file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_file: Option<String>,
    /// Open connections, this one included.
    pub connections: u32,
    /// Runners that have not ended.
    pub live_runners: u32,
    /// Warnings that a person should see, whole sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}
