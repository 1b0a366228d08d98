//! A pane that becomes a runner: by the user's wish, as one of a registered session, or because an earlier daemon had started what is
//! in it.

use std::time::Duration;

use uuid::Uuid;

use super::entry::Start;
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::evidence::Fact;
use crate::domain::ids::{PaneId, RunnerId, SessionId};
use crate::domain::key::SessionKey;
use crate::domain::kind::Kind;
use crate::domain::name::RunnerName;
use crate::domain::runner::{Origin, Runner, Wishes};
use crate::domain::status::StatusState;
use crate::ports::mux::MuxPane;
use crate::ports::process::{MonitorOptions, ProcessHandle};

/// A registration, checked.
#[derive(Clone, Default)]
pub(super) struct Wish {
    pub(super) name: Option<String>,
    pub(super) kind: Option<&'static Kind>,
    pub(super) key: Option<SessionKey>,
    pub(super) idle_after: Option<Duration>,
}

impl App {
    /// Makes a pane a runner and watches it, unless it is one. True when it was none.
    pub(super) async fn adopt(
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
