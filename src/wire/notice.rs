//! Requests about who needs the person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `next-runner`: answered with the runner that needs the person most and the way to it, or refused with `NoneNeedsYou`.
/// Snoozed ones, and those whose pane is gone, are left out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextRunner {
    /// `%N`, the pane that the person is in: from that of a runner that needs them they get to the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<String>,
    /// Name of the tmux client to be switched; the pane is then the one that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// `snooze-runner`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SnoozeRunner {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// For how long nobody is told of it, in milliseconds; absent ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_ms: Option<u64>,
}
