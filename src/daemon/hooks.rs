//! Hears what hooks tell: one datagram a call. Whoever sends waits for nothing, so the socket is emptied at once, and what the
//! use cases cannot follow waits here. And answers what was heard.

use std::path::PathBuf;

use tokio::net::UnixDatagram;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::dispatch::{Result, Service, refused};
use super::limits::{HOOK_PAUSE, HOOKS};
use crate::app::{App, HookSeen};
use crate::domain::kind::Kind;
use crate::domain::text::printable;
use crate::domain::time::Timestamp;
use crate::ports::agents::HookMessage;
use crate::wire::{Answer, HookCall, HookView, MAX_HOOK_BYTES};

/// The task that empties the socket.
pub(super) struct HookListener {
    pub(super) socket: UnixDatagram,
    /// Our tmux server: panes of another one are not ours.
    pub(super) tmux_socket: PathBuf,
    pub(super) heard: mpsc::Sender<HookMessage>,
}

impl HookListener {
    /// The listener, and what [`pass_on`] takes.
    pub(super) fn new(
        socket: UnixDatagram,
        tmux_socket: PathBuf,
    ) -> (Self, mpsc::Receiver<HookMessage>) {
        let (heard, hearing) = mpsc::channel(HOOKS);
        let listener = Self {
            socket,
            tmux_socket,
            heard,
        };
        (listener, hearing)
    }

    /// Listens until `shutdown`.
    pub(super) async fn run(self, shutdown: CancellationToken) {
        // One byte more than a message may have: what fills it was cut off by the system.
        let mut room = vec![0; MAX_HOOK_BYTES + 1];
        loop {
            let received = tokio::select! {
                () = shutdown.cancelled() => return,
                received = self.socket.recv(&mut room) => received,
            };
            match received {
                Ok(length) => self.hear(room.get(..length).unwrap_or_default()),
                Err(error) => {
                    tracing::warn!(%error, "a hook could not be heard");
                    tokio::time::sleep(HOOK_PAUSE).await;
                }
            }
        }
    }

    fn hear(&self, datagram: &[u8]) {
        if datagram.len() > MAX_HOOK_BYTES {
            tracing::debug!("a hook told too much at once");
            return;
        }
        match serde_json::from_slice(datagram) {
            Ok(call) => {
                if let Some(message) = self.message(call)
                    && self.heard.try_send(message).is_err()
                {
                    tracing::warn!("a hook was not heard: too many wait already");
                }
            }
            Err(error) => tracing::debug!(%error, "a hook told what is no message"),
        }
    }

    fn message(&self, call: HookCall) -> Option<HookMessage> {
        let is_ours = |socket: &str| self.tmux_socket.as_os_str() == socket;
        let pane = call
            .pane
            .filter(|_| call.tmux_socket.as_deref().is_some_and(is_ours));
        Some(HookMessage {
            kind: Kind::named(&call.kind)?,
            event: call.event,
            pane: pane.and_then(|pane| pane.parse().ok()),
            at: Timestamp(call.at_ms),
            payload: call.payload.map(|payload| payload.get().to_owned()),
        })
    }
}

/// Takes to the use cases what was heard, in its order.
pub(super) async fn pass_on(
    app: App,
    mut hearing: mpsc::Receiver<HookMessage>,
    shutdown: CancellationToken,
) {
    loop {
        let message = tokio::select! {
            () = shutdown.cancelled() => return,
            message = hearing.recv() => message,
        };
        let Some(message) = message else {
            // The listener ends with the daemon only.
            return shutdown.cancelled().await;
        };
        if app.hook(message).await.is_err() {
            return shutdown.cancelled().await;
        }
    }
}

impl Service {
    pub(super) async fn list_hooks(&self) -> Result<Answer> {
        let seen = self.app.hooks_seen().await.map_err(refused)?;
        let view = |seen: HookSeen| HookView {
            kind: seen.kind.to_owned(),
            event: printable(&seen.event),
            at_ms: seen.at.0,
            calls: seen.calls,
            runner_id: seen.runner.map(|runner| runner.to_string()),
        };
        Ok(Answer {
            hooks: Some(seen.into_iter().map(view).collect()),
            ..Answer::default()
        })
    }
}
