//! What `geppetto hook` tells the daemon: one datagram to the socket beside that of requests (`<server>.events`), one JSON object
//! a datagram, of which nothing comes back. Unknown fields are ignored, what is longer than [`MAX_HOOK_BYTES`] is dropped.

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
