//! The fields of successful answers. Each request fills the ones that belong to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AttachView, DaemonView, LogView, RunnerView, SessionView, StatusView};

/// A successful answer; absent fields do not belong to the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The runner that was asked for, made or changed; of a registered session, that of its active pane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<Box<RunnerView>>,
    /// `list-runners`: all, oldest first. `attach-tmux`: those of the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runners: Option<Vec<RunnerView>>,
    /// `attach-tmux`: how many of `runners` were not registered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub added: Option<u32>,
    /// `get-runner-logs`: oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries: Option<Vec<LogView>>,
    /// `list-tmux-sessions`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sessions: Option<Vec<SessionView>>,
    /// `tmux-session-exists`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
    /// `get-status`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusView>,
    /// `attach-runner`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<AttachView>,
    /// `hello` and `daemon-status`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daemon: Option<Box<DaemonView>>,
}
