//! Requests to use cases, one arm each; what the arms need is parsed here, once.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::status::status_wishes;
use super::streams::Stream;
use super::{acting, explain, failure, transcripts, view};
use crate::app::{App, AppError, Awaited, Decision, RunnerNow, StartMode, StopMode};
use crate::domain::ids::{Pid, RunnerId};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::wire::{
    Answer, DaemonView, ErrorBody, GetStatus, Hello, OLDEST_PROTOCOL, PROTOCOL, Request,
    StartRunner, StopDaemon, StopRunner, Tag, WaitRunner,
};

pub(super) type Result<T> = std::result::Result<T, ErrorBody>;

/// What became of a request.
pub(super) enum Outcome {
    /// An ordinary answer.
    Answer(Box<Result<Answer>>),
    /// The connection becomes a stream.
    Stream(Box<Stream>),
    /// The daemon was told to end.
    End,
}

/// What the daemon knows of itself.
#[derive(Debug)]
pub(super) struct About {
    pub(super) socket: PathBuf,
    pub(super) tmux_socket: PathBuf,
    pub(super) log_file: PathBuf,
    pub(super) home: PathBuf,
    pub(super) build: String,
    pub(super) started_at: Timestamp,
    pub(super) connections: AtomicU32,
}

/// Serves requests; one clone a connection.
#[derive(Clone)]
pub(super) struct Service {
    pub(super) app: App,
    pub(super) about: Arc<About>,
    shutdown: CancellationToken,
}

impl Service {
    pub(super) const fn new(app: App, about: Arc<About>, shutdown: CancellationToken) -> Self {
        Self {
            app,
            about,
            shutdown,
        }
    }

    /// Ends the daemon.
    pub(super) fn end(&self) {
        self.shutdown.cancel();
    }

    pub(super) async fn handle(&self, request: Request) -> Outcome {
        let streamed = match request {
            Request::StreamRunnerLogs(logs) => match transcripts::query(&logs) {
                Ok(query) => Stream::logs(&self.app, logs.runner, query).await,
                Err(refusal) => return Outcome::Answer(Box::new(Err(refusal))),
            },
            Request::StreamTranscript(read) => {
                match transcripts::place("from", read.from.as_deref()) {
                    Ok(from) => Stream::transcript(&self.app, read.runner, from).await,
                    Err(refusal) => return Outcome::Answer(Box::new(Err(refusal))),
                }
            }
            Request::Subscribe(wish) => Stream::changes(&self.app, wish.stats_every_ms).await,
            Request::GetStatus(GetStatus {
                icons,
                session,
                follow: true,
            }) => match status_wishes(icons.as_deref(), session.as_deref()) {
                Ok((icons, session)) => Ok(Stream::status(&self.app, icons, session)),
                Err(refusal) => return Outcome::Answer(Box::new(Err(refusal))),
            },
            Request::StopDaemon(stop) => return self.stop_daemon(stop),
            other => return Outcome::Answer(Box::new(self.answer(other).await)),
        };
        match streamed {
            Ok(stream) => Outcome::Stream(Box::new(stream)),
            Err(error) => Outcome::Answer(Box::new(Err(failure::body(&error)))),
        }
    }

    /// A client that wants another build asks for the end of the one that it met: by now another may have begun.
    fn stop_daemon(&self, stop: StopDaemon) -> Outcome {
        if stop.only.is_some_and(|build| build != self.about.build) {
            return Outcome::Answer(Box::new(Ok(Answer::default())));
        }
        Outcome::End
    }

    async fn answer(&self, request: Request) -> Result<Answer> {
        match request {
            Request::Hello(hello) => self.hello(&hello).await,
            Request::CreateRunner(create) => self.create(create).await,
            Request::AttachTmux(attach) => self.attach_tmux(attach).await,
            Request::ListRunners(list) => {
                let runners = self.app.list(list.session).await.map_err(refused)?;
                let runners = Some(runners.iter().map(view::runner).collect());
                Ok(Answer {
                    runners,
                    ..Answer::default()
                })
            }
            Request::GetRunner(of) => self.show(of.runner).await,
            Request::StartRunner(start) => self.start(start).await,
            Request::StopRunner(stop) => self.stop(stop).await,
            Request::PauseRunner(of) => one(self.app.pause(of.runner).await),
            Request::ResumeRunner(of) => one(self.app.resume(of.runner).await),
            Request::WaitRunner(wait) => self.wait(wait).await,
            Request::ForgetRunner(of) => one(self.app.forget(of.runner).await),
            Request::GetRunnerLogs(logs) => self.logs(logs).await,
            Request::ReadTranscript(read) => self.transcript(read).await,
            Request::GetScreen(screen) => self.screen(screen).await,
            Request::MarkRunner(mark) => self.mark(mark).await,
            Request::ReserveSlot(of) => self.reserve_slot(&of).await,
            Request::ListSlots(_) => self.list_slots().await,
            Request::ShowSlot(of) => self.show_slot(&of).await,
            Request::ReleaseSlot(of) => self.release_slot(&of).await,
            Request::ExplainRunner(one) => {
                let explanation = self.app.explain(one.runner).await.map_err(refused)?;
                Ok(explain::answer(&explanation))
            }
            Request::RenameRunner(rename) => one(self.app.rename(rename.runner, rename.name).await),
            Request::SendText(send) => self.send(send).await,
            Request::RestoreRunners(request) => self.restore(&request).await,
            Request::PruneTranscripts(prune) => self.prune(&prune).await,
            Request::AttachRunner(of) => {
                let attach = self.app.attach(of.runner).await.map_err(refused)?;
                Ok(Answer {
                    attach: Some(view::attach(attach)),
                    ..Answer::default()
                })
            }
            Request::AttachSlot(of) => self.attach_slot(&of).await,
            Request::GetStatus(status) => self.status(status).await,
            Request::DaemonStatus(_) => self.about().await,
            Request::GetStats(of) => self.stats(of).await,
            Request::GetUsage(of) => self.usage(of).await,
            Request::GetTurns(of) => self.turns(of).await,
            other => self.answer_rest(other).await,
        }
    }

    /// Keys for agents, sessions of tmux, and the reports of run parents.
    async fn answer_rest(&self, request: Request) -> Result<Answer> {
        match request {
            Request::ApprovePrompt(of) => self.answer_prompt(of, Decision::Approve).await,
            Request::DenyPrompt(of) => self.answer_prompt(of, Decision::Deny).await,
            Request::PeekRunner(of) => Ok(acting::peek(
                self.app.peek(of.runner).await.map_err(refused)?,
            )),
            Request::InterruptTurn(of) => one(self.app.interrupt(of.runner).await),
            Request::ListTmuxSessions(list) => self.list_sessions(&list).await,
            Request::AttachPane(to) => self.attach_pane(to).await,
            Request::TmuxSessionExists(of) => {
                let exists = self
                    .app
                    .session_exists(&of.session)
                    .await
                    .map_err(refused)?;
                Ok(Answer {
                    exists: Some(exists),
                    ..Answer::default()
                })
            }
            Request::ListHooks(_) => self.list_hooks().await,
            Request::NextRunner(next) => self.next(next).await,
            Request::SnoozeRunner(snooze) => self.snooze(snooze).await,
            Request::KillTmuxSession(of) => done(self.app.kill_session(&of.session).await),
            Request::GetMenu(menu) => self.menu(menu).await,
            Request::UninstallPlugin(_) => self.uninstall_plugin().await,
            Request::ShowMessage(message) => self.show_message(&message).await,
            Request::RunBegin(run) => done(
                self.app
                    .run_begin(runner_id(&run.runner_id)?, run.run)
                    .await,
            ),
            Request::RunStarted(run) => {
                let pid = pid("pid", run.pid)?;
                done(
                    self.app
                        .run_started(runner_id(&run.runner_id)?, run.run, pid)
                        .await,
                )
            }
            Request::RunFailed(run) => done(
                self.app
                    .run_failed(runner_id(&run.runner_id)?, run.run, run.message)
                    .await,
            ),
            Request::RunExited(run) => self.run_exited(&run).await,
            // Streams and the end are handled before; every other request has its arm.
            _ => Err(ErrorBody::new(
                Tag::Internal,
                "The daemon has no answer to that request.",
            )),
        }
    }

    async fn hello(&self, hello: &Hello) -> Result<Answer> {
        if !(OLDEST_PROTOCOL..=PROTOCOL).contains(&hello.protocol) {
            let message = format!(
                "The client speaks protocol {}, this daemon {OLDEST_PROTOCOL} to {PROTOCOL}.",
                hello.protocol
            );
            return Err(ErrorBody::new(Tag::ProtocolVersion, message)
                .hint("`geppetto daemon restart` starts the daemon of the installed version."));
        }
        self.about().await
    }

    async fn about(&self) -> Result<Answer> {
        let mut warnings = self.app.warnings().await.map_err(refused)?;
        warnings.extend(self.app.plugin_warnings().await);
        let runners = self.app.list(None).await.map_err(refused)?;
        let live = runners
            .iter()
            .filter(|now| !now.runner.status.status().is_ended())
            .count();
        let daemon = DaemonView {
            pid: std::process::id().cast_signed(),
            build: env!("CARGO_PKG_VERSION").to_owned(),
            protocol: PROTOCOL,
            socket: self.about.socket.display().to_string(),
            tmux_socket: self.about.tmux_socket.display().to_string(),
            tmux_version: self.app.tmux_version().await.map_err(refused)?,
            started_at_ms: self.about.started_at.0,
            log_file: Some(self.about.log_file.display().to_string()),
            connections: self.about.connections.load(Ordering::Relaxed),
            live_runners: u32::try_from(live).unwrap_or(u32::MAX),
            warnings,
        };
        Ok(Answer {
            daemon: Some(Box::new(daemon)),
            ..Answer::default()
        })
    }

    async fn show(&self, runner: String) -> Result<Answer> {
        let now = self.app.show(runner).await.map_err(refused)?;
        let history = self.app.history(now.runner.id).await;
        Ok(Answer {
            history: Some(history.iter().map(view::change).collect()),
            ..one(Ok(now))?
        })
    }

    async fn start(&self, request: StartRunner) -> Result<Answer> {
        let mode = if request.fresh {
            StartMode::Fresh
        } else {
            StartMode::Resume
        };
        one(self.app.start(request.runner, mode).await)
    }

    async fn stop(&self, request: StopRunner) -> Result<Answer> {
        let mode = if request.force {
            StopMode::Forced
        } else {
            StopMode::Graceful {
                grace: request.grace_ms.map(Duration::from_millis),
            }
        };
        one(self
            .app
            .stop(request.runner, mode, "Stopped by the user.")
            .await)
    }

    async fn wait(&self, request: WaitRunner) -> Result<Answer> {
        let statuses = request
            .statuses
            .iter()
            .map(|word| {
                Status::from_word(word)
                    .ok_or_else(|| wrong("statuses", &format!("There is no status {word:?}.")))
            })
            .collect::<Result<Vec<_>>>()?;
        let limit = request.timeout_ms.map(Duration::from_millis);
        let done = request.done;
        let awaited = Awaited { statuses, done };
        one(self.app.wait_for(request.runner, awaited, limit).await)
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err asks for"
)]
pub(super) fn refused(error: AppError) -> ErrorBody {
    failure::body(&error)
}

pub(super) fn one(result: std::result::Result<RunnerNow, AppError>) -> Result<Answer> {
    let now = result.map_err(refused)?;
    Ok(Answer {
        runner: Some(Box::new(view::runner(&now))),
        ..Answer::default()
    })
}

pub(super) fn done(result: std::result::Result<(), AppError>) -> Result<Answer> {
    result.map(|()| Answer::default()).map_err(refused)
}

pub(super) fn wrong(field: &str, sentence: &str) -> ErrorBody {
    let mut body = ErrorBody::new(Tag::Validation, sentence);
    body.field = Some(field.to_owned());
    body
}

pub(super) fn positive(field: &str, millis: Option<u64>) -> Result<Option<Duration>> {
    match millis {
        Some(0) => Err(wrong(field, &format!("{field} must be above 0."))),
        Some(millis) => Ok(Some(Duration::from_millis(millis))),
        None => Ok(None),
    }
}

pub(super) fn runner_id(text: &str) -> Result<RunnerId> {
    text.parse()
        .map_err(|error| wrong("runnerId", &format!("{error}.")))
}

pub(super) fn pid(field: &str, raw: i32) -> Result<Pid> {
    Pid::new(raw).ok_or_else(|| wrong(field, "A process id is above 0."))
}
