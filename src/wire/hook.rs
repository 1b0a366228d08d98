//! What `geppetto hook` tells the daemon: one datagram to the socket beside that of requests (`<server>.events`), one JSON object
//! a datagram, of which nothing comes back. And what the daemon has heard, as an answer. Unknown fields are ignored, what is longer than [`MAX_HOOK_BYTES`] is dropped.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Most bytes of one message. Linux takes 200 KiB in a datagram by default, macOS 2 KiB: there texts are cut shorter.
pub const MAX_HOOK_BYTES: usize = 64 * 1024;

/// One call of a hook.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HookCall {
    /// Kind of the agent that called: `claude-code`, `codex`, ...
    pub kind: String,
    /// Name of the event, where the command line of the hook says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The pane (`%N`) that the environment of the hook names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<String>,
    /// Socket of the tmux server in which that pane is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tmux_socket: Option<String>,
    /// When it was called, in milliseconds since 1970.
    pub at_ms: u64,
    /// What the agent gave the hook, with long texts cut; absent when it was no JSON, or too long all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Box<RawValue>>,
}

/// `list-hooks`: the newest call of one event of one kind of agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookView {
    /// Kind of the agent.
    pub kind: String,
    /// Name of the event, as the agent has it.
    pub event: String,
    /// When it was called last, in milliseconds since 1970.
    pub at_ms: u64,
    /// How often since the daemon began.
    pub calls: u64,
    /// Id of the runner that the newest call was of; absent when it was of none that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_id: Option<String>,
}
