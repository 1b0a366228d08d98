//! What is known of runners and session keys, in `geppetto.db`: one thread owns the database and does one thing after the other, in the
//! order of the calls, even when a caller gives up waiting. The exits that run parents leave are small files beside it.
//!
//! Files are 0600 and directories 0700: the environment of a runner may hold secrets.

mod epochs;
mod exit_file;
mod failure;
mod history;
mod import;
mod ledger;
mod lifetime_record;
mod marks;
mod own_file;
mod owner;
mod read_only;
mod record;
mod rescue;
mod runners;
mod schema;
mod slots;
#[cfg(test)]
mod tests;
mod turn_parts;
mod turn_record;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};

use self::owner::Owner;
use self::turn_parts::TurnCodec;
use super::limits::{END_WRITER, METADATA_WORK};
use super::seal::{Key, Sealer};
use super::transcripts::Redact;
use super::worker::Worker;
use crate::domain::finding::FileMark;
use crate::domain::ids::RunnerId;
use crate::domain::key::SessionKey;
use crate::domain::slot::Slot;
use crate::ports::keys::SlotStore;
use crate::ports::ledger::{Batch, Change, Ledger, LedgerBounds, Sum, SumQuery, Turns};
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
        Self::start_with(state_dir, None, None)
    }

    /// The same; what people and agents said is encrypted with `key`, and `redact` blots out secrets before.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start_with(
        state_dir: PathBuf,
        key: Option<Key>,
        redact: Option<Redact>,
    ) -> io::Result<Self> {
        let (work, mut orders) = mpsc::channel::<Work>(METADATA_WORK);
        let mut owner = Owner::new(state_dir.clone());
        owner.codec = TurnCodec {
            sealer: Sealer::new(key),
            redact,
        };
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

#[async_trait]
impl Ledger for SqliteStore {
    async fn record(&self, batch: Batch) -> Result<Vec<Change>, StoreError> {
        self.ask(move |owner| {
            let codec = owner.codec.clone();
            owner.with("written", |open| {
                ledger::record(&mut open.connection, &batch, &codec)
            })
        })
        .await
    }

    async fn sums(&self, query: SumQuery) -> Result<Vec<Sum>, StoreError> {
        self.ask(move |owner| owner.with("read", |open| ledger::sums(&open.connection, query)))
            .await
    }

    async fn turns(&self, runner: RunnerId, limit: usize) -> Result<Turns, StoreError> {
        self.ask(move |owner| {
            let codec = owner.codec.clone();
            owner.with("read", |open| {
                turn_parts::read(&open.connection, runner, limit, &codec)
            })
        })
        .await
    }

    async fn marks(&self, runner: RunnerId) -> Result<Vec<FileMark>, StoreError> {
        self.ask(move |owner| owner.with("read", |open| marks::read(&open.connection, runner)))
            .await
    }

    async fn prune(&self, bounds: LedgerBounds) -> Result<usize, StoreError> {
        self.ask(move |owner| {
            owner.with("written", |open| {
                ledger::prune(&mut open.connection, bounds)
            })
        })
        .await
    }

    async fn forget(&self, runner: RunnerId) -> Result<(), StoreError> {
        self.ask(move |owner| {
            owner.with("written", |open| {
                ledger::forget(&mut open.connection, runner)
            })
        })
        .await
    }
}
