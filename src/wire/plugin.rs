//! Requests of the plugin's keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `get-menu`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetMenu {
    /// `%N`: the pane that it is about.
    pub pane: String,
    /// Name of the tmux client that shows it; by default one that shows the pane, else the one that was used last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// `show-message`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ShowMessage {
    /// Name of the tmux client that shows it.
    pub client: String,
    /// One line of any text.
    pub text: String,
}
