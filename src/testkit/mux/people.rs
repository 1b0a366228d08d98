//! The side of the fake that people see: their terminals, and the plugin.

use async_trait::async_trait;

use super::FakeMux;
use crate::domain::ids::PaneId;
use crate::domain::notice::{OscNumber, Terminal};
use crate::ports::mux::MuxError;
use crate::ports::plugin::{Menu, MuxPlugin, PluginNow};
use crate::ports::terminals::Terminals;

#[async_trait]
impl Terminals for FakeMux {
    async fn terminals(&self) -> Result<Vec<Terminal>, MuxError> {
        Ok(self.state.lock().await.terminals.clone())
    }

    async fn ring(&self, pane: PaneId) -> Result<(), MuxError> {
        let mut state = self.state.lock().await;
        state.handle_of(pane)?;
        state.told.push(format!("ring {pane}"));
        Ok(())
    }

    async fn announce(&self, pane: PaneId, _: OscNumber, text: &str) -> Result<(), MuxError> {
        let mut state = self.state.lock().await;
        state.handle_of(pane)?;
        state.told.push(format!("announce {pane} {text}"));
        Ok(())
    }

    async fn say(&self, terminal: &str, text: &str) -> Result<(), MuxError> {
        let mut state = self.state.lock().await;
        if state.terminals.iter().any(|known| known.name == terminal) {
            state.told.push(format!("say {terminal} {text}"));
        }
        Ok(())
    }
}

#[async_trait]
impl MuxPlugin for FakeMux {
    async fn plugin(&self) -> Result<PluginNow, MuxError> {
        Ok(PluginNow::default())
    }

    async fn uninstall(&self) -> Result<Vec<String>, MuxError> {
        self.state.lock().await.deeds.push("uninstall".to_owned());
        Ok(vec!["G".to_owned()])
    }

    async fn client_of(&self, _pane: PaneId) -> Result<String, MuxError> {
        Ok("/dev/pts/0".to_owned())
    }

    fn menu_command(&self, menu: &Menu) -> Vec<String> {
        vec![format!("{menu:?}")]
    }
}
