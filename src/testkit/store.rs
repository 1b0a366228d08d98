//! A store in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::domain::exit::Outcome;
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::ports::store::{RunnerStore, StoreError, Stored};

/// What was saved last, and the exits that run parents wrote down.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    pub(crate) stored: Mutex<Stored>,
    pub(crate) exits: Mutex<BTreeMap<(RunnerId, u32), (Outcome, Timestamp)>>,
}

#[async_trait]
impl RunnerStore for MemoryStore {
    async fn load(&self) -> Result<Stored, StoreError> {
        Ok(self.stored.lock().await.clone())
    }

    async fn save(&self, stored: Stored) -> Result<(), StoreError> {
        *self.stored.lock().await = stored;
        Ok(())
    }

    async fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<(Outcome, Timestamp)>, StoreError> {
        Ok(self.exits.lock().await.remove(&(runner, run)))
    }
}
