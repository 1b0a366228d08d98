//! The life of the daemon: recover, serve, end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use tokio::net::{UnixDatagram, UnixListener};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::dispatch::{About, Service};
use super::hooks::{self, HookListener};
use super::limits::{LINGER, SHUTDOWN_TIMEOUT};
use super::listener::Listener;
use super::ownership::{Ownership, OwnershipError};
use super::signals::Signals;
use super::tasks::Tasks;
use super::view;
use crate::app::{App, AppError, Monitor};
use crate::config::Paths;
use crate::domain::time::Timestamp;
use crate::ports::mux::MuxEvent;
use crate::ports::transcript::RecordingEvent;

/// Why the daemon could not begin.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The system refused something basic.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// tmux is missing or too old, or the runners could not be recovered.
    #[error("{source}")]
    Recover {
        /// Why.
        #[source]
        source: AppError,
    },
    /// Transcripts are to be encrypted, and the key cannot be used.
    #[error("{source}")]
    Key {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
        /// The next step.
        hint: String,
    },
    /// A part that there is only one of has been used already.
    #[error("the daemon was put together without {what}")]
    Missing {
        /// The part.
        what: &'static str,
    },
}

impl DaemonError {
    /// The next step, when there is one to tell.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Recover { source } => super::failure::body(source).hint,
            Self::Key { hint, .. } => Some(hint.clone()),
            Self::Io { .. } | Self::Missing { .. } => None,
        }
    }
}

/// Everything that the daemon is made of, before it runs.
pub struct Daemon {
    /// The use cases.
    pub app: App,
    /// Their owner of state; `None` is an error.
    pub monitor: Option<Monitor>,
    /// Events of the multiplexer; `None` is an error.
    pub events: Option<mpsc::Receiver<MuxEvent>>,
    /// The lock and the socket.
    pub ownership: Ownership,
    /// The task tree, which already runs the adapters.
    pub tasks: Tasks,
    /// The root of all shutdown: cancelled to end the daemon.
    pub shutdown: CancellationToken,
    /// Where things are.
    pub paths: Paths,
    /// What tells its build from others.
    pub build: String,
    /// When the daemon began.
    pub started_at: Timestamp,
}

impl Daemon {
    /// Lives until a signal, a `stop-daemon` request, or the end of its tmux server. `ready` is called once, when
    /// requests are answered.
    ///
    /// # Errors
    /// [`DaemonError`], before `ready` was called.
    pub async fn run(mut self, ready: impl FnOnce()) -> Result<(), DaemonError> {
        let mut signals = Signals::catch().map_err(|source| DaemonError::Io {
            what: "signals cannot be caught",
            source,
        })?;
        // Listen before anything is read: run parents that end now find the socket and wait.
        let socket = self.listen()?;
        let hooks = self.listen_to_hooks();
        let events = self.events.take();
        let events = events.ok_or(DaemonError::Missing {
            what: "the events of tmux",
        })?;
        let recordings = self.app.recordings();
        let recordings = recordings.ok_or(DaemonError::Missing {
            what: "what recording tells",
        })?;
        self.start_tasks()?;
        let asked_to_end = CancellationToken::new();
        let served = match self.app.recover().await {
            Ok(()) => {
                // Only now: before, what tmux has would be taken for new.
                let server_gone = self.follow(events);
                // And of runners that are not in the list yet nothing can be told.
                self.hear(recordings);
                self.serve(socket, &asked_to_end);
                self.hear_hooks(hooks);
                ready();
                self.wait_for_end(&mut signals, &asked_to_end, server_gone)
                    .await;
                Ok(())
            }
            Err(source) => Err(DaemonError::Recover { source }),
        };
        self.end().await;
        served
    }

    fn listen(&mut self) -> Result<UnixListener, DaemonError> {
        let failed = |source| DaemonError::Io {
            what: "the socket cannot be listened on",
            source,
        };
        let missing = DaemonError::Missing { what: "a socket" };
        let listener = self.ownership.listener().ok_or(missing)?;
        listener.set_nonblocking(true).map_err(failed)?;
        UnixListener::from_std(listener).map_err(failed)
    }

    /// Hooks are one source of several: without them the daemon knows less, and serves.
    fn listen_to_hooks(&mut self) -> Option<UnixDatagram> {
        let path = self.paths.hook_socket();
        let bound = self.ownership.bind_hooks(path).and_then(|socket| {
            let from_std = || {
                socket.set_nonblocking(true)?;
                UnixDatagram::from_std(socket)
            };
            from_std().map_err(|source| OwnershipError::Io {
                path: self.paths.hook_socket(),
                action: "listened on",
                source,
            })
        });
        bound
            .inspect_err(|error| tracing::warn!("hooks are not heard: {error}"))
            .ok()
    }

    /// Takes to the runners what their hooks tell.
    fn hear_hooks(&self, socket: Option<UnixDatagram>) {
        let Some(socket) = socket else { return };
        let (listener, hearing) = HookListener::new(socket, self.paths.tmux_socket.clone());
        let shutdown = &self.shutdown;
        let task = hooks::pass_on(self.app.clone(), hearing, shutdown.clone());
        self.tasks.spawn_vital("hooks", shutdown, Box::pin(task));
        let task = listener.run(shutdown.clone());
        self.tasks
            .spawn_vital("hook listener", shutdown, Box::pin(task));
    }

    /// Follows tmux. Returns what tells whether its server is gone.
    fn follow(&self, events: mpsc::Receiver<MuxEvent>) -> watch::Receiver<bool> {
        let (gone, server_gone) = watch::channel(false);
        let task = self
            .app
            .clone()
            .run_follow(events, gone, self.shutdown.clone());
        self.tasks
            .spawn_vital("follow", &self.shutdown, Box::pin(task));
        server_gone
    }

    /// Takes to the runners what recording says of itself.
    fn hear(&self, recordings: mpsc::Receiver<RecordingEvent>) {
        let app = self.app.clone();
        let task = app.run_recordings(recordings, self.shutdown.clone());
        self.tasks
            .spawn_vital("recordings", &self.shutdown, Box::pin(task));
    }

    /// Starts what lives as long as the daemon.
    fn start_tasks(&mut self) -> Result<(), DaemonError> {
        let missing = |what| move || DaemonError::Missing { what };
        let mut monitor = self.monitor.take().ok_or_else(missing("a monitor"))?;
        let overdue = monitor.overdue().ok_or_else(missing("its time limits"))?;
        let left = monitor.left();
        let notices = monitor.notices().ok_or_else(missing("its notices"))?;
        let asks = monitor.asks().ok_or_else(missing("its questions"))?;
        let (tasks, shutdown) = (&self.tasks, &self.shutdown);
        tasks.spawn_vital("monitor", shutdown, Box::pin(monitor.run(shutdown.clone())));
        let task = self.app.clone().run_overdue(overdue);
        tasks.spawn_vital("overdue", shutdown, Box::pin(task));
        let app = self.app.clone();
        let task = app.run_notify(notices, view::json, shutdown.clone());
        tasks.spawn_vital("notify", shutdown, Box::pin(task));
        let task = self.app.clone().run_publish(shutdown.clone());
        tasks.spawn_vital("publish", shutdown, Box::pin(task));
        let task = self.app.clone().run_residents(asks, shutdown.clone());
        tasks.spawn_vital("residents", shutdown, Box::pin(task));
        let task = self.app.clone().run_sampler(shutdown.clone());
        tasks.spawn_vital("sampler", shutdown, Box::pin(task));
        let task = self.app.clone().run_save(shutdown.clone());
        tasks.spawn_vital("save", shutdown, Box::pin(task));
        let left = left.ok_or_else(missing("those who leave the list"))?;
        let task = self.app.clone().run_forget(left, shutdown.clone());
        tasks.spawn_vital("forget", shutdown, Box::pin(task));
        let task = self.app.clone().run_prune(shutdown.clone());
        tasks.spawn_vital("prune", shutdown, Box::pin(task));
        Ok(())
    }

    fn serve(&self, socket: UnixListener, asked_to_end: &CancellationToken) {
        let about = Arc::new(About {
            socket: self.paths.socket.clone(),
            tmux_socket: self.paths.tmux_socket.clone(),
            log_file: self.paths.log_file.clone(),
            home: PathBuf::clone(&self.paths.home),
            build: self.build.clone(),
            started_at: self.started_at,
            connections: AtomicU32::new(0),
        });
        let service = Service::new(self.app.clone(), Arc::clone(&about), asked_to_end.clone());
        let listener = Listener {
            socket,
            service,
            about,
            tasks: self.tasks.clone(),
        };
        let task = listener.run(self.shutdown.clone());
        self.tasks
            .spawn_vital("listener", &self.shutdown, Box::pin(task));
    }

    async fn wait_for_end(
        &self,
        signals: &mut Signals,
        asked: &CancellationToken,
        server_gone: watch::Receiver<bool>,
    ) {
        tokio::select! {
            () = signals.ended() => tracing::info!("ending: a signal"),
            () = asked.cancelled() => tracing::info!("ending: asked to"),
            () = self.shutdown.cancelled() => tracing::error!("ending: a vital task has ended"),
            () = lingered(server_gone) => tracing::info!("ending: the tmux server is gone"),
        }
    }

    /// Save, cancel, join with a deadline, abort, report. The monitor and tmux must still be there for the first.
    async fn end(self) {
        if tokio::time::timeout(SHUTDOWN_TIMEOUT / 2, self.app.finish())
            .await
            .is_err()
        {
            tracing::warn!("the last changes could not be saved and told to tmux in time");
        }
        self.shutdown.cancel();
        let stuck = self.tasks.join(SHUTDOWN_TIMEOUT).await;
        if !stuck.is_empty() {
            tracing::warn!(?stuck, "tasks did not end in time and were aborted");
        }
    }
}

/// Returns when the server has been gone for [`LINGER`] without coming back.
async fn lingered(mut server_gone: watch::Receiver<bool>) {
    loop {
        if server_gone.wait_for(|gone| *gone).await.is_err() {
            return std::future::pending().await;
        }
        let back = server_gone.wait_for(|gone| !*gone);
        if tokio::time::timeout(LINGER, back).await.is_err() {
            return;
        }
    }
}
