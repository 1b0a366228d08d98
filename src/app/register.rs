//! `register`: watch what the user has running already: a session with all its panes, or one pane. Idempotent.

use std::time::Duration;

use super::adopt::Wish;
use super::entry::{Entry, RunnerNow};
use super::{App, AppError};
use crate::domain::ids::{PaneId, Pid, SessionId};
use crate::domain::key::SessionKey;
use crate::domain::kind::Kind;
use crate::ports::mux::{MuxError, MuxPane};
use crate::ports::process::Existing;

/// What to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterTarget {
    /// A session by id or exact name, with every pane that it has and will have.
    Session(String),
    /// One pane.
    Pane(PaneId),
    /// The pane in which that process runs.
    Process(Pid),
}

/// Wishes for what is registered.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// Name; of a session, for its active pane.
    pub name: Option<String>,
    /// Kind, instead of the one that the pane's command tells.
    pub kind: Option<String>,
    /// Session key to store in the session.
    pub key: Option<String>,
    /// Silence that makes it idle.
    pub idle_after: Option<Duration>,
}

/// What is registered now.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The runner of the pane, or of the session's active pane.
    pub runner: RunnerNow,
    /// Every runner of the session; of a single pane, the one.
    pub runners: Vec<RunnerNow>,
    /// How many of them are new.
    pub added: usize,
}

impl App {
    /// Registers `target`. What is registered already stays as it is, but for a kind that is given.
    ///
    /// # Errors
    /// `Mux` with `NoSession` or `NoPane`, `Process` with `NoProcess` or `NotInPane`, `RunnerLimit`, `KeyOfSession` and
    /// `KeyInUse` when the key is another session's, and what can be wrong with the wishes.
    pub async fn register(
        &self,
        target: RegisterTarget,
        wishes: Registration,
    ) -> Result<Registered, AppError> {
        let wish = self.check_wishes(wishes)?;
        let (sessions, panes) = self.ports.mux.layout().await?;
        let (handles, session) = match &target {
            RegisterTarget::Session(text) => {
                let id = super::sessions::find(&sessions, text)?.id;
                (
                    self.ports
                        .process
                        .monitor_existing(Existing::Session(id))
                        .await?,
                    Some(id),
                )
            }
            RegisterTarget::Pane(pane) => (
                self.ports
                    .process
                    .monitor_existing(Existing::Pane(*pane))
                    .await?,
                None,
            ),
            RegisterTarget::Process(pid) => (vec![self.ports.process.attach(*pid).await?], None),
        };
        let listed: Vec<MuxPane> = panes
            .iter()
            .filter(|pane| {
                handles
                    .iter()
                    .any(|handle| handle.place.pane == pane.place.pane)
            })
            .cloned()
            .collect();
        let Some(first) = first_pane(&listed, session) else {
            let target = format!("{target:?}");
            return Err(MuxError::NoPane { target }.into());
        };
        let named = first.place.pane;
        // Until its key is in the session, so that nobody else gives it to another one.
        let its_session = session.unwrap_or(first.place.session);
        let _claim = self
            .claim_key(wish.key.clone(), its_session, &sessions)
            .await?;
        self.want(&listed).await?;
        let mut added = 0;
        for pane in &listed {
            let mut wish = wish.clone();
            if pane.place.pane != named {
                wish.name = None;
            }
            added += usize::from(self.adopt(pane, session, wish).await?);
        }
        // Only now: from the mark on, every pane that is no runner becomes one by itself, with another name.
        if let Some(id) = session {
            let known = sessions
                .iter()
                .find(|known| known.id == id)
                .and_then(|s| s.key.clone());
            self.mark_registered(id, known, wish.key, named).await?;
        }
        self.saved().await?;
        self.registered(&listed, named, added).await
    }

    async fn mark_registered(
        &self,
        session: SessionId,
        known: Option<String>,
        wished: Option<SessionKey>,
        pane: PaneId,
    ) -> Result<(), AppError> {
        let key = wished.as_ref().map(ToString::to_string).or(known);
        let marks = &self.ports.marks;
        marks.mark_session(session, true, key.as_deref()).await?;
        match wished {
            Some(key) => self.keep_key(key, pane).await,
            None => Ok(()),
        }
    }

    /// The slot of a key whose session is registered has the runner of its active pane.
    async fn keep_key(&self, key: SessionKey, pane: PaneId) -> Result<(), AppError> {
        self.monitor
            .turn(move |world| {
                let runner = world.live_in(pane).map(|entry| entry.runner.id);
                world.reserve(&key, runner);
                if let Some(entry) = runner.and_then(|id| world.entry_mut(id).ok()) {
                    entry.runner.key = Some(key);
                }
            })
            .await?;
        self.follow_now().await
    }

    fn check_wishes(&self, wishes: Registration) -> Result<Wish, AppError> {
        let kind = wishes
            .kind
            .map(|kind| Kind::named(&kind).ok_or(AppError::UnknownKind { kind }))
            .transpose()?;
        let prefix = &self.settings().key_prefix;
        let key = wishes
            .key
            .map(|key| SessionKey::parse(&key, prefix))
            .transpose()?;
        Ok(Wish {
            name: wishes.name,
            kind,
            key,
            idle_after: wishes.idle_after,
        })
    }

    /// Panes that are registered are no longer forgotten.
    async fn want(&self, panes: &[MuxPane]) -> Result<(), AppError> {
        let wanted: Vec<PaneId> = panes.iter().map(|pane| pane.place.pane).collect();
        self.monitor
            .turn(move |world| {
                for pane in &wanted {
                    world.forgotten.remove(pane);
                }
                world.touch_store();
            })
            .await
    }

    async fn registered(
        &self,
        panes: &[MuxPane],
        first: PaneId,
        added: usize,
    ) -> Result<Registered, AppError> {
        let panes: Vec<PaneId> = panes.iter().map(|pane| pane.place.pane).collect();
        self.monitor
            .turn(move |world| {
                let runners: Vec<_> = panes
                    .iter()
                    .filter_map(|pane| world.live_in(*pane))
                    .map(Entry::now)
                    .collect();
                let runner = world.live_in(first).map(Entry::now);
                let runner = runner.or_else(|| runners.first().cloned()).ok_or_else(|| {
                    AppError::EndedAtStart {
                        reason: format!("Pane {first} was closed."),
                    }
                })?;
                Ok(Registered {
                    runner,
                    runners,
                    added,
                })
            })
            .await?
    }
}

/// The active pane of the session, else the first one.
fn first_pane(panes: &[MuxPane], session: Option<SessionId>) -> Option<&MuxPane> {
    panes
        .iter()
        .find(|pane| pane.active && session.is_none_or(|id| pane.place.session == id))
        .or_else(|| panes.first())
}
