//! Why a runner has its status, on the wire: `explain-runner`. Times are milliseconds since 1970-01-01 UTC.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is known of what a runner does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExplanationView {
    /// Its status.
    pub status: String,
    /// Since when.
    pub since_ms: u64,
    /// Why, as a whole sentence.
    pub reason: String,
    /// Why, in a word or two; see the runner's `cause`.
    pub cause: String,
    /// How sure that is, in percent.
    pub confidence: u8,
    /// Who lives in the pane, and how that is known: a whole sentence.
    pub resident: String,
    /// The agent's own process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_pid: Option<i32>,
    /// The agent's version, when it says; hostile text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_version: Option<String>,
    /// The title that the agent set for its terminal; hostile text. Absent when it set none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Everything that is known, the strongest first.
    pub evidence: Vec<ExhibitView>,
    /// The strongest of what speaks for something else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner_up: Option<RivalView>,
    /// What is weaker than it should be; whole sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub degraded: Vec<String>,
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExhibitView {
    /// `output`, `process`, `screen`, `title`, `sequence`, `session-file`, `registry`, `hook`.
    pub source: String,
    /// The status that it speaks for.
    pub status: String,
    /// Why, in a word or two.
    pub cause: String,
    /// What exactly was seen: name of a rule, of a hook, of a record; hostile text.
    pub detail: String,
    /// How much the source can be relied on in this, in percent.
    pub certainty: u8,
    /// Since when the source says so; of an event, when it happened.
    pub since_ms: u64,
    /// True when it counts.
    pub counts: bool,
    /// Why it does not, a whole sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What speaks for something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RivalView {
    /// The status that it would be.
    pub status: String,
    /// Why, in a word or two.
    pub cause: String,
    /// Who says so.
    pub source: String,
    /// How much that source can be relied on, in percent.
    pub certainty: u8,
}
