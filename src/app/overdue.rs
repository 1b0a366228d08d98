//! Runners that pass their maximum duration are stopped, and their status says so.

use tokio::sync::mpsc;

use super::App;
use super::stop::StopMode;
use crate::domain::ids::RunnerId;

impl App {
    /// Stops each runner that comes through `overdue`; lives until its sender, the monitor, ends.
    pub async fn run_overdue(self, mut overdue: mpsc::Receiver<RunnerId>) {
        while let Some(id) = overdue.recv().await {
            let app = self.clone();
            // Each on its own: the grace time of one must not delay the next.
            self.ports.spawn.spawn(
                "overdue",
                Box::pin(async move { app.stop_overdue(id).await }),
            );
        }
    }

    async fn stop_overdue(&self, id: RunnerId) {
        let limit = match self.show(id.to_string()).await {
            Ok(now) => now.runner.wishes.max_duration.unwrap_or_default(),
            Err(error) => {
                tracing::debug!(runner = %id, %error, "gone before its time was up");
                return;
            }
        };
        let reason = format!(
            "Its maximum duration of {} s has passed.",
            limit.as_secs_f64()
        );
        let mode = StopMode::Graceful { grace: None };
        if let Err(error) = self.stop(id.to_string(), mode, &reason).await {
            tracing::warn!(runner = %id, %error, "could not be stopped at its maximum duration");
        }
    }
}
