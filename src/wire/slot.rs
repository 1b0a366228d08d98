//! Slots on the wire: the session keys of ideas, and what was printed since the user last looked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LogView;

/// Requests about one slot.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotRef {
    /// `idea`, `idea/slot` or `prefix::idea::slot`.
    pub key: String,
}

/// A slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SlotView {
    /// The whole key, `prefix::idea::slot`.
    pub key: String,
    /// Its idea.
    pub idea: String,
    /// Its slot.
    pub slot: String,
    /// Name of its tmux session.
    pub session_name: String,
    /// `reserved`, `attached`, `detached`, `ended`.
    pub status: String,
    /// Id of the runner whose transcript is its history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_id: Option<String>,
    /// When it was reserved, in milliseconds since 1970.
    pub created_at_ms: u64,
    /// When a terminal was last attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_connected_at_ms: Option<u64>,
    /// When the last terminal left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_detach_at_ms: Option<u64>,
    /// How far the transcript was then, `RUN:SEQ`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// `show-slot`: what was printed since the last terminal left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SinceView {
    /// Bytes of output in the present run, where the run is still the same; else of the present run alone.
    pub bytes: u64,
    /// Runs that have begun since.
    pub runs: u32,
    /// How many log entries.
    pub entries: u64,
    /// The newest of them, at most 20, oldest first.
    pub newest: Vec<LogView>,
}

/// `restore-runners`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestoreRunners {
    /// Only tell the plan.
    #[serde(default)]
    pub dry_run: bool,
}

/// One line of a plan of restoring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RestoreView {
    /// The runner's id.
    pub runner_id: String,
    /// Its name.
    pub name: String,
    /// Its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its command.
    pub command: Vec<String>,
    /// Its directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// `start`, `started`, `skip` or `failed`.
    pub action: String,
    /// The conversation that it goes on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// Why it is skipped or failed, a whole sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
