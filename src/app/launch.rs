//! Starting a run: open the window, watch it, let the program begin, and hear that it runs. Shared by `new` and
//! `start`. On any failure nothing is left behind in tmux; what becomes of the runner is the caller's business.

use std::pin::Pin;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::entry::StartResult;
use super::limits::START_TIMEOUT;
use super::world::RunTag;
use super::{App, AppError, conversation};
use crate::domain::conversation::ConversationId;
use crate::domain::exit::ExitSource;
use crate::domain::ids::RunnerId;
use crate::domain::kind::Kind;
use crate::domain::runner::{Launch, Wishes};
use crate::ports::process::{MonitorOptions, ProcessError, ProcessEvent, ProcessHandle, SpawnSpec};

/// The same, for an agent that is to go on with a conversation. What is kept of the runner stays as the user typed it.
fn with_conversation(spec: &SpawnSpec, resumed: Option<&ConversationId>) -> SpawnSpec {
    let mut spec = spec.clone();
    if let Some(command) = resumed.and_then(|id| conversation::command(&spec.launch, id)) {
        spec.launch.command = command;
    }
    spec
}

impl App {
    /// Starts the run `spec.run` of a runner that is in the world and has no place yet.
    pub(super) async fn launch(&self, spec: &SpawnSpec, wishes: &Wishes) -> Result<(), AppError> {
        let tag = RunTag {
            runner: spec.runner,
            run: spec.run,
        };
        let (started, starting) = oneshot::channel();
        let (kind, resumed) = self
            .monitor
            .turn(move |world| {
                let entry = world.entry_mut(tag.runner)?;
                entry.start.started = Some(started);
                Ok::<_, AppError>((entry.runner.kind, entry.resumed().cloned()))
            })
            .await??;
        let spec = &self.with_hooks(&with_conversation(spec, resumed.as_ref()), kind);
        // A daemon that is killed from here on leaves a record, by which the next one finds the pane.
        self.saved().await?;
        let handle = self.ports.process.spawn(spec).await?;
        let outcome = self
            .begin(tag, &handle, wishes, starting, &spec.launch)
            .await;
        if outcome.is_err()
            && let Err(error) = self.ports.process.close(&handle).await
        {
            tracing::warn!(runner = %tag.runner, %error, "the window of a failed start stays open");
        }
        outcome
    }

    /// The same, for an agent that can be told at its start to call our hooks. What is kept of the runner stays as the user typed it.
    fn with_hooks(&self, spec: &SpawnSpec, kind: &'static Kind) -> SpawnSpec {
        let mut spec = spec.clone();
        if self.settings().launch_hooks
            && let [program, arguments @ ..] = spec.launch.command.as_slice()
            && Kind::of_command(program) == kind
        {
            let hooks = self.ports.hooks.launch_arguments(kind, arguments);
            spec.launch.command.splice(1..1, hooks);
        }
        spec
    }

    async fn begin(
        &self,
        tag: RunTag,
        handle: &ProcessHandle,
        wishes: &Wishes,
        starting: oneshot::Receiver<StartResult>,
        launch: &Launch,
    ) -> Result<(), AppError> {
        let place = handle.place.clone();
        let session = place.session;
        let is_known = self
            .monitor
            .turn(move |world| world.session_name(session).is_some())
            .await?;
        if !is_known {
            self.follow_now().await?;
        }
        self.monitor
            .turn(move |world| {
                let session = world.session_name(place.session);
                let entry = world.entry_mut(tag.runner)?;
                entry.runner.place = Some(place);
                entry.runner.session_name = session.unwrap_or_default();
                Ok::<_, AppError>(())
            })
            .await??;
        let options = MonitorOptions {
            silence_after: wishes.idle_after,
            active: true,
            has_run_parent: true,
        };
        let stream = self.ports.process.monitor(handle, options).await?;
        self.watch(tag, handle.clone(), stream).await?;
        let program = || launch.command.first().cloned().unwrap_or_default();
        match tokio::time::timeout(START_TIMEOUT, starting).await {
            Ok(Ok(Ok(_pid))) => Ok(()),
            Ok(Ok(Err(reason))) => Err(ProcessError::Spawn {
                program: program(),
                reason,
            }
            .into()),
            Ok(Err(_dropped)) => Err(AppError::Ending),
            Err(_elapsed) => Err(AppError::StartTimedOut {
                program: program(),
                seconds: START_TIMEOUT.as_secs(),
            }),
        }
    }

    /// Pumps a stream into the monitor and lets a waiting run parent begin.
    pub(super) async fn watch(
        &self,
        tag: RunTag,
        handle: ProcessHandle,
        stream: mpsc::Receiver<ProcessEvent>,
    ) -> Result<(), AppError> {
        let stopped = CancellationToken::new();
        let guard = stopped.clone().drop_guard();
        let app = self.clone();
        self.ports.spawn.spawn(
            "pump",
            Box::pin(async move { app.pump(tag, &handle, stream, stopped).await }),
        );
        self.monitor
            .turn(move |world| {
                let now = world.clock.tick();
                let entry = world.entry_mut(tag.runner)?;
                entry.vitals.watched(now);
                entry.watch = Some(guard);
                entry.start.watched = true;
                for begin in entry.start.begin.drain(..) {
                    // An error means that the run parent has gone away.
                    let _gone = begin.send(());
                }
                Ok(())
            })
            .await?
    }

    /// Passes one run's events on until its stream ends or `stopped` is cancelled.
    async fn pump(
        self,
        tag: RunTag,
        handle: &ProcessHandle,
        mut stream: mpsc::Receiver<ProcessEvent>,
        stopped: CancellationToken,
    ) {
        loop {
            let event = tokio::select! {
                biased;
                () = stopped.cancelled() => return,
                event = stream.recv() => event,
            };
            let Some(mut event) = event else { return };
            if let ProcessEvent::Exit(exit) = &mut event {
                *exit = self.true_exit(tag.runner, tag.run, *exit).await;
            }
            let is_silence = matches!(event, ProcessEvent::Silence { .. });
            let is_exit = matches!(event, ProcessEvent::Exit(_));
            let is_respawn = matches!(&event, ProcessEvent::Exit(exit) if exit.source == ExitSource::PaneRespawned);
            if !self.monitor.observe(tag, event).await {
                return;
            }
            if is_silence && let Err(error) = self.ports.process.look(handle).await {
                tracing::debug!(runner = %tag.runner, %error, "its screen cannot be compared");
            }
            if is_exit {
                self.make_durable(tag.runner).await;
            }
            // Until now the new process was in the pane of a live runner.
            if is_respawn && let Err(error) = self.look_again().await {
                tracing::debug!(runner = %tag.runner, %error, "the next layout shows what is in its pane now");
            }
        }
    }

    /// Boxed, since following starts pumps.
    fn look_again(&self) -> Pin<Box<dyn Future<Output = Result<(), AppError>> + Send + '_>> {
        Box::pin(self.follow_now())
    }

    /// What a run printed must outlive a power cut once it is over.
    async fn make_durable(&self, id: RunnerId) {
        // A turn behind the exit: the last lines are in line for the store by then.
        let _ending = self.monitor.turn(|_| ()).await;
        if let Err(error) = self.ports.transcripts.writer.flush(id, true).await {
            tracing::warn!(runner = %id, %error, "the end of its transcript is not on disk yet");
        }
    }

    /// Sets the deadline of a run that has begun.
    pub(super) async fn arm(&self, id: RunnerId, limit: Option<Duration>) -> Result<(), AppError> {
        let Some(limit) = limit else { return Ok(()) };
        self.monitor
            .turn(move |world| {
                let due = world.clock.tick().after(limit);
                world.entry_mut(id)?.deadline = Some(due);
                Ok(())
            })
            .await?
    }
}
