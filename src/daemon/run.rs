//! The life of the daemon: recover, serve, end.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use tokio::net::UnixListener;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::dispatch::{About, Service};
use super::limits::{LINGER, SHUTDOWN_TIMEOUT};
use super::listener::Listener;
use super::ownership::Ownership;
use super::signals::Signals;
use super::tasks::Tasks;
use crate::app::{App, AppError, Monitor};
use crate::config::Paths;
use crate::domain::time::Timestamp;
use crate::ports::mux::MuxEvent;

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
    /// The multiplexer gives its events to somebody else.
    #[error("the events of tmux were taken already")]
    NoEvents,
}

impl DaemonError {
    /// The next step, when there is one to tell.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Recover { source } => super::failure::body(source).hint,
            Self::Io { .. } | Self::NoEvents => None,
        }
    }
}

/// Everything that the daemon is made of, before it runs.
pub struct Daemon {
    /// The use cases.
    pub app: App,
    /// Their owner of state.
    pub monitor: Monitor,
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
        let events = self.events.take().ok_or(DaemonError::NoEvents)?;
        let server_gone = self.start_tasks(events);
        let served = match self.app.recover().await {
            Ok(()) => {
                self.serve(socket);
                ready();
                self.wait_for_end(&mut signals, server_gone).await;
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
        let missing = || failed(std::io::ErrorKind::NotConnected.into());
        let listener = self.ownership.listener().ok_or_else(missing)?;
        listener.set_nonblocking(true).map_err(failed)?;
        UnixListener::from_std(listener).map_err(failed)
    }

    /// Starts what lives as long as the daemon. Returns what tells whether the tmux server is gone.
    fn start_tasks(&mut self, events: mpsc::Receiver<MuxEvent>) -> watch::Receiver<bool> {
        let (gone, server_gone) = watch::channel(false);
        let (tasks, shutdown) = (&self.tasks, &self.shutdown);
        if let Some(overdue) = self.monitor.overdue() {
            let task = self.app.clone().run_overdue(overdue);
            tasks.spawn_vital("overdue", shutdown, Box::pin(task));
        }
        let task = self.app.clone().run_follow(events, gone, shutdown.clone());
        tasks.spawn_vital("follow", shutdown, Box::pin(task));
        let task = self.app.clone().run_publish(shutdown.clone());
        tasks.spawn_vital("publish", shutdown, Box::pin(task));
        let task = self.app.clone().run_save(shutdown.clone());
        tasks.spawn_vital("save", shutdown, Box::pin(task));
        server_gone
    }

    fn serve(&self, socket: UnixListener) {
        let about = Arc::new(About {
            socket: self.paths.socket.clone(),
            tmux_socket: self.paths.tmux_socket.clone(),
            log_file: self.paths.log_file.clone(),
            home: PathBuf::clone(&self.paths.home),
            started_at: self.started_at,
            connections: AtomicU32::new(0),
        });
        let service = Service::new(self.app.clone(), Arc::clone(&about), self.shutdown.clone());
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

    async fn wait_for_end(&self, signals: &mut Signals, server_gone: watch::Receiver<bool>) {
        tokio::select! {
            () = signals.ended() => tracing::info!("ending: a signal"),
            () = self.shutdown.cancelled() => tracing::info!("ending: asked to"),
            () = lingered(server_gone) => tracing::info!("ending: the tmux server is gone"),
        }
    }

    /// Stop accepting, cancel, join with a deadline, abort, report.
    async fn end(self) {
        let unpublished = tokio::time::timeout(SHUTDOWN_TIMEOUT / 4, self.app.unpublish()).await;
        if unpublished.is_err() {
            tracing::debug!("tmux did not take the last status in time");
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
