//! Accepts connections: of our own user only, and not more than the limit.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::connection::Connection;
use super::dispatch::{About, Service};
use super::limits::{ANSWER_TIMEOUT, CONNECTIONS};
use super::tasks::Tasks;
use crate::ports::spawn::Spawn;
use crate::wire::{AnswerLine, ErrorBody, Tag};

/// Pause after a failed accept (out of file descriptors), so that it is not tried in a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The listening task.
pub(super) struct Listener {
    pub(super) socket: UnixListener,
    pub(super) service: Service,
    pub(super) about: Arc<About>,
    pub(super) tasks: Tasks,
}

impl Listener {
    /// Accepts until `shutdown`.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = shutdown.cancelled() => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => self.admit(stream, &shutdown),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: UnixStream, shutdown: &CancellationToken) {
        let ours = rustix::process::getuid().as_raw();
        match stream.peer_cred() {
            Ok(peer) if peer.uid() == ours => {}
            Ok(peer) => {
                tracing::warn!(uid = peer.uid(), "refused a connection of another user");
                return;
            }
            Err(error) => {
                tracing::warn!(%error, "refused a connection of an unknown user");
                return;
            }
        }
        let place = Place::take(&self.about);
        if self.about.connections.load(Ordering::Relaxed) as usize > CONNECTIONS {
            self.tasks.spawn("refusal", Box::pin(refuse(stream, place)));
            return;
        }
        let connection = Connection::new(stream, self.service.clone());
        let shutdown = shutdown.clone();
        let task = async move {
            let _place = place;
            connection.run(shutdown).await;
        };
        self.tasks.spawn("connection", Box::pin(task));
    }
}

/// One counted connection.
struct Place(Arc<About>);

impl Place {
    fn take(about: &Arc<About>) -> Self {
        about.connections.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(about))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn refuse(mut stream: UnixStream, place: Place) {
    // A refusal holds no place: it ends by itself within the time for an answer.
    drop(place);
    let message = format!("The daemon has {CONNECTIONS} connections already.");
    let body = ErrorBody::new(Tag::Unavailable, message).hint("Close some clients and try again.");
    let Ok(mut line) = serde_json::to_vec(&AnswerLine::new(None, Err(body))) else {
        return;
    };
    line.push(b'\n');
    // The client is closed whether it took the answer or not.
    let _closed = tokio::time::timeout(ANSWER_TIMEOUT, stream.write_all(&line)).await;
}
