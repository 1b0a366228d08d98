//! The connection to the server: who listens on the socket, the sentinel client, what happens when either is lost, and
//! the requests that wait meanwhile.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::backoff::Backoff;
use super::client::{ClientId, Role};
use super::command::Command;
use super::hub::TmuxHub;
use super::layout::Layout;
use super::limits::{BACKOFF_LAST, CALM_RETRY, COMMAND_DEADLINE, HELD_REQUESTS, SETTLING};
use super::one_shot::{Probed, identify, io_error, no_server};
use super::purpose::{Answer, Purpose, Replies, Request};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::SessionId;
use crate::domain::time::Tick;
use crate::ports::mux::{MuxError, MuxEvent, MuxServer};

type Probe = Pin<Box<dyn Future<Output = Result<Probed, MuxError>> + Send>>;

/// State of the connection.
pub(super) struct Link {
    step: Step,
    /// Who we are, or were last, connected to. `None` when there is none.
    pub(super) server: Option<MuxServer>,
    backoff: Backoff,
    /// Requests that need a connection, and when they are given up.
    held: VecDeque<(Request, Tick)>,
    /// When the present sentinel was attached.
    since: Option<Tick>,
    /// The session that the sentinel was sent to was refused: the next one lets tmux choose.
    anywhere: bool,
    /// The present sentinel was refused for its session only.
    refused: bool,
    /// The server had no session to attach to when it was last tried.
    empty: bool,
}

enum Step {
    /// Not connected; the next look is at this time.
    Down { retry: Tick },
    /// Asking who listens.
    Probing {
        /// What was done before is known to the server that answers.
        since: Tick,
        probe: Probe,
    },
    /// The sentinel is on its way in.
    Attaching(ClientId),
    /// Connected.
    Up(ClientId),
}

impl Link {
    pub(super) fn new(now: Tick) -> Self {
        Self {
            step: Step::Down { retry: now },
            server: None,
            backoff: Backoff::default(),
            held: VecDeque::new(),
            since: None,
            anywhere: false,
            refused: false,
            empty: false,
        }
    }

    /// The sentinel, attached or on its way.
    pub(super) fn client(&self) -> Option<ClientId> {
        match self.step {
            Step::Attaching(client) | Step::Up(client) => Some(client),
            Step::Down { .. } | Step::Probing { .. } => None,
        }
    }

    /// The sentinel, when commands may be sent.
    pub(super) fn up(&self) -> Option<ClientId> {
        match self.step {
            Step::Up(client) => Some(client),
            Step::Down { .. } | Step::Probing { .. } | Step::Attaching(_) => None,
        }
    }

    /// Keeps a command for the next connection.
    pub(super) fn keep(&mut self, command: Command, answer: Answer<Replies, MuxError>, now: Tick) {
        let request = Request::Run {
            command,
            makes: None,
            answer,
        };
        self.held.push_back((request, now.after(COMMAND_DEADLINE)));
    }

    /// The answer to a probe; pending for ever when none is on its way. Cancel-safe.
    pub(super) async fn probed(&mut self) -> Result<Probed, MuxError> {
        match &mut self.step {
            Step::Probing { probe, .. } => probe.await,
            Step::Down { .. } | Step::Attaching(_) | Step::Up(_) => std::future::pending().await,
        }
    }

    pub(super) fn deadline(&self) -> Option<Tick> {
        let retry = match self.step {
            Step::Down { retry } => Some(retry),
            Step::Probing { .. } | Step::Attaching(_) | Step::Up(_) => None,
        };
        let held = self.held.front().map(|(_, until)| *until);
        retry.into_iter().chain(held).min()
    }
}

impl TmuxHub {
    /// Does what needs the command channel, or keeps it until there is one.
    pub(super) fn hold_or_do(&mut self, request: Request) {
        if self.link.up().is_some() {
            return self.do_connected(request);
        }
        let now = self.now();
        if self.link.held.len() >= HELD_REQUESTS {
            return request.refuse(MuxError::Disconnected {
                command: "attach-session".to_owned(),
            });
        }
        self.link
            .held
            .push_back((request, now.after(COMMAND_DEADLINE)));
        // Somebody waits: with no server known, or none of its sessions, the next look may be seconds away.
        let is_nothing = self.link.server.is_none() || self.link.empty;
        if is_nothing && matches!(self.link.step, Step::Down { .. }) {
            self.probe();
        }
    }

    fn do_connected(&mut self, request: Request) {
        match request {
            Request::Server { answer } => {
                let server = self.link.server.clone();
                let known = server.ok_or_else(|| no_server(&self.options));
                drop(answer.send(known));
            }
            Request::Layout { answer } => {
                let now = self.now();
                self.listing.ask(answer, now);
                self.on_listing_time(now);
            }
            Request::Run {
                command,
                makes,
                answer,
            } => {
                let purpose = Purpose::Request {
                    answer,
                    makes,
                    again: command.is_repeatable().then(|| command.clone()),
                    stirs: command.stirs(),
                };
                let is_silent_change = command.is_silent_change();
                self.send_calmly(command, purpose);
                if is_silent_change {
                    let now = self.now();
                    self.listing.mark(now);
                }
            }
            Request::Watch(watch) => self.on_watch(watch),
            Request::Exited { .. }
            | Request::Killed { .. }
            | Request::Look { .. }
            | Request::Expect { .. } => {
                self.on_request(request);
            }
        }
    }

    /// Sends a command on the command channel. It is answered in any case.
    pub(super) fn command(&mut self, command: &Command, purpose: Purpose) {
        let now = self.now();
        match self.link.up().and_then(|id| self.clients.get_mut(id)) {
            Some(client) => client.send(command, purpose, now),
            // Lost already, though it may not be known yet. Whoever counts on an answer must get one.
            None => {
                let command = command.name().to_owned();
                self.on_answered(purpose, Err(MuxError::Disconnected { command }));
            }
        }
    }

    fn probe(&mut self) {
        let options = Arc::clone(&self.options);
        self.link.step = Step::Probing {
            since: self.now(),
            probe: Box::pin(async move { identify(&options).await }),
        };
    }

    pub(super) fn on_link_time(&mut self, now: Tick) {
        if let Step::Down { retry } = self.link.step
            && retry <= now
        {
            self.probe();
        }
        while let Some((_, until)) = self.link.held.front()
            && *until <= now
        {
            if let Some((request, _)) = self.link.held.pop_front() {
                request.refuse(MuxError::TimedOut {
                    command: "attach-session".to_owned(),
                    seconds: COMMAND_DEADLINE.as_secs(),
                });
            }
        }
    }

    pub(super) fn on_probed(&mut self, probed: Result<Probed, MuxError>) {
        let now = self.now();
        match probed {
            Ok(probed) => {
                let server = &probed.server;
                if self.link.server.as_ref().is_some_and(|old| old != server) {
                    self.on_server_gone();
                }
                self.link.server = Some(server.clone());
                if self.is_settling(probed) {
                    self.link.step = Step::Down {
                        retry: now.after(SETTLING),
                    };
                } else {
                    self.start_sentinel(self.sentinel_target());
                }
            }
            Err(error @ MuxError::NoServer { .. }) => {
                tracing::debug!("no tmux server listens");
                if self.link.server.is_some() {
                    self.on_server_gone();
                }
                self.refuse_held(&error);
                self.link.step = Step::Down {
                    retry: now.after(BACKOFF_LAST),
                };
            }
            Err(error) => {
                tracing::warn!(%error, "the tmux server cannot be asked");
                self.refuse_held(&error);
                let wait = self.link.backoff.lost(None, now);
                let settled = matches!(error, MuxError::NotFound { .. } | MuxError::TooOld { .. });
                self.link.step = Step::Down {
                    retry: if settled {
                        now.after(BACKOFF_LAST)
                    } else {
                        wait.until
                    },
                };
            }
        }
    }

    /// A session that is watched anyway, so that no other session counts as attached because of us. One that a client
    /// watches now comes first: the last sentinel may have left because its session has ended.
    fn sentinel_target(&self) -> Option<SessionId> {
        if self.link.anywhere {
            return None;
        }
        if let Some(session) = self.watched_session() {
            return Some(session);
        }
        let watched = self
            .watches
            .keys()
            .filter_map(|pane| self.layout.pane(*pane))
            .map(|pane| pane.place.session);
        let registered = self
            .layout
            .sessions
            .iter()
            .filter(|session| session.registered);
        watched
            .min()
            .or_else(|| registered.map(|session| session.id).min())
    }

    fn start_sentinel(&mut self, target: Option<SessionId>) {
        let now = self.now();
        self.link.since = None;
        // With nobody attached, only an answer that was asked for behind the end of the last client shows that the server
        // has noticed it.
        let noticed = match self.link.step {
            Step::Probing { since, .. } => self.calm.left_before(since),
            Step::Down { .. } | Step::Attaching(_) | Step::Up(_) => true,
        };
        if !self.may_attach() || !noticed {
            self.link.step = Step::Down {
                retry: now.after(CALM_RETRY),
            };
            return;
        }
        match self.clients.start(Role::Sentinel, target, now) {
            Ok(client) => {
                self.record_soon();
                self.link.step = Step::Attaching(client);
            }
            Err(error) => {
                tracing::error!(%error, "a tmux control client cannot be started");
                self.refuse_held(&io_error(error));
                let wait = self.link.backoff.lost(None, now);
                self.link.step = Step::Down { retry: wait.until };
            }
        }
    }

    pub(super) fn on_sentinel_attached(&mut self, client: ClientId) {
        self.link.step = Step::Up(client);
        self.link.anywhere = false;
        self.link.empty = false;
        self.calm.settled();
        let now = self.now();
        self.link.since = Some(now);
        self.listing.lost_channel(now);
        for (request, _) in std::mem::take(&mut self.link.held) {
            self.do_connected(request);
        }
        self.on_listing_time(now);
    }

    pub(super) fn on_sentinel_refused(&mut self, message: &str) {
        // A server with the option `exit-empty off` lives on without sessions: there is nothing to attach to, nor to watch.
        if message.contains("no sessions") {
            self.link.empty = true;
            tracing::debug!("the tmux server has no sessions");
            let (layouts, others): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.link.held)
                .into_iter()
                .partition(|(request, _)| matches!(request, Request::Layout { .. }));
            for (request, _) in layouts {
                if let Request::Layout { answer } = request {
                    drop(answer.send(Ok(Layout::default())));
                }
            }
            self.link.held = others;
            self.refuse_held(&no_server(&self.options));
            self.apply(Layout::default());
        } else {
            self.link.refused = !self.link.anywhere;
            self.link.anywhere = true;
        }
    }

    pub(super) fn on_sentinel_ended(&mut self) {
        let now = self.now();
        if std::mem::take(&mut self.link.refused) {
            // It was sent to a session that has ended, which says nothing of the next.
            return self.probe();
        }
        let worked = self.link.since.map(|since| now.since(since));
        let wait = self.link.backoff.lost(worked, now);
        if wait.storm {
            tracing::error!(
                "tmux ends our control clients as fast as they start; trying again slowly"
            );
            self.refuse_held(&MuxError::Disconnected {
                command: "attach-session".to_owned(),
            });
        }
        self.link.step = Step::Down { retry: wait.until };
        // These have a deadline only while they are held.
        for request in self.take_unlisted() {
            self.hold_or_do(request);
        }
    }

    fn refuse_held(&mut self, error: &MuxError) {
        for (request, _) in std::mem::take(&mut self.link.held) {
            request.refuse(error.clone());
        }
    }

    fn on_server_gone(&mut self) {
        self.link.server = None;
        let now = self.now();
        self.clients.close_all(now);
        self.calm.forget_server();
        let exit = Exit {
            outcome: Outcome::NotKnown,
            source: ExitSource::ServerGone,
            at: self.options.clock.now(),
        };
        self.end_all(exit);
        self.layout = Layout::default();
        self.listing.forget();
        self.ours.clear();
        self.watchers.forget();
        self.outbox.push(MuxEvent::ServerGone);
    }
}
