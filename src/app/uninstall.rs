//! `plugin uninstall`: takes out of tmux what the plugin and we have set; and what is wrong with the plugin as it is.

use super::{App, AppError};
use crate::domain::segment::Format;

impl App {
    /// Undoes it all, and publishes nothing any more until the plugin is loaded again. The keys that were unbound.
    ///
    /// # Errors
    /// What tmux meets.
    pub async fn uninstall_plugin(&self) -> Result<Vec<String>, AppError> {
        // Held to the end, so that nothing is published behind it.
        let mut is_silent = self.is_silent.lock().await;
        *is_silent = true;
        Ok(self.ports.plugin.uninstall().await?)
    }

    /// Sentences about the plugin that a person should see. None while there is no tmux to be asked.
    pub async fn plugin_warnings(&self) -> Vec<String> {
        let Ok(Some(_running)) = self.tmux_version().await else {
            return Vec::new();
        };
        let Ok(plugin) = self.ports.plugin.plugin().await else {
            return Vec::new();
        };
        let gone = plugin
            .directory
            .filter(|directory| !self.ports.files.is_directory(directory));
        let gone = gone.map(|directory| {
            format!(
                "The plugin's directory {} is gone, so its keys do nothing; `geppetto plugin uninstall` removes them.",
                directory.display()
            )
        });
        let format = plugin.status_format.unwrap_or_default();
        let wrong = Format::parse(&format).err();
        let wrong = wrong.map(|error| format!("@geppetto-status-format is not used: {error}."));
        gone.into_iter().chain(wrong).collect()
    }
}
