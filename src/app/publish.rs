//! Keeps the hidden environment variable `geppetto_status` of tmux current: no redraw, no option.

use tokio_util::sync::CancellationToken;

use super::App;
use super::world::World;
use crate::domain::segment::{Counts, Icons};

impl App {
    /// Publishes after every change and for every new server; lives until `shutdown`.
    pub async fn run_publish(self, shutdown: CancellationToken) {
        let Ok(mut status) = self.follow_status().await else {
            return;
        };
        loop {
            let counts = status.counts();
            if status.server_pid() != 0 {
                self.publish(counts).await;
            }
            tokio::select! {
                () = shutdown.cancelled() => break,
                goes_on = status.changed() => if !goes_on { break },
            }
        }
    }

    async fn publish(&self, counts: Counts) {
        let segment = counts.segment(Icons::Unicode);
        if let Err(error) = self.ports.marks.publish_status(&segment).await {
            tracing::warn!(%error, "the status could not be published in tmux");
        }
    }

    /// What has to be done before the daemon ends: nothing is published any more, and everything is saved.
    pub async fn finish(&self) {
        self.publish(Counts::default()).await;
        self.flush_all().await;
        // An error means that the monitor is gone, which `saved` says.
        let _gone = self.monitor.turn(World::keep_lifetimes).await;
        if let Err(error) = self.saved().await {
            tracing::warn!(%error, "the last changes were not saved");
        }
    }
}
