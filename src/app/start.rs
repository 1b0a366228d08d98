//! `start`: run an ended runner again, in a new window.

use super::entry::{RunnerNow, Start};
use super::world::World;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::runner::{Origin, Wishes};
use crate::domain::status::StatusState;
use crate::domain::text::tmux_safe;
use crate::ports::mux::MuxError;
use crate::ports::process::{ProcessError, SpawnSpec, SpawnTarget};

impl App {
    /// Starts it with the command, directory and environment it was created with. Its log goes on.
    ///
    /// # Errors
    /// `Operation` when it has not ended, `NotOurs` when it was registered, `NoDirectory`, `CommandNotFound`,
    /// `RunnerLimit`, and what tmux and the program meet: then it is as ended as before.
    pub async fn start(&self, runner: String) -> Result<RunnerNow, AppError> {
        let limit = self.settings().runner_limit;
        let (spec, wishes) = self
            .monitor
            .turn(move |world| plan(world, &runner, limit))
            .await??;
        if !self.ports.files.is_directory(&spec.launch.cwd) {
            return Err(AppError::NoDirectory {
                path: spec.launch.cwd,
            });
        }
        let program = spec.launch.command.first().cloned().unwrap_or_default();
        let search = spec.launch.env.get("PATH").map(String::as_str);
        if self
            .ports
            .files
            .find_program(&program, &spec.launch.cwd, search)
            .is_none()
        {
            return Err(AppError::CommandNotFound { program });
        }
        let id = spec.runner;
        let before = self
            .monitor
            .turn(move |world| begin_run(world, id))
            .await??;
        if let Err(error) = self.relaunch(spec, &wishes).await {
            self.monitor
                .turn(move |world| restore(world, id, before))
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

fn plan(world: &World, text: &str, limit: usize) -> Result<(SpawnSpec, Wishes), AppError> {
    let runner = &world.find(text)?.runner;
    let name = runner.name.to_string();
    let status = runner.status.status();
    if !status.is_ended() {
        return Err(AppError::Operation {
            id: runner.id,
            name,
            action: "started",
            status,
        });
    }
    let Origin::Started(launch) = &runner.origin else {
        return Err(AppError::NotOurs {
            id: runner.id,
            name,
        });
    };
    world.check_limit(limit)?;
    let spec = SpawnSpec {
        runner: runner.id,
        run: runner.run + 1,
        name: runner.name.clone(),
        launch: launch.clone(),
        target: target(world, runner),
    };
    Ok((spec, runner.wishes.clone()))
}

/// The session of the key, else the session it was in if that is still there, else one of the same name.
fn target(world: &World, runner: &crate::domain::runner::Runner) -> SpawnTarget {
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

/// Everything of a run that the next one replaces.
struct Before {
    status: StatusState,
    place: Option<crate::domain::runner::Place>,
    pid: Option<crate::domain::ids::Pid>,
    started_at: crate::domain::time::Timestamp,
}

fn begin_run(world: &mut World, id: RunnerId) -> Result<Before, AppError> {
    let now = world.clock.now();
    let entry = world.entry_mut(id)?;
    let runner = &mut entry.runner;
    let status = runner.status.status();
    if !status.is_ended() {
        // Somebody else started it between the plan and now.
        let name = runner.name.to_string();
        return Err(AppError::Operation {
            id,
            name,
            action: "started",
            status,
        });
    }
    let before = Before {
        status: std::mem::replace(&mut runner.status, StatusState::starting(now)),
        place: runner.place.take(),
        pid: runner.pid.take(),
        started_at: std::mem::replace(&mut runner.started_at, now),
    };
    runner.run += 1;
    entry.start = Start::default();
    entry.begin_run();
    world.touch(id);
    Ok(before)
}

fn restore(world: &mut World, id: RunnerId, before: Before) {
    let Ok(entry) = world.entry_mut(id) else {
        return;
    };
    entry.watch = None;
    entry.start = Start::default();
    entry.runner.status = before.status;
    entry.runner.place = before.place;
    entry.runner.pid = before.pid;
    entry.runner.started_at = before.started_at;
    world.touch(id);
}
