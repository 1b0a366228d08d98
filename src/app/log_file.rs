//! The plain text log in a runner's output directory: an ordinary follower of its log that writes a file.
//! A disk that is too slow, or full, costs lines, which the file says, and never the runner.

mod held;
mod limits;
mod retry;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use limits::ROTATE_BYTES;
use writer::{LogWriter, Trouble};

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
        let mut log = LogWriter::new(Arc::clone(&self.ports.files), path, ROTATE_BYTES);
        loop {
            let item = {
                // Kept until it is done: dropped half way, it would take lines with it.
                let next = follower.next();
                tokio::pin!(next);
                loop {
                    tokio::select! {
                        item = &mut next => break item,
                        trouble = log.ready_again() => {
                            self.tell(id, log.path(), trouble).await;
                            let trouble = log.write().await;
                            self.tell(id, log.path(), trouble).await;
                        }
                    }
                }
            };
            match item {
                Some(FollowItem::Entries(entries)) => {
                    entries.iter().for_each(|entry| log.push(&entry.text));
                }
                Some(FollowItem::Lagged(count)) => log.miss(count),
                Some(FollowItem::Ended(_)) => {}
                None => break,
            }
            let trouble = log.write().await;
            self.tell(id, log.path(), trouble).await;
        }
        let trouble = log.finish().await;
        self.tell(id, log.path(), trouble).await;
    }

    async fn tell(&self, id: RunnerId, path: &Path, trouble: Option<Trouble>) {
        let path = path.display();
        let sentence = match trouble {
            None => return,
            Some(Trouble::Write(error)) => {
                format!(
                    "The log of runner {id} cannot be written to {path}: {error}. This is tried again."
                )
            }
            Some(Trouble::Rotate(error)) => {
                format!(
                    "The log of runner {id} in {path} cannot be put aside and compressed: {error}. This is tried again."
                )
            }
        };
        // An error means that the daemon ends.
        let _ending = self.monitor.turn(move |world| world.warn(sentence)).await;
    }
}
