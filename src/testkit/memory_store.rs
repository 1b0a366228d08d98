//! A store that keeps everything in memory. Loses it with the last clone.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::domain::exit::Outcome;
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::ports::store::{RunnerStore, StoreError, Stored};

#[derive(Debug, Default)]
struct Contents {
    stored: Stored,
    slots: Vec<crate::domain::slot::Slot>,
    exits: HashMap<(RunnerId, u32), (Outcome, Timestamp)>,
}

/// The store; clones share what is in it, so a test can look while the app has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryStore {
    contents: Arc<Mutex<Contents>>,
}

impl MemoryStore {
    /// Leaves an exit as a run parent without a daemon does.
    pub(crate) async fn leave_exit(
        &self,
        runner: RunnerId,
        run: u32,
        outcome: Outcome,
        at: Timestamp,
    ) {
        let mut contents = self.contents.lock().await;
        contents.exits.insert((runner, run), (outcome, at));
    }
}

#[async_trait]
impl RunnerStore for MemoryStore {
    async fn load(&self) -> Result<Stored, StoreError> {
        Ok(self.contents.lock().await.stored.clone())
    }

    async fn save(&self, stored: Stored) -> Result<(), StoreError> {
        self.contents.lock().await.stored = stored;
        Ok(())
    }

    async fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<(Outcome, Timestamp)>, StoreError> {
        Ok(self.contents.lock().await.exits.remove(&(runner, run)))
    }
}

#[async_trait]
impl crate::ports::keys::SlotStore for MemoryStore {
    async fn slots(&self) -> Result<Vec<crate::domain::slot::Slot>, StoreError> {
        Ok(self.contents.lock().await.slots.clone())
    }

    async fn put_slot(&self, slot: crate::domain::slot::Slot) -> Result<(), StoreError> {
        let mut contents = self.contents.lock().await;
        contents.slots.retain(|other| other.key != slot.key);
        contents.slots.push(slot);
        Ok(())
    }

    async fn remove_slot(&self, key: &crate::domain::key::SessionKey) -> Result<bool, StoreError> {
        let mut contents = self.contents.lock().await;
        let before = contents.slots.len();
        contents.slots.retain(|other| other.key != *key);
        Ok(contents.slots.len() < before)
    }
}
