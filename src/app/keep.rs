//! Transcripts in the background: pruned by age and size, removed with their runners, and what their recording says of itself.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::limits::{MESSAGE_AGE, PRUNE_EVERY, PRUNE_FIRST, TURN_BYTES};
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::settings::Settings;
use crate::domain::time::{Timestamp, millis};
use crate::ports::ledger::LedgerBounds;
use crate::ports::transcript::{Pruned, Recording, RecordingEvent, Retention};

impl Retention {
    /// What the user allows.
    pub fn of(settings: &Settings) -> Self {
        Self {
            bytes_per_runner: settings.transcript_limit,
            age: settings.retention,
            total_on_disk: settings.transcripts_total,
        }
    }
}

impl App {
    /// Removes what is too old or too much, or only tells.
    ///
    /// # Errors
    /// `Transcript`.
    pub async fn prune(&self, dry_run: bool) -> Result<Vec<(Option<String>, Pruned)>, AppError> {
        let retention = Retention::of(&self.settings());
        let now = self.ports.clock.now();
        let pruned = self
            .ports
            .transcripts
            .keeper
            .prune(retention, now, dry_run)
            .await?;
        self.monitor
            .turn(move |world| {
                let name = |id| {
                    let entry = world.entry(id).ok()?;
                    Some(entry.runner.name.to_string())
                };
                pruned
                    .into_iter()
                    .map(|pruned| (name(pruned.runner), pruned))
                    .collect()
            })
            .await
    }

    /// Removes what agents said and spent too long ago. Turns are kept as long as output.
    pub(super) async fn prune_ledger(&self) {
        let now = self.ports.clock.now();
        let before = |age| Timestamp(now.0.saturating_sub(millis(age)));
        let bounds = LedgerBounds {
            messages_since: before(MESSAGE_AGE),
            turns_since: before(self.settings().retention),
            turn_bytes: TURN_BYTES,
        };
        if let Err(error) = self.ports.ledger.prune(bounds).await {
            tracing::warn!(%error, "what agents said long ago could not be removed");
        }
    }

    /// Prunes now and then; lives until `shutdown`.
    pub async fn run_prune(self, shutdown: CancellationToken) {
        let mut wait = PRUNE_FIRST;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(wait) => {}
            }
            wait = PRUNE_EVERY;
            match self.prune(false).await {
                Ok(pruned) => {
                    for (_, pruned) in pruned {
                        tracing::info!(runner = %pruned.runner, bytes = pruned.bytes, "old output was removed");
                    }
                }
                Err(AppError::Ending) => return,
                Err(error) => tracing::warn!(%error, "old output could not be removed"),
            }
            self.prune_ledger().await;
        }
    }

    /// Brings everything that was printed so far to the disk.
    pub(super) async fn flush_all(&self) {
        let Ok(runners) = self
            .monitor
            .turn(|world| world.runners.keys().copied().collect::<Vec<_>>())
            .await
        else {
            return;
        };
        for id in runners {
            if let Err(error) = self.ports.transcripts.writer.flush(id, true).await {
                tracing::warn!(runner = %id, %error, "the end of its transcript is not on disk");
            }
        }
    }

    /// What recording will say; there is one receiver, so this answers `None` the second time.
    pub fn recordings(&self) -> Option<mpsc::Receiver<RecordingEvent>> {
        self.ports.transcripts.writer.recordings()
    }

    /// Takes what recording says of itself to the runners; lives until `shutdown`.
    pub async fn run_recordings(
        self,
        mut events: mpsc::Receiver<RecordingEvent>,
        shutdown: CancellationToken,
    ) {
        loop {
            let event = tokio::select! {
                () = shutdown.cancelled() => return,
                event = events.recv() => event,
            };
            let Some(RecordingEvent { runner, state }) = event else {
                return;
            };
            let told = self
                .monitor
                .turn(move |world| world.recording(runner, state))
                .await;
            if told.is_err() {
                return;
            }
        }
    }

    /// Removes the transcripts of runners that have left the list; lives until `shutdown`.
    pub async fn run_forget(self, mut left: mpsc::Receiver<RunnerId>, shutdown: CancellationToken) {
        loop {
            let id = tokio::select! {
                () = shutdown.cancelled() => return,
                id = left.recv() => id,
            };
            let Some(id) = id else { return };
            if let Err(error) = self.ports.transcripts.keeper.forget(id).await {
                tracing::warn!(runner = %id, %error, "its transcript could not be removed");
            }
            if let Err(error) = self.ports.ledger.forget(id).await {
                tracing::warn!(runner = %id, %error, "its turns could not be removed");
            }
        }
    }
}

impl super::world::World {
    fn recording(&mut self, id: RunnerId, state: Recording) {
        let Ok(entry) = self.entry_mut(id) else {
            return;
        };
        let name = entry.runner.name.to_string();
        let paused = match state {
            Recording::On => None,
            Recording::Paused { reason } => Some(reason),
            Recording::SetAside { aside } => {
                let sentence = format!(
                    "The transcript of runner \"{name}\" was damaged; what is left of it is {}.",
                    aside.display()
                );
                self.warn(sentence);
                if let Ok(entry) = self.entry_mut(id) {
                    // What the new file says of it stands on disk only.
                    entry.log_elsewhere();
                }
                None
            }
        };
        if let Ok(entry) = self.entry_mut(id)
            && entry.recording_paused != paused
        {
            entry.recording_paused = paused;
            self.touch(id);
        }
    }
}
