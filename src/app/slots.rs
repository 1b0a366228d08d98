//! Slots: keys of ideas that are reserved, found again, given back, and what was printed since the user last looked at one.

use std::collections::BTreeMap;

use super::limits::SINCE_ENTRIES;
use super::query::LogQuery;
use super::world::World;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::key::SessionKey;
use crate::domain::log::{LogEntry, LogSource};
use crate::domain::slot::{Slot, SlotStatus};
use crate::domain::time::Timestamp;
use crate::domain::transcript::Position;

/// What was printed in a slot since the last terminal left it.
#[derive(Debug, Clone, Default)]
pub struct Since {
    /// Bytes of output of the present run.
    pub bytes: u64,
    /// Runs that have begun since.
    pub runs: u32,
    /// Log entries.
    pub entries: u64,
    /// The newest of them, oldest first.
    pub newest: Vec<LogEntry>,
}

impl App {
    pub(super) fn key(&self, text: &str) -> Result<SessionKey, AppError> {
        Ok(SessionKey::parse(text, &self.settings().key_prefix)?)
    }

    /// The shortest text that [`App::key`] reads as that key.
    pub(super) fn short_key(&self, key: &SessionKey) -> String {
        if key.prefix() == self.settings().key_prefix {
            format!("{}/{}", key.idea(), key.slot())
        } else {
            key.to_string()
        }
    }

    /// Takes a key, if it is free; the slot, also when it was taken before.
    ///
    /// # Errors
    /// `Key`.
    pub async fn reserve_slot(&self, key: &str) -> Result<Slot, AppError> {
        let key = self.key(key)?;
        let slot = self
            .monitor
            .turn(move |world| world.reserve(&key, None).clone())
            .await?;
        self.saved().await?;
        Ok(slot)
    }

    /// Every slot.
    ///
    /// # Errors
    /// `Ending`.
    pub async fn slots(&self) -> Result<Vec<Slot>, AppError> {
        self.monitor
            .turn(|world| world.slots.values().cloned().collect())
            .await
    }

    /// A slot, and when somebody has been there and left, what was printed since.
    ///
    /// # Errors
    /// `Key`, `SlotNotFound`, `Transcript`.
    pub async fn show_slot(&self, key: &str) -> Result<(Slot, Option<Since>), AppError> {
        let key = self.key(key)?;
        let (slot, end) = self
            .monitor
            .turn(move |world| {
                let slot = world.slot(&key)?.clone();
                let entry = slot.runner.and_then(|id| world.entry(id).ok());
                Ok::<_, AppError>((slot.clone(), entry.map(|entry| entry.end())))
            })
            .await??;
        let is_left = slot.status != SlotStatus::Attached;
        let (Some(runner), Some(cursor), Some(end)) =
            (slot.runner.filter(|_| is_left), slot.cursor, end)
        else {
            return Ok((slot, None));
        };
        let since = self.since(runner, cursor, slot.last_detach_at, end).await?;
        Ok((slot, Some(since)))
    }

    async fn since(
        &self,
        runner: RunnerId,
        cursor: Position,
        left: Option<Timestamp>,
        end: Position,
    ) -> Result<Since, AppError> {
        let mut since = Since {
            bytes: if end.epoch == cursor.epoch {
                end.seq.0.saturating_sub(cursor.seq.0)
            } else {
                end.seq.0
            },
            runs: end.epoch.0.saturating_sub(cursor.epoch.0),
            ..Since::default()
        };
        let is_new = |entry: &LogEntry| {
            // What was printed while nobody watched is read off the screen later, and stands where the watch had ended.
            let is_later = entry.source == LogSource::Pane && Some(entry.at) > left;
            entry.place > cursor || (entry.place == cursor && is_later)
        };
        let mut from = cursor.just_before();
        loop {
            let query = LogQuery {
                from: Some(from),
                limit: Some(usize::MAX),
                ..LogQuery::default()
            };
            let page = self.logs(runner.to_string(), query).await?;
            let Some(last) = page.last() else {
                return Ok(since);
            };
            from = last.place;
            let known = since.newest.len();
            since.newest.extend(page.into_iter().filter(is_new));
            since.entries += (since.newest.len() - known) as u64;
            let surplus = since.newest.len().saturating_sub(SINCE_ENTRIES);
            since.newest.drain(..surplus);
        }
    }

    /// Gives a key back. Its session and its runners stay, but no longer have it.
    ///
    /// # Errors
    /// `Key`, `SlotNotFound`, `Mux` when the session cannot be told.
    pub async fn release_slot(&self, key: &str) -> Result<Slot, AppError> {
        let key = self.key(key)?;
        let (slot, session) = self
            .monitor
            .turn(move |world| {
                let slot = world.slot(&key)?.clone();
                let session = world.layout.session_of(&key);
                let session = session.map(|session| (session.id, session.registered));
                world.release(&key);
                Ok::<_, AppError>((slot, session))
            })
            .await??;
        if let Some((id, registered)) = session {
            self.ports.marks.mark_session(id, registered, None).await?;
            // Nothing tells of it, and who takes the key next must not find it here.
            self.follow_now().await?;
        }
        self.saved().await?;
        Ok(slot)
    }
}

impl World {
    pub(super) fn slot(&self, key: &SessionKey) -> Result<&Slot, AppError> {
        self.slots
            .get(key)
            .ok_or_else(|| AppError::SlotNotFound { key: key.clone() })
    }

    /// The slot of a key, made if it is not there; `runner` is its runner from now on.
    pub(super) fn reserve(&mut self, key: &SessionKey, runner: Option<RunnerId>) -> &Slot {
        let now = self.clock.now();
        if !self.slots.contains_key(key) || runner.is_some() {
            self.touch_slot(key);
        }
        let slot = self.slots.entry(key.clone()).or_insert_with(|| Slot {
            key: key.clone(),
            session_name: key.session_name(),
            status: SlotStatus::Reserved,
            runner: None,
            created_at: now,
            last_connected_at: None,
            last_detach_at: None,
            cursor: None,
            snapshot: None,
        });
        if runner.is_some() && slot.runner.is_some() && slot.runner != runner {
            // Places in another transcript say nothing of this one.
            (slot.cursor, slot.snapshot) = (None, None);
        }
        slot.runner = runner.or(slot.runner);
        slot
    }

    /// Gives the slot of a new runner's key to it, unless another one lives there: a keyed session can have many panes.
    pub(super) fn settle_in(&mut self, key: &SessionKey, id: RunnerId, is_ours: bool) {
        let holder = self.slots.get(key).and_then(|slot| slot.runner);
        let is_held = holder.is_some_and(|holder| {
            let entry = self.runners.get(&holder);
            holder != id && entry.is_some_and(|entry| !entry.status().is_ended())
        });
        self.reserve(key, (is_ours || !is_held).then_some(id));
    }

    /// After all runners came from the store: slots that have none there get the newest of their key.
    pub(super) fn find_slot_runners(&mut self) {
        let mut newest: BTreeMap<SessionKey, (Timestamp, RunnerId)> = BTreeMap::new();
        for (id, entry) in &self.runners {
            if let Some(key) = entry.runner.key.clone() {
                let this = (entry.runner.started_at, *id);
                let known = newest.entry(key).or_insert(this);
                *known = this.max(*known);
            }
        }
        for (key, (_, id)) in newest {
            if self
                .slots
                .get(&key)
                .is_none_or(|slot| slot.runner.is_none())
            {
                self.reserve(&key, Some(id));
            }
        }
    }

    /// What a transcript lost in a crash will be printed over: no cursor may point behind its end.
    pub(super) fn hold_cursors(&mut self) {
        for slot in self.slots.values_mut() {
            let entry = slot.runner.and_then(|id| self.runners.get(&id));
            if let (Some(cursor), Some(entry)) = (&mut slot.cursor, entry) {
                *cursor = entry.end().min(*cursor);
            }
        }
    }

    fn release(&mut self, key: &SessionKey) {
        self.slots.remove(key);
        self.touch_slot(key);
        let holders: Vec<RunnerId> = self
            .runners
            .iter()
            .filter(|(_, entry)| entry.runner.key.as_ref() == Some(key))
            .map(|(id, _)| *id)
            .collect();
        for id in holders {
            if let Ok(entry) = self.entry_mut(id) {
                entry.runner.key = None;
            }
            self.touch(id);
        }
    }
}
