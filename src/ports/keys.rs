//! Where session keys are kept: which idea has which slots, and what the user last saw of each.

use async_trait::async_trait;

use super::store::StoreError;
use crate::domain::key::SessionKey;
use crate::domain::slot::Slot;

/// The table of slots. A key is in it at most once, and so is a tmux name.
#[async_trait]
pub trait SlotStore: Send + Sync {
    /// Every slot, by idea and slot name.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn slots(&self) -> Result<Vec<Slot>, StoreError>;

    /// Inserts the slot, or replaces the one with its key.
    ///
    /// # Errors
    /// `Io` (of the kind `AlreadyExists` when the slot of another key has its tmux name), `Corrupt`.
    async fn put_slot(&self, slot: Slot) -> Result<(), StoreError>;

    /// Removes a slot; false when there was none.
    ///
    /// # Errors
    /// `Io`, `Corrupt`.
    async fn remove_slot(&self, key: &SessionKey) -> Result<bool, StoreError>;
}
