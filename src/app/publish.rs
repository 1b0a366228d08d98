//! Keeps the hidden environment variables `geppetto_status` and `geppetto_windows` of tmux current: no redraw, no option.

use tokio_util::sync::CancellationToken;

use super::App;
use super::shown::Shown;
use super::world::World;
use crate::domain::segment::{Icons, badge_map};

impl App {
    /// Publishes after every change and for every new server; lives until `shutdown`.
    pub async fn run_publish(self, shutdown: CancellationToken) {
        let Ok(mut status) = self.follow_status().await else {
            return;
        };
        loop {
            let shown = status.now();
            if shown.server_pid != 0 {
                self.publish(&shown).await;
            }
            self.published.send_replace(shown);
            tokio::select! {
                () = shutdown.cancelled() => break,
                goes_on = status.changed() => if !goes_on { break },
            }
        }
    }

    async fn publish(&self, shown: &Shown) {
        let mut is_silent = self.is_silent.lock().await;
        if *is_silent {
            let plugin = self.ports.plugin.plugin().await;
            *is_silent = plugin.is_ok_and(|plugin| plugin.directory.is_none());
            if *is_silent {
                return;
            }
        }
        let segment = shown.counts.segment(Icons::Unicode);
        let windows = badge_map(&shown.badges);
        if let Err(error) = self.ports.marks.publish_status(&segment, &windows).await {
            tracing::warn!(%error, "the status could not be published in tmux");
        }
    }

    /// What has to be done before the daemon ends: nothing is published any more, and everything is saved.
    pub async fn finish(&self) {
        self.publish(&Shown::default()).await;
        self.flush_all().await;
        // An error means that the monitor is gone, which `saved` says.
        let _gone = self.monitor.turn(World::keep_lifetimes).await;
        if let Err(error) = self.saved().await {
            tracing::warn!(%error, "the last changes were not saved");
        }
    }
}
