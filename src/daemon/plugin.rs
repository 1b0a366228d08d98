//! Requests of the plugin's keys.

use super::dispatch::{Result, Service, refused, wrong};
use crate::domain::ids::PaneId;
use crate::domain::text::for_status_line;
use crate::wire::{Answer, GetMenu, ShowMessage};

impl Service {
    pub(super) async fn menu(&self, request: GetMenu) -> Result<Answer> {
        let pane = request.pane.parse::<PaneId>();
        let pane = pane.map_err(|error| wrong("pane", &format!("{error}.")))?;
        let menu = self.app.menu(pane, request.client).await.map_err(refused)?;
        Ok(Answer {
            menu: Some(menu),
            ..Answer::default()
        })
    }

    pub(super) async fn show_message(&self, request: &ShowMessage) -> Result<Answer> {
        let text = for_status_line(&request.text);
        let shown = self.app.show_message(&request.client, &text).await;
        shown.map_err(refused)?;
        Ok(Answer::default())
    }

    pub(super) async fn uninstall_plugin(&self) -> Result<Answer> {
        let unbound = self.app.uninstall_plugin().await.map_err(refused)?;
        Ok(Answer {
            unbound: Some(unbound),
            ..Answer::default()
        })
    }
}
