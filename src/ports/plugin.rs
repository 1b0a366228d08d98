//! What the plugin shows on people's terminals.

use std::path::PathBuf;

use async_trait::async_trait;

use super::mux::MuxError;
use crate::domain::ids::{PaneId, RunnerId};
use crate::domain::menu::Action;

/// A menu for one pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The pane that it is about.
    pub pane: PaneId,
    /// The terminal that shows it.
    pub client: String,
    /// The runner in that pane, with its name.
    pub runner: Option<(RunnerId, String)>,
    /// Its entries, in order.
    pub actions: &'static [Action],
}

/// What the plugin and its user have set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PluginNow {
    /// Where the plugin was loaded from; `None` when it is not loaded.
    pub directory: Option<PathBuf>,
    /// `@geppetto-status-format`.
    pub status_format: Option<String>,
}

/// Terminals of people.
#[async_trait]
pub trait MuxPlugin: Send + Sync {
    /// The terminal that shows a pane; else the one that was used last.
    ///
    /// # Errors
    /// `NoClient`, and what every command can meet.
    async fn client_of(&self, pane: PaneId) -> Result<String, MuxError>;

    /// The command line (program first) that shows a menu. Its entries call geppetto with ids only.
    fn menu_command(&self, menu: &Menu) -> Vec<String>;

    /// What is set.
    ///
    /// # Errors
    /// What every command can meet.
    async fn plugin(&self) -> Result<PluginNow, MuxError>;

    /// Undoes everything that the plugin and we have set but for marks of sessions and panes: keys, aliases, options, the
    /// hidden environment, what was rewritten in the status line. The keys that were unbound.
    ///
    /// # Errors
    /// What every command can meet.
    async fn uninstall(&self) -> Result<Vec<String>, MuxError>;
}
