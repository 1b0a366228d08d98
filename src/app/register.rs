//! `register`: watch what the user has running already: a session with all its panes, or one pane. Idempotent.

use std::time::Duration;

use uuid::Uuid;

use super::entry::{Entry, RunnerNow, Start};
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId};
use crate::domain::key::SessionKey;
use crate::domain::kind::Kind;
use crate::domain::name::RunnerName;
use crate::domain::runner::{Origin, Runner, Wishes};
use crate::domain::status::StatusState;
use crate::ports::mux::{MuxError, MuxPane};
use crate::ports::process::{Existing, MonitorOptions, ProcessHandle};

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

/// A registration, checked.
#[derive(Clone, Default)]
struct Wish {
    name: Option<String>,
    kind: Option<&'static Kind>,
    key: Option<SessionKey>,
    idle_after: Option<Duration>,
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

    /// Makes a pane a runner and watches it, unless it is one. True when it was none.
    async fn adopt(
        &self,
        pane: &MuxPane,
        session: Option<SessionId>,
        wish: Wish,
    ) -> Result<bool, AppError> {
        let settings = self.settings();
        let listed = pane.clone();
        let tag = self
            .monitor
            .turn(move |world| {
                if let Some(known) = world.live_in(listed.place.pane) {
                    let id = known.runner.id;
                    if let Some(kind) = wish.kind {
                        world.give_kind(id, kind);
                    }
                    return Ok(None);
                }
                world.check_limit(settings.runner_limit)?;
                let kind = wish
                    .kind
                    .unwrap_or_else(|| Kind::of_command(&listed.command));
                let idle_after = wish
                    .idle_after
                    .unwrap_or_else(|| settings.idle_after(kind.name));
                let id = enter(world, &listed, session, kind, idle_after, wish)?;
                Ok::<_, AppError>(Some((
                    RunTag {
                        runner: id,
                        run: world.entry(id)?.runner.run,
                    },
                    idle_after,
                )))
            })
            .await??;
        let Some((tag, idle_after)) = tag else {
            return Ok(false);
        };
        if let Err(error) = self.watch_found(tag, pane, idle_after, false).await {
            self.monitor
                .turn(move |world| drop(world.remove(tag.runner)))
                .await?;
            return Err(error);
        }
        Ok(true)
    }

    /// Adopts a pane that a registered session got, or that an earlier daemon had started.
    pub(super) async fn adopt_new(&self, pane: &MuxPane) -> Result<bool, AppError> {
        self.adopt(pane, None, Wish::default()).await
    }

    /// Watches a pane that was there before us.
    pub(super) async fn watch_found(
        &self,
        tag: RunTag,
        pane: &MuxPane,
        silence_after: Duration,
        has_run_parent: bool,
    ) -> Result<(), AppError> {
        let now = self.ports.clock.now().0 / 1000;
        let active = now.saturating_sub(pane.activity) < silence_after.as_secs().max(1);
        let handle = ProcessHandle {
            place: pane.place.clone(),
            program: None,
        };
        let options = MonitorOptions {
            silence_after,
            active,
            has_run_parent,
        };
        let stream = self.ports.process.monitor(&handle, options).await?;
        self.monitor
            .turn(move |world| world.apply(tag.runner, Fact::Found { active }))
            .await?;
        self.watch(tag, handle, stream).await
    }
}

/// The active pane of the session, else the first one.
fn first_pane(panes: &[MuxPane], session: Option<SessionId>) -> Option<&MuxPane> {
    panes
        .iter()
        .find(|pane| pane.active && session.is_none_or(|id| pane.place.session == id))
        .or_else(|| panes.first())
}

/// Puts a pane into the world: as the next run of the runner that ended in it, or as a new runner.
fn enter(
    world: &mut World,
    pane: &MuxPane,
    session: Option<SessionId>,
    kind: &'static Kind,
    idle_after: Duration,
    wish: Wish,
) -> Result<RunnerId, AppError> {
    let (now, tick) = (world.clock.now(), world.clock.tick());
    if let Some(id) = world.ended_in(pane.place.pane) {
        let entry = world.entry_mut(id)?;
        entry.start = Start::default();
        if let Some(given) = wish.kind {
            (entry.runner.kind, entry.runner.wishes.kind) = (given, Some(given));
        }
        entry.runner.run += 1;
        entry.runner.status = StatusState::starting(now, entry.runner.kind.prints);
        entry.runner.started_at = now;
        place(&mut entry.runner, pane);
        entry.begin_run(tick);
        world.touch(id);
        return Ok(id);
    }
    let name = match wish.name {
        Some(text) => world.claim_name(&text)?,
        None => world.free_name(&wished_name(pane, session)),
    };
    let id = pane
        .runner
        .filter(|id| !world.runners.contains_key(id))
        .unwrap_or_else(|| RunnerId::new(Uuid::now_v7()));
    let wishes = Wishes {
        idle_after,
        max_duration: None,
        output_dir: None,
        kind: wish.kind,
    };
    let mut runner = Runner::new(id, name, kind, Origin::Registered, wishes, now);
    runner.key = wish.key.or_else(|| world.key_of(pane));
    place(&mut runner, pane);
    world.insert(runner);
    Ok(id)
}

fn place(runner: &mut Runner, pane: &MuxPane) {
    runner.place = Some(pane.place.clone());
    runner.session_name.clone_from(&pane.session_name);
    runner.pid = Some(pane.place.pane_pid);
}

/// The session's name for the active pane of a session, with the pane's number behind it for every other.
fn wished_name(pane: &MuxPane, session: Option<SessionId>) -> RunnerName {
    let base = RunnerName::from_any(&pane.session_name);
    if session.is_some() && pane.active {
        base
    } else {
        base.with_suffix(pane.place.pane.0)
    }
}

impl World {
    /// The registered runner whose last run was in that pane, if it has ended.
    fn ended_in(&self, pane: PaneId) -> Option<RunnerId> {
        self.runners
            .values()
            .rev()
            .filter(|entry| entry.status().is_ended() && !entry.runner.is_ours())
            .find(|entry| {
                entry
                    .runner
                    .place
                    .as_ref()
                    .is_some_and(|place| place.pane == pane)
            })
            .map(|entry| entry.runner.id)
    }

    /// The key of the session that shows the pane.
    fn key_of(&self, pane: &MuxPane) -> Option<SessionKey> {
        let session = self
            .layout
            .sessions
            .iter()
            .find(|s| s.id == pane.place.session)?;
        // A key that somebody else wrote into the option is no key of ours.
        SessionKey::parse(session.key.as_deref()?, "").ok()
    }
}
