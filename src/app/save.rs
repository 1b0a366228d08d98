//! Keeps the store current: what changed is written at once, and verbs answer after it is.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::entry::Entry;
use super::world::World;
use super::{App, AppError};
use crate::domain::key::SessionKey;
use crate::domain::runner::Origin;
use crate::domain::slot::Slot;
use crate::ports::store::{Stored, StoredConversation, StoredRunner, StoredServer};

/// How far the store has come.
pub(super) type Saved = Arc<watch::Sender<u64>>;

impl App {
    /// Writes after every change; lives until `shutdown`, before which [`App::finish`] waits for it.
    pub async fn run_save(self, shutdown: CancellationToken) {
        let Ok(mut version) = self.monitor.turn(|world| world.version.subscribe()).await else {
            return;
        };
        // What changed before this began is not on disk either.
        if *version.borrow() > 0 {
            version.mark_changed();
        }
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                changed = version.changed() => if changed.is_err() { return },
            }
            if self.save().await.is_err() {
                return;
            }
        }
    }

    async fn save(&self) -> Result<(), AppError> {
        let (version, stored, slots) = self
            .monitor
            .turn(|world| {
                let version = *world.version.borrow();
                (version, world.stored(), world.slots_to_save())
            })
            .await?;
        self.save_slots(slots).await?;
        if let Err(error) = self.ports.store.save(stored).await {
            let sentence = format!("The list of runners could not be saved: {error}.");
            self.monitor.turn(move |world| world.warn(sentence)).await?;
        }
        self.saved.send_replace(version);
        Ok(())
    }

    async fn save_slots(&self, slots: Vec<(SessionKey, Option<Slot>)>) -> Result<(), AppError> {
        for (key, slot) in slots {
            let saved = match slot {
                Some(slot) => {
                    self.write_up_to_cursor(&slot).await;
                    self.ports.slots.put_slot(slot).await
                }
                None => self.ports.slots.remove_slot(&key).await.map(drop),
            };
            if let Err(error) = saved {
                let sentence = format!("The slot {key} could not be saved: {error}.");
                self.monitor
                    .turn(move |world| {
                        // It is tried again with the next change of anything.
                        world.changed_slots.insert(key);
                        world.warn(sentence);
                    })
                    .await?;
            }
        }
        Ok(())
    }

    /// A cursor must not survive a crash that what it points behind does not.
    async fn write_up_to_cursor(&self, slot: &Slot) {
        let (Some(runner), Some(_cursor)) = (slot.runner, slot.cursor) else {
            return;
        };
        if let Err(error) = self.ports.transcripts.writer.flush(runner, false).await {
            tracing::warn!(key = %slot.key, %error, "what was printed up to its cursor is not on disk yet");
        }
    }

    /// Returns when everything that has changed up to now is on disk (or has been warned of).
    pub(super) async fn saved(&self) -> Result<(), AppError> {
        // A turn of its own: what the turn before changed is settled, and so counted, by then.
        let wanted = self.monitor.turn(|world| *world.version.borrow()).await?;
        let mut saved = self.saved.subscribe();
        saved
            .wait_for(|version| *version >= wanted)
            .await
            .map(drop)
            .map_err(|_closed| AppError::Ending)
    }
}

impl World {
    /// The slots that changed since the last time; `None` for those that are gone.
    fn slots_to_save(&mut self) -> Vec<(SessionKey, Option<Slot>)> {
        std::mem::take(&mut self.changed_slots)
            .into_iter()
            .map(|key| {
                let slot = self.slots.get(&key).cloned();
                (key, slot)
            })
            .collect()
    }

    fn stored(&self) -> Stored {
        Stored {
            server: self.server.as_ref().map(|server| StoredServer {
                pid: server.pid.as_raw(),
                start_time: server.start_time,
            }),
            runners: self.runners.values().map(stored).collect(),
            forgotten_panes: self.forgotten.iter().map(|pane| pane.0).collect(),
        }
    }
}

fn stored(entry: &Entry) -> StoredRunner {
    let runner = &entry.runner;
    StoredRunner {
        id: runner.id,
        name: runner.name.to_string(),
        kind: runner.kind.name.to_owned(),
        launch: match &runner.origin {
            Origin::Started(launch) => Some(launch.clone()),
            Origin::Registered => None,
        },
        idle_after: runner.wishes.idle_after,
        max_duration: runner.wishes.max_duration,
        output_dir: runner.wishes.output_dir.clone(),
        key: runner.key.as_ref().map(ToString::to_string),
        place: runner.place.clone(),
        session_name: runner.session_name.clone(),
        pid: runner.pid.map(crate::domain::ids::Pid::as_raw),
        run: runner.run,
        status: runner.status.status(),
        reason: runner.status.reason().to_owned(),
        since: runner.status.since(),
        exit: runner.status.exit(),
        created_at: runner.created_at,
        started_at: runner.started_at,
        lifetime: entry.vitals.kept.clone(),
        snoozed_until: runner.snoozed_until,
        conversation: runner.conversation.as_ref().map(|one| StoredConversation {
            kind: one.kind.name.to_owned(),
            id: one.id.to_string(),
        }),
        given_kind: runner.wishes.kind.map(|kind| kind.name.to_owned()),
    }
}
