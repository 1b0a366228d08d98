//! A store that keeps everything in memory. Loses it with the last clone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::MemoryLedger;
use crate::domain::ids::RunnerId;
use crate::domain::key::SessionKey;
use crate::domain::slot::Slot;
use crate::ports::keys::SlotStore;
use crate::ports::store::{
    HISTORY_KEPT, RunnerStore, StatusChange, StoreError, Stored, WrittenExit,
};

#[derive(Debug, Default)]
struct Contents {
    stored: Stored,
    exits: HashMap<(RunnerId, u32), WrittenExit>,
    history: BTreeMap<RunnerId, Vec<StatusChange>>,
    slots: Vec<Slot>,
}

/// The store; clones share what is in it, so a test can look while the app has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryStore {
    contents: Arc<Mutex<Contents>>,
    /// What agents used and said.
    pub(crate) ledger: MemoryLedger,
}

impl MemoryStore {
    /// Leaves an exit as a run parent without a daemon does.
    pub(crate) async fn leave_exit(&self, runner: RunnerId, run: u32, written: WrittenExit) {
        let mut contents = self.contents.lock().await;
        contents.exits.insert((runner, run), written);
    }
}

#[async_trait]
impl RunnerStore for MemoryStore {
    async fn load(&self) -> Result<Stored, StoreError> {
        Ok(self.contents.lock().await.stored.clone())
    }

    async fn save(&self, stored: Stored) -> Result<(), StoreError> {
        let mut contents = self.contents.lock().await;
        let before = std::mem::replace(&mut contents.stored, stored.clone());
        let history = &mut contents.history;
        history.retain(|id, _| stored.runners.iter().any(|runner| runner.id == *id));
        for runner in &stored.runners {
            let before = before.runners.iter().find(|one| one.id == runner.id);
            let changes = history.entry(runner.id).or_default();
            changes.extend(StatusChange::between(before, runner));
            let surplus = changes.len().saturating_sub(HISTORY_KEPT);
            changes.drain(..surplus);
        }
        Ok(())
    }

    async fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<WrittenExit>, StoreError> {
        Ok(self.contents.lock().await.exits.remove(&(runner, run)))
    }

    async fn history(
        &self,
        runner: RunnerId,
        limit: usize,
    ) -> Result<Vec<StatusChange>, StoreError> {
        let contents = self.contents.lock().await;
        let changes = contents.history.get(&runner).map_or(&[][..], Vec::as_slice);
        Ok(changes[changes.len().saturating_sub(limit)..].to_vec())
    }
}

#[async_trait]
impl SlotStore for MemoryStore {
    async fn slots(&self) -> Result<Vec<Slot>, StoreError> {
        let mut slots = self.contents.lock().await.slots.clone();
        slots.sort_by(|a, b| {
            let order = |slot: &Slot| {
                let key = &slot.key;
                [key.idea(), key.slot(), key.prefix()].map(str::to_owned)
            };
            order(a).cmp(&order(b))
        });
        Ok(slots)
    }

    async fn put_slot(&self, slot: Slot) -> Result<(), StoreError> {
        let slots = &mut self.contents.lock().await.slots;
        let has_name = |other: &Slot| other.session_name == slot.session_name;
        if slots
            .iter()
            .any(|other| has_name(other) && other.key != slot.key)
        {
            return Err(StoreError::Io {
                path: "memory".into(),
                action: "written",
                source: Arc::new(std::io::ErrorKind::AlreadyExists.into()),
            });
        }
        slots.retain(|other| other.key != slot.key);
        slots.push(slot);
        Ok(())
    }

    async fn remove_slot(&self, key: &SessionKey) -> Result<bool, StoreError> {
        let slots = &mut self.contents.lock().await.slots;
        let before = slots.len();
        slots.retain(|slot| slot.key != *key);
        Ok(slots.len() < before)
    }
}
