//! `start`: run an ended runner again, in a new window, with the conversation that its agent had last. What is checked and what begins
//! are one turn, so that of two who start the same runner, or two runners of one key or one conversation, one is refused.

use super::conversation::Assumed;
use super::entry::{RunnerNow, Start};
use super::world::World;
use super::{App, AppError};
use crate::domain::conversation::KeptConversation;
use crate::domain::ids::{Pid, RunnerId};
use crate::domain::kind::Kind;
use crate::domain::name::RunnerName;
use crate::domain::runner::{Launch, Origin, Place, Runner, Wishes};
use crate::domain::status::StatusState;
use crate::domain::text::tmux_safe;
use crate::domain::time::Timestamp;
use crate::ports::mux::MuxError;
use crate::ports::process::{ProcessError, SpawnSpec, SpawnTarget};

/// How the next run of a runner begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartMode {
    /// With the conversation that its agent had last, when there is one that it can take up again.
    Resume,
    /// As its command was typed.
    Fresh,
}

/// What a runner is from its next run on.
pub(super) struct Remade {
    pub(super) kind: &'static Kind,
    pub(super) launch: Launch,
    pub(super) wishes: Wishes,
    /// `None` leaves it its name.
    pub(super) name: Option<RunnerName>,
}

/// What the next run of a runner is.
pub(super) enum Next {
    /// The same again.
    Same(StartMode),
    /// What was asked for in its place.
    Another(Remade),
}

/// A run that has begun in the world and not yet in tmux.
pub(super) struct Begun {
    spec: SpawnSpec,
    wishes: Wishes,
    before: Before,
}

/// Everything of a runner that a next run replaces.
struct Before {
    name: RunnerName,
    kind: &'static Kind,
    origin: Origin,
    wishes: Wishes,
    status: StatusState,
    place: Option<Place>,
    pid: Option<Pid>,
    started_at: Timestamp,
    conversation: Option<KeptConversation>,
}

impl App {
    /// Starts it with the command, directory and environment it was created with. Its log goes on, and so does its conversation.
    ///
    /// # Errors
    /// `Operation` when it has not ended, `NotOurs` when it was registered, `KeyInUse` when another has its key, `ConversationInUse`
    /// when another has its conversation, `NoDirectory`, `CommandNotFound`, `RunnerLimit`, and what tmux and the program meet: then it is as ended as before.
    pub async fn start(&self, runner: String, mode: StartMode) -> Result<RunnerNow, AppError> {
        let limit = self.settings().runner_limit;
        let (id, launch) = self
            .monitor
            .turn(move |world| {
                let id = world.resolve(&runner)?;
                Ok::<_, AppError>((id, world.startable(id, limit)?))
            })
            .await??;
        if !self.ports.files.is_directory(&launch.cwd) {
            return Err(AppError::NoDirectory { path: launch.cwd });
        }
        let program = launch.command.first().cloned().unwrap_or_default();
        let search = launch.env.get("PATH").map(String::as_str);
        if self
            .ports
            .files
            .find_program(&program, &launch.cwd, search)
            .is_none()
        {
            return Err(AppError::CommandNotFound { program });
        }
        let begun = self
            .monitor
            .turn(move |world| world.begin_again(id, Next::Same(mode), limit))
            .await??;
        self.run_again(begun).await
    }

    /// Brings a run that has begun into tmux. When that fails, the runner is what it was before.
    pub(super) async fn run_again(&self, begun: Begun) -> Result<RunnerNow, AppError> {
        let Begun {
            spec,
            wishes,
            before,
        } = begun;
        let id = spec.runner;
        if let Err(error) = self.relaunch(spec, &wishes).await {
            self.monitor
                .turn(move |world| world.take_back(id, before))
                .await?;
            return Err(error);
        }
        self.arm(id, wishes.max_duration).await?;
        self.saved().await?;
        self.show(id.to_string()).await
    }

    /// Launches; in a new session of the old name when the old session has just ended with its last window.
    async fn relaunch(&self, mut spec: SpawnSpec, wishes: &Wishes) -> Result<(), AppError> {
        let launched = self.launch(&spec, wishes).await;
        let gone = matches!(
            launched,
            Err(AppError::Process(ProcessError::Mux(
                MuxError::NoSession { .. }
            )))
        );
        if !gone || !matches!(spec.target, SpawnTarget::Session(_)) {
            return launched;
        }
        let id = spec.runner;
        let name = self.show(id.to_string()).await?.runner.session_name;
        spec.target = SpawnTarget::Named {
            name: tmux_safe(&name),
            key: None,
        };
        self.launch(&spec, wishes).await
    }
}

impl World {
    /// What a runner is started with, if it may be started.
    fn startable(&self, id: RunnerId, limit: usize) -> Result<Launch, AppError> {
        let runner = &self.entry(id)?.runner;
        let status = runner.status.status();
        if !status.is_ended() {
            return Err(AppError::Operation {
                id,
                name: runner.name.to_string(),
                action: "started",
                status,
            });
        }
        let Origin::Started(launch) = &runner.origin else {
            return Err(AppError::NotOurs {
                id,
                name: runner.name.to_string(),
            });
        };
        self.check_limit(limit)?;
        if let Some(key) = &runner.key {
            self.check_live_key(key)?;
        }
        Ok(launch.clone())
    }

    /// Begins the next run of a runner, checked once more: somebody else may have been faster.
    pub(super) fn begin_again(
        &mut self,
        id: RunnerId,
        next: Next,
        limit: usize,
    ) -> Result<Begun, AppError> {
        let mut launch = self.startable(id, limit)?;
        let resumed = match next {
            Next::Same(StartMode::Resume) => self.resumable(id).cloned(),
            Next::Same(StartMode::Fresh) | Next::Another(_) => None,
        };
        if let Some(conversation) = &resumed {
            self.check_conversation(id, conversation)?;
        }
        let target = target(self, &self.entry(id)?.runner);
        let (now, tick) = (self.clock.now(), self.clock.tick());
        let entry = self.entry_mut(id)?;
        let runner = &mut entry.runner;
        let before = Before {
            name: runner.name.clone(),
            kind: runner.kind,
            origin: runner.origin.clone(),
            wishes: runner.wishes.clone(),
            status: std::mem::replace(
                &mut runner.status,
                StatusState::starting(now, runner.kind.prints),
            ),
            place: runner.place.take(),
            pid: runner.pid.take(),
            started_at: std::mem::replace(&mut runner.started_at, now),
            conversation: runner.conversation.clone(),
        };
        if let Next::Another(remade) = next {
            launch = remade.launch;
            runner.origin = Origin::Started(launch.clone());
            (runner.kind, runner.wishes) = (remade.kind, remade.wishes);
            runner.name = remade.name.unwrap_or_else(|| before.name.clone());
            runner.conversation = None;
        }
        runner.run += 1;
        let spec = SpawnSpec {
            runner: id,
            run: runner.run,
            name: runner.name.clone(),
            launch,
            target,
        };
        let wishes = runner.wishes.clone();
        entry.start = Start::default();
        // The agent of the run before told it.
        entry.awareness.conversation = None;
        entry.assumed = resumed.map_or(Assumed::Nothing, |one| Assumed::Resumed(one.id));
        entry.begin_run(tick);
        self.touch(id);
        Ok(Begun {
            spec,
            wishes,
            before,
        })
    }

    /// The run did not come about.
    fn take_back(&mut self, id: RunnerId, before: Before) {
        // Somebody else may have taken the name that it had given up.
        let name = match self.entry(id) {
            Ok(entry) if entry.runner.name != before.name => self.free_name(&before.name),
            _ => before.name,
        };
        let Ok(entry) = self.entry_mut(id) else {
            return;
        };
        entry.watch = None;
        entry.start = Start::default();
        entry.assumed = Assumed::Nothing;
        let runner = &mut entry.runner;
        runner.name = name;
        runner.kind = before.kind;
        runner.origin = before.origin;
        runner.wishes = before.wishes;
        runner.status = before.status;
        runner.place = before.place;
        runner.pid = before.pid;
        runner.started_at = before.started_at;
        runner.conversation = before.conversation;
        self.touch(id);
    }
}

/// The session of the key, else the session it was in if that is still there, else one of the same name.
fn target(world: &World, runner: &Runner) -> SpawnTarget {
    if let Some(key) = &runner.key {
        return SpawnTarget::Named {
            name: key.session_name(),
            key: Some(key.to_string()),
        };
    }
    let session = runner.place.as_ref().map(|place| place.session);
    match session.filter(|id| {
        world
            .layout
            .sessions
            .iter()
            .any(|session| session.id == *id)
    }) {
        Some(id) => SpawnTarget::Session(id),
        None => SpawnTarget::Named {
            name: tmux_safe(&runner.session_name),
            key: None,
        },
    }
}
