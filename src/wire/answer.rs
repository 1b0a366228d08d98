//! The fields of successful answers. Each request fills the ones that belong to it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AttachView, DaemonView, ExplanationView, HookView, LogView, PeekView, PrunedView, RestoreView,
    RunnerView, ScreenView, SessionView, SinceView, SlotView, SpendingReport, StatsView,
    StatusChangeView, StatusView, TranscriptView, TurnView, UsageView,
};

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
    /// `attach-runner`, `attach-slot` and `attach-pane`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attach: Option<AttachView>,
    /// `get-menu`: program first, one argument an element.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub menu: Option<Vec<String>>,
    /// `uninstall-plugin`: the keys of the prefix table that are free again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbound: Option<Vec<String>>,
    /// `read-transcript`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transcript: Option<TranscriptView>,
    /// `get-screen`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen: Option<Box<ScreenView>>,
    /// `explain-runner`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Box<ExplanationView>>,
    /// `mark-runner`: the place of the mark, `RUN:SEQ`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// `prune-transcripts`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned: Option<Vec<PrunedView>>,
    /// `reserve-slot`, `show-slot` and `release-slot`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Box<SlotView>>,
    /// `list-slots`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slots: Option<Vec<SlotView>>,
    /// `show-slot`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<SinceView>,
    /// `restore-runners`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Vec<RestoreView>>,
    /// `get-runner`: the newest changes of its status, oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Vec<StatusChangeView>>,
    /// `get-stats`: oldest runner first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<Vec<StatsView>>,
    /// `get-stats` of all: what the daemon itself and its control clients use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daemon_usage: Option<UsageView>,
    /// `get-usage`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Box<SpendingReport>>,
    /// `get-turns`: oldest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turns: Option<Vec<TurnView>>,
    /// `get-turns`: how many parts of turns cannot be read, for want of the key that they were encrypted with, or because they are
    /// damaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<usize>,
    /// `list-hooks`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hooks: Option<Vec<HookView>>,
    /// `send-text`: who says that the agent has the text: a source of evidence (`hook`, `registry`, `session-file`, `screen`, `title`),
    /// or `prompt`, which has it no more. Absent where nobody can say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landed_by: Option<String>,
    /// `peek-runner`; `send-text` with `wait`, unless the agent waits for the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peek: Option<PeekView>,
    /// `hello` and `daemon-status`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daemon: Option<Box<DaemonView>>,
}
