//! All control clients of this daemon, polled together by the hub's one task.
//!
//! Invariant: a client is in the list from its start until its process has been waited for.

use std::ffi::OsStr;
use std::future::poll_fn;
use std::process::Stdio;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::process::Command as Process;

use super::client::{Client, ClientEvent, ClientId, Role};
use super::limits::{PAUSE_AFTER_SECONDS, READ_CHUNK};
use super::options::TmuxOptions;
use super::pace::Pace;
use crate::domain::ids::{Pid, SessionId};
use crate::domain::time::Tick;

/// The clients.
pub(super) struct Clients {
    options: Arc<TmuxOptions>,
    list: Vec<Client>,
    next: u64,
    buffer: Vec<u8>,
    pace: Pace,
    /// Where the next turn begins, so that none is always last.
    first: usize,
}

impl Clients {
    pub(super) fn new(options: Arc<TmuxOptions>) -> Self {
        Self {
            options,
            list: Vec::new(),
            next: 0,
            buffer: vec![0; READ_CHUNK],
            pace: Pace::default(),
            first: 0,
        }
    }

    /// Starts a client. With `target` unset tmux picks the session. The server must be there: tmux would start one.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub(super) fn start(
        &mut self,
        role: Role,
        target: Option<SessionId>,
        now: Tick,
    ) -> std::io::Result<ClientId> {
        let child = self.process(role, target).spawn()?;
        let id = ClientId(self.next);
        tracing::debug!(
            client = id.0,
            pid = child.id(),
            ?role,
            ?target,
            "a control client starts"
        );
        self.next += 1;
        self.list.push(Client::new(id, role, child, now));
        Ok(id)
    }

    fn process(&self, role: Role, target: Option<SessionId>) -> Process {
        let options = &self.options;
        let mut words = options.control_prefix.iter();
        let mut process = match words.next() {
            Some(program) => {
                let mut process = Process::new(program);
                process.args(words).arg(&options.tmux_program);
                process
            }
            None => Process::new(&options.tmux_program),
        };
        process
            .args(&options.tmux_arguments)
            .args(["-u", "-S"])
            .arg(&options.tmux_socket)
            // -E: attaching must not put our environment into the user's session.
            .args(["-C", "attach-session", "-E", "-f"])
            .arg(match role {
                // From 3.6 on it moves to another session when its own ends; earlier versions ignore the unknown flag.
                Role::Sentinel => "no-output,ignore-size,no-detach-on-destroy".to_owned(),
                Role::Watcher(_) => format!("ignore-size,pause-after={PAUSE_AFTER_SECONDS}"),
            });
        if let Some(session) = target {
            process.arg("-t").arg(session.to_string());
        }
        process
            .env_clear()
            .envs(
                options
                    .environment
                    .iter()
                    .filter(|(name, _)| is_needed(name))
                    .cloned(),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        process
    }

    /// The client, while its process is there.
    pub(super) fn get(&self, id: ClientId) -> Option<&Client> {
        self.list.iter().find(|client| client.id == id)
    }

    /// The client, while its process is there.
    pub(super) fn get_mut(&mut self, id: ClientId) -> Option<&mut Client> {
        self.list.iter_mut().find(|client| client.id == id)
    }

    /// Processes of all clients.
    pub(super) fn pids(&self) -> Vec<Pid> {
        self.list.iter().filter_map(|client| client.pid).collect()
    }

    /// True when nobody is on the way in or out.
    pub(super) fn are_settled(&self) -> bool {
        self.list.iter().all(Client::is_attached)
    }

    /// The client that tmux names so, while its process is there.
    pub(super) fn named(&mut self, name: &[u8]) -> Option<&mut Client> {
        self.list
            .iter_mut()
            .find(|client| client.pid.is_some_and(|pid| is_named(pid, name)))
    }

    /// True when a client is there that is told of what happens.
    pub(super) fn is_one_attached(&self) -> bool {
        self.list.iter().any(Client::is_attached)
    }

    /// True when a client is on the way in.
    pub(super) fn is_one_attaching(&self) -> bool {
        self.list.iter().any(Client::is_attaching)
    }

    /// True when every client has left.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Lets all of them go.
    pub(super) fn close_all(&mut self, now: Tick) {
        for client in &mut self.list {
            client.close(now);
        }
    }

    /// When [`Self::expire`] is due.
    pub(super) fn deadline(&self) -> Option<Tick> {
        self.list.iter().filter_map(Client::deadline).min()
    }

    /// Gives up what has waited too long.
    pub(super) fn expire(&mut self, now: Tick) -> Vec<(ClientId, ClientEvent)> {
        let mut events = Vec::new();
        for client in &mut self.list {
            client.expire(now, &mut events);
        }
        events
    }

    /// What the clients tell next, in the order in which each of them told it. Cancel-safe: what was read is returned.
    pub(super) async fn turn(&mut self, now: impl Fn() -> Tick) -> Vec<(ClientId, ClientEvent)> {
        poll_fn(|cx| self.poll(cx, now())).await
    }

    fn poll(&mut self, cx: &mut Context<'_>, now: Tick) -> Poll<Vec<(ClientId, ClientEvent)>> {
        let mut events = Vec::new();
        // Only reading rests: commands go out at once.
        let reads = !self.pace.rests(cx);
        let mut buffer = reads.then_some(&mut *self.buffer);
        let count = self.list.len();
        self.first = self.first.wrapping_add(1);
        let mut gone = Vec::new();
        let start = if count == 0 { 0 } else { self.first % count };
        let (late, early) = self.list.split_at_mut(start);
        for client in early.iter_mut().chain(late) {
            if client.poll(cx, buffer.as_deref_mut(), now, &mut events) {
                gone.push(client.id);
            }
        }
        self.list.retain(|client| !gone.contains(&client.id));
        if events.is_empty() {
            Poll::Pending
        } else {
            self.pace.read(now);
            Poll::Ready(events)
        }
    }
}

/// tmux names a client without a terminal after its process.
pub(super) fn is_named(pid: Pid, name: &[u8]) -> bool {
    name == format!("client-{pid}").as_bytes()
}

/// A client sends its whole environment while it introduces itself, when any notification harms the server
/// ([`super::calm`]): what it does not need makes that time longer.
fn is_needed(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    matches!(&*name, "PATH" | "HOME" | "TERM" | "LANG" | "SHELL") || name.starts_with("LC_")
}
