//! The plain text log in a runner's output directory: an ordinary follower of its log that writes a file.
//! A disk that is too slow costs lines, which the file says, and never the runner.

use std::fmt::Write as _;
use std::path::PathBuf;

use super::logs::{FollowItem, LogFollower};
use super::query::LogQuery;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::runner::Wishes;

impl App {
    /// Begins to write `<output directory>/<name>.log`, if there is such a directory, with the newest `backlog` entries first.
    pub(super) async fn write_log_file(
        &self,
        id: RunnerId,
        wishes: &Wishes,
        backlog: usize,
    ) -> Result<(), AppError> {
        let Some(directory) = wishes.output_dir.clone() else {
            return Ok(());
        };
        let name = self
            .show(id.to_string())
            .await?
            .runner
            .name
            .to_string()
            .replace('/', "_");
        let path = directory.join(format!("{name}.log"));
        let follower = self
            .follow_logs(id.to_string(), LogQuery::newest(backlog))
            .await?;
        let app = self.clone();
        let task = async move { app.copy_log(id, follower, path).await };
        self.ports.spawn.spawn("log file", Box::pin(task));
        Ok(())
    }

    async fn copy_log(self, id: RunnerId, mut follower: LogFollower, path: PathBuf) {
        while let Some(item) = follower.next().await {
            let mut text = String::new();
            match item {
                FollowItem::Entries(entries) => {
                    for entry in entries {
                        text.push_str(&entry.text);
                        text.push('\n');
                    }
                }
                FollowItem::Lagged(count) => {
                    // Writing to a String cannot fail.
                    let _always_ok = writeln!(text, "[geppetto: {count} lines are missing here]");
                }
                FollowItem::Ended(_) => continue,
            }
            if let Err(error) = self.ports.files.append(&path, text).await {
                let sentence = format!(
                    "The log of runner {id} can no longer be written to {}: {error}.",
                    path.display()
                );
                // An error means that the daemon ends.
                let _ending = self.monitor.turn(move |world| world.warn(sentence)).await;
                return;
            }
        }
    }
}
