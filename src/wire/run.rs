//! What run parents tell the daemon.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `run-begin`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunBegin {
    /// The runner's id.
    pub runner_id: String,
    /// Number of the run.
    pub run: u32,
}

/// `run-started`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunStarted {
    /// The runner's id.
    pub runner_id: String,
    /// Number of the run.
    pub run: u32,
    /// Process id of the program.
    pub pid: i32,
}

/// `run-failed`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunFailed {
    /// The runner's id.
    pub runner_id: String,
    /// Number of the run.
    pub run: u32,
    /// The system's own words.
    pub message: String,
}

/// `run-exited`: exactly one of `code` and `signal`.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunExited {
    /// The runner's id.
    pub runner_id: String,
    /// Number of the run.
    pub run: u32,
    /// Exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i32>,
    /// Signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<i32>,
    /// True when its terminal was taken away before it ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hung_up: bool,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
}
