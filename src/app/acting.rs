//! What comes before every act on an agent: nobody else acts on it, the same agent lives in the pane, and what the pane shows is looked
//! at anew. An act is written into the transcript and the log.

use std::sync::{Arc, Weak};

use tokio::sync::{oneshot, watch};

use super::acting_error::ActError;
use super::limits::FACE_TIMEOUT;
use super::residents::occupant_in;
use super::waiter::{TurnWanted, Waited, Waiter};
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::ids::RunnerId;
use crate::domain::occupant::Occupant;
use crate::domain::prompt::Prompt;
use crate::domain::screen_rule::RuleSet;
use crate::domain::status::Status;
use crate::domain::transcript::RecordKind;
use crate::ports::mux::MuxError;
use crate::ports::process::{ProcessError, ProcessHandle};

/// Somebody acts on a runner. While this is held, nobody else does.
pub(super) struct Act {
    pub(super) id: RunnerId,
    pub(super) name: String,
    pub(super) handle: ProcessHandle,
    pub(super) rules: Arc<RuleSet>,
    /// The question on its screen, as it changes.
    pub(super) prompt: watch::Receiver<Option<Prompt>>,
    /// How often its screen was looked at.
    pub(super) looks: watch::Receiver<u64>,
    /// It waited for the person when this began, whoever says so.
    pub(super) was_asking: bool,
    /// What was done to it, as a participle.
    action: &'static str,
    tag: RunTag,
    occupant: Option<Occupant>,
    _held: Arc<()>,
}

/// What the pane shows now.
pub(super) struct Face {
    pub(super) prompt: Option<Prompt>,
    pub(super) rows: Vec<String>,
    pub(super) status: Status,
    /// The same for people, a part of a sentence: "it is idle (ready)".
    pub(super) told: String,
}

/// Who acts on a runner at present.
#[derive(Debug, Default)]
pub(super) struct Held(Weak<()>);

impl Held {
    fn take(&mut self) -> Option<Arc<()>> {
        if self.0.upgrade().is_some() {
            return None;
        }
        let held = Arc::new(());
        self.0 = Arc::downgrade(&held);
        Some(held)
    }
}

impl App {
    /// Begins to act on a runner.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Operation` when it has ended, `Busy`.
    pub(super) async fn begin_act(
        &self,
        runner: String,
        action: &'static str,
    ) -> Result<Act, AppError> {
        self.monitor
            .turn(move |world| world.begin_act(&runner, action))
            .await?
    }

    /// Does something to its end, though the one who asked for it goes away: half a prompt is worse than one too many, and what was
    /// pressed is written down.
    ///
    /// # Errors
    /// Those of `act`; `Ending`.
    pub(super) async fn to_its_end<T: Send + 'static>(
        &self,
        act: impl Future<Output = Result<T, AppError>> + Send + 'static,
    ) -> Result<T, AppError> {
        let (answer, answered) = oneshot::channel();
        let act = async move {
            // An error means that whoever asked is gone.
            let _gone = answer.send(act.await);
        };
        self.ports.spawn.spawn("act", Box::pin(act));
        answered.await.unwrap_or(Err(AppError::Ending))
    }

    /// Looks at its pane anew.
    ///
    /// # Errors
    /// `Moved`, `Process`, `Operation` when it has ended meanwhile.
    pub(super) async fn face(&self, act: &Act) -> Result<Face, AppError> {
        let place = &act.handle.place;
        if let Some(before) = &act.occupant {
            let now = occupant_in(&*self.ports.occupants, place.pane, place.pane_pid);
            if !now.is_some_and(|now| now.is_same(before)) {
                return Err(act.moved());
            }
        }
        let tag = act.tag;
        let (seen, is_seen) = oneshot::channel();
        self.monitor
            .turn(move |world| {
                if let Some(entry) = world.runners.get_mut(&tag.runner) {
                    entry.awareness.lookers.push(seen);
                }
            })
            .await?;
        self.ports.process.look(&act.handle).await?;
        // An error means that the runner has gone, which the next turn says.
        if let Err(_elapsed) = tokio::time::timeout(FACE_TIMEOUT, is_seen).await {
            let late = MuxError::TimedOut {
                command: "looking at its screen".to_owned(),
                seconds: FACE_TIMEOUT.as_secs(),
            };
            return Err(ProcessError::Mux(late).into());
        }
        let (occupant, action) = (act.occupant.clone(), act.action);
        let face = self
            .monitor
            .turn(move |world| world.face(tag, occupant.as_ref(), action))
            .await??;
        face.ok_or_else(|| act.moved())
    }

    /// Answers when its status is another than `status`, or when its agent has left.
    ///
    /// # Errors
    /// `RunnerNotFound`, `Ending`.
    pub(super) async fn another_status(
        &self,
        act: &Act,
        status: Status,
    ) -> Result<oneshot::Receiver<Waited>, AppError> {
        let (id, others) = (act.id, Status::ALL.into_iter());
        let wanted = others.filter(|other| *other != status).collect();
        let (answer, answered) = oneshot::channel();
        self.monitor
            .turn(move |world| {
                let entry = world.entry_mut(id)?;
                entry.wait(Waiter {
                    wanted,
                    turn: TurnWanted::No,
                    is_pinned: true,
                    answer,
                });
                Ok(answered)
            })
            .await?
    }

    /// Writes down that keys were pressed for something, and whether anything came of it.
    pub(super) async fn note_outcome(&self, act: &Act, what: String, is_seen: bool) {
        let what = if is_seen {
            what
        } else {
            format!("keys were pressed, and nothing was seen of it: {what}")
        };
        self.note(act, what).await;
    }

    /// Writes an act down.
    pub(super) async fn note(&self, act: &Act, what: String) {
        tracing::info!(runner = %act.id, name = %act.name, act = what);
        let tag = act.tag;
        let noted = self
            .monitor
            .turn(move |world| {
                let now = world.clock.now();
                if let Some(entry) = world.runners.get_mut(&tag.runner) {
                    entry.record(now, RecordKind::Note { text: what });
                }
            })
            .await;
        // An error means that the monitor is gone.
        drop(noted);
    }
}

impl Act {
    /// The agent that was meant lives there no more.
    pub(super) fn moved(&self) -> AppError {
        let moved = ActError::Moved {
            id: self.id,
            name: self.name.clone(),
        };
        moved.into()
    }
}

impl World {
    fn begin_act(&mut self, runner: &str, action: &'static str) -> Result<Act, AppError> {
        let (id, handle) = self.live_handle(runner, action)?;
        let entry = self.entry_mut(id)?;
        let name = entry.runner.name.to_string();
        let Some(held) = entry.awareness.acting.take() else {
            return Err(ActError::Busy { id, name }.into());
        };
        Ok(Act {
            id,
            name,
            handle,
            rules: entry.awareness.rules().cloned().unwrap_or_default(),
            prompt: entry.awareness.eye().prompt(),
            looks: entry.awareness.eye().looks(),
            was_asking: entry.status() == Status::Waiting,
            action,
            tag: RunTag {
                runner: id,
                run: entry.runner.run,
            },
            occupant: entry.awareness.occupant.clone(),
            _held: held,
        })
    }

    /// `None` when another agent lives there.
    fn face(
        &mut self,
        tag: RunTag,
        occupant: Option<&Occupant>,
        action: &'static str,
    ) -> Result<Option<Face>, AppError> {
        let (handle_id, _) = self.live_handle(&tag.runner.to_string(), action)?;
        let (at, now) = (self.clock.now(), self.clock.tick());
        let entry = self.entry_mut(handle_id)?;
        let is_same = match (occupant, &entry.awareness.occupant) {
            (Some(before), Some(now)) => before.is_same(now),
            (None, _) => true,
            (Some(_), None) => false,
        };
        if entry.runner.run != tag.run || !is_same {
            return Ok(None);
        }
        if let Some(rules) = entry.awareness.rules().cloned() {
            let signs = entry.look(&rules, at, now);
            for sign in signs {
                self.apply(tag.runner, Fact::Sign(sign));
            }
        }
        let entry = self.entry_mut(tag.runner)?;
        let rows = entry.rows().rows;
        let state = &entry.runner.status;
        let prompt = entry.prompt();
        let status = state.status();
        let told = match &prompt {
            Some(prompt) => format!(
                "it asks something ({}: {})",
                prompt.reason.as_str(),
                prompt.rule
            ),
            None => format!("it is {} ({})", status.as_str(), state.cause().as_str()),
        };
        Ok(Some(Face {
            prompt,
            rows,
            status,
            told,
        }))
    }
}
