//! What is known of runners and session keys, in `geppetto.db`: one thread owns the database and does one thing after the other, in the
//! order of the calls, even when a caller gives up waiting. The exits that run parents leave are small files beside it.
//!
//! Files are 0600 and directories 0700: the environment of a runner may hold secrets.

mod epochs;
mod exit_file;
mod failure;
mod history;
mod import;
mod lifetime_record;
mod own_file;
mod owner;
mod read_only;
mod record;
mod runners;
mod schema;
mod slots;
#[cfg(test)]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use self::owner::Owner;
use super::limits::{END_WRITER, METADATA_WORK};
use super::worker::Worker;
use crate::domain::ids::RunnerId;
use crate::domain::key::SessionKey;
use crate::domain::slot::Slot;
use crate::ports::keys::SlotStore;
use crate::ports::store::{RunnerStore, StatusChange, StoreError, Stored, WrittenExit};

type Work = Box<dyn FnOnce(&mut Owner) + Send>;

/// The store of runners and session keys. Dropping it does what is in line and ends its thread, if the disk lets it.
pub struct SqliteStore {
    state_dir: PathBuf,
    work: Option<mpsc::Sender<Work>>,
    thread: Option<Worker>,
}

impl SqliteStore {
    /// Starts the thread. The database in `state_dir` is opened, or made, when it is first needed.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(state_dir: PathBuf) -> io::Result<Self> {
        let (work, mut orders) = mpsc::channel::<Work>(METADATA_WORK);
        let mut owner = Owner::new(state_dir.clone());
        let thread = Worker::start("metadata", move || {
            while let Some(work) = orders.blocking_recv() {
                work(&mut owner);
            }
        })?;
        Ok(Self {
            state_dir,
            work: Some(work),
            thread: Some(thread),
        })
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Owner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |owner| {
            // Whoever asked may have left.
            let _gone = answer.send(work(owner));
        });
        if let Some(queue) = &self.work {
            // An ended thread drops the answer, which says so.
            let _ended = queue.send(work).await;
        }
        answered.await.unwrap_or_else(|lost| {
            Err(StoreError::Io {
                path: self.state_dir.clone(),
                action: "used",
                source: Arc::new(io::Error::other(lost)),
            })
        })
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.work = None;
        if let Some(thread) = self.thread.take() {
            thread.end(END_WRITER);
        }
    }
}

#[async_trait]
impl RunnerStore for SqliteStore {
    async fn load(&self) -> Result<Stored, StoreError> {
        self.ask(Owner::load).await
    }

    async fn save(&self, stored: Stored) -> Result<(), StoreError> {
        self.ask(|owner| owner.save(stored)).await
    }

    async fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<WrittenExit>, StoreError> {
        self.ask(move |owner| owner.take_exit(runner, run)).await
    }

    async fn history(
        &self,
        runner: RunnerId,
        limit: usize,
    ) -> Result<Vec<StatusChange>, StoreError> {
        self.ask(move |owner| {
            owner.with("read", |open| {
                history::read(&open.connection, runner, limit)
            })
        })
        .await
    }
}

#[async_trait]
impl SlotStore for SqliteStore {
    async fn slots(&self) -> Result<Vec<Slot>, StoreError> {
        self.ask(|owner| owner.with("read", |open| slots::read(&open.connection)))
            .await
    }

    async fn put_slot(&self, slot: Slot) -> Result<(), StoreError> {
        self.ask(move |owner| owner.put_slot(&slot)).await
    }

    async fn remove_slot(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let key = key.clone();
        self.ask(move |owner| owner.with("written", |open| slots::remove(&open.connection, &key)))
            .await
    }
}
