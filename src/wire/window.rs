//! Windows and panes of tmux on the wire, whether they are registered or not, and the way to one of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `list-tmux-sessions`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListTmuxSessions {
    /// Tell the windows and panes of each session, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub panes: bool,
}

/// `attach-pane`: at least one of both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AttachPane {
    /// `$N` or exact name: the session to see it in; without a pane, the one whose active pane is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// `%N`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pane: Option<String>,
}

/// A window of a session. One that several sessions show is in each of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WindowView {
    /// `@N`.
    pub id: String,
    /// Its number in the session.
    pub index: u32,
    /// Its name; hostile text.
    pub name: String,
    /// True when it is the one that the session shows.
    pub active: bool,
    /// Its panes, in the order of tmux.
    pub panes: Vec<PaneView>,
}

/// A pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaneView {
    /// `%N`.
    pub id: String,
    /// Its number in the window.
    pub index: u32,
    /// True when it is the active one of its window.
    pub active: bool,
    /// True when its program has ended and it stays open.
    pub dead: bool,
    /// tmux's name of what runs in it; hostile text.
    pub command: String,
    /// Its title; hostile text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Directory of what runs in it, where tmux knows it; hostile text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Its process.
    pub pid: i32,
    /// The runner that lives in it, or else the last one that did while the pane had this process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<PaneRunnerView>,
}

/// The runner of a pane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PaneRunnerView {
    /// UUIDv7.
    pub id: String,
    /// Unique name.
    pub name: String,
    /// As in [`super::RunnerView`].
    pub status: String,
}
