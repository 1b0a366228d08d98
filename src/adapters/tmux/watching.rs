//! Which control client watches which session, and which pane's output comes from which client. A pane that several sessions
//! show (linked windows, session groups) is told by each of their clients: exactly one of them is listened to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::backoff::Backoff;
use super::client::{ClientId, Role};
use super::command::Command;
use super::ending::Life;
use super::feed::Feed;
use super::hub::TmuxHub;
use super::limits::WATCH_DEADLINE;
use super::one_shot::no_server;
use super::purpose::{Answer, Purpose, WatchRequest};
use crate::domain::ids::{PaneId, SessionId};
use crate::domain::runner::Place;
use crate::domain::time::Tick;
use crate::ports::mux::{MuxError, MuxPane};
use crate::ports::process::{ProcessError, ProcessEvent};

/// A followed pane.
pub(super) struct Watch {
    /// As last seen.
    pub(super) place: Place,
    pub(super) has_run_parent: bool,
    pub(super) feed: Feed,
    pub(super) life: Life,
    /// The client whose `%output` counts.
    pub(super) source: Option<ClientId>,
    /// It had a source before: another one means that output may be missing.
    sourced: bool,
    /// The call of `monitor`, until a client listens.
    starting: Option<Starting>,
}

struct Starting {
    answer: Answer<mpsc::Receiver<ProcessEvent>, ProcessError>,
    stream: mpsc::Receiver<ProcessEvent>,
    until: Tick,
}

impl Watch {
    /// The caller of `monitor` gets its stream now.
    pub(super) fn started(&mut self) {
        if let Some(Starting { answer, stream, .. }) = self.starting.take() {
            // A caller that has left drops the stream with its answer, which ends the watch.
            drop(answer.send(Ok(stream)));
        }
    }

    /// Its reader has left.
    pub(super) fn unread(self) {
        let gone = self.gone();
        self.life.refuse(&gone);
    }

    pub(super) fn gone(&self) -> ProcessError {
        ProcessError::Gone {
            pane: self.place.pane,
            pid: self.place.pane_pid,
        }
    }
}

/// The watching clients.
#[derive(Default)]
pub(super) struct Watchers {
    by_session: BTreeMap<SessionId, ClientId>,
    waits: HashMap<SessionId, SessionWait>,
    /// Calls of `monitor` that wait for the listing that is on its way, to find their pane in it.
    asked: Vec<WatchRequest>,
    /// The same for the next listing: theirs must begin after they asked.
    waiting: Vec<WatchRequest>,
}

struct SessionWait {
    backoff: Backoff,
    until: Tick,
    born: Tick,
}

impl Watchers {
    /// Another server.
    pub(super) fn forget(&mut self) {
        self.by_session.clear();
        self.waits.clear();
    }

    /// A listing begins.
    pub(super) fn listing_sent(&mut self) {
        self.asked.append(&mut self.waiting);
    }

    /// Those who wait for a listing that was not asked yet.
    pub(super) fn take_waiting(&mut self) -> impl Iterator<Item = WatchRequest> + use<> {
        std::mem::take(&mut self.waiting).into_iter()
    }

    /// A listing was not answered.
    pub(super) fn listing_failed(&mut self) {
        self.waiting.append(&mut self.asked);
    }
}

impl TmuxHub {
    pub(super) fn on_watch(&mut self, request: WatchRequest) {
        self.watchers.waiting.push(request);
        let now = self.now();
        self.listing.by(now);
        self.on_listing_time(now);
    }

    /// Begins the watches that were asked before this layout.
    pub(super) fn start_waiting_watches(&mut self) {
        for request in std::mem::take(&mut self.watchers.asked) {
            let id = request.place.pane;
            let found = self
                .layout
                .pane(id)
                .filter(|pane| pane.place.pane_pid == request.place.pane_pid);
            let refusal = if found.is_none() {
                Some(ProcessError::Gone {
                    pane: id,
                    pid: request.place.pane_pid,
                })
            } else if self
                .watches
                .get(&id)
                .is_some_and(|old| !old.feed.is_closed())
            {
                Some(ProcessError::Watched { pane: id })
            } else {
                None
            };
            match (refusal, found) {
                (None, Some(pane)) => {
                    let place = pane.place.clone();
                    self.begin_watch(place, request);
                }
                (refusal, _) => {
                    let error = refusal.unwrap_or(ProcessError::Watched { pane: id });
                    drop(request.answer.send(Err(error)));
                }
            }
        }
    }

    fn begin_watch(&mut self, place: Place, request: WatchRequest) {
        let now = self.now();
        let pane = place.pane;
        let (feed, stream) = Feed::new(request.options, now);
        let watch = Watch {
            place,
            has_run_parent: request.options.has_run_parent,
            feed,
            life: Life::Running,
            source: None,
            sourced: false,
            starting: Some(Starting {
                answer: request.answer,
                stream,
                until: now.after(WATCH_DEADLINE),
            }),
        };
        if let Some(old) = self.watches.insert(pane, watch) {
            old.unread();
        }
        if let Some(death) = self.layout.deaths.get(&pane).copied() {
            self.on_death(pane, death);
        }
    }

    /// Brings clients and panes together: starts and closes watching clients, and gives every followed pane a source.
    pub(super) fn rebalance(&mut self) {
        let wanted = self.wanted_sessions();
        let now = self.now();
        let unwanted: Vec<SessionId> = self
            .watchers
            .by_session
            .keys()
            .filter(|session| !wanted.contains(session))
            .copied()
            .collect();
        for session in unwanted {
            if let Some(id) = self.watchers.by_session.remove(&session)
                && let Some(client) = self.clients.get_mut(id)
            {
                client.close(now);
            }
        }
        self.watchers
            .waits
            .retain(|session, _| wanted.contains(session));
        // The sentinel comes first: without it a watching client could hold a pane back.
        if self.link.up().is_some() {
            self.move_sentinel(&wanted);
            for session in wanted {
                self.start_watcher(session, now);
            }
        }
        self.choose_sources();
    }

    fn wanted_sessions(&self) -> BTreeSet<SessionId> {
        let mut wanted: BTreeSet<SessionId> = self
            .layout
            .sessions
            .iter()
            .filter(|session| session.registered)
            .map(|session| session.id)
            .collect();
        for (id, watch) in &self.watches {
            let present = watch.source.and_then(|source| self.session_of(source));
            let session = match (self.layout.pane(*id), present) {
                (Some(pane), Some(session)) if pane.sessions.contains(&session) => Some(session),
                (Some(pane), _) => pane
                    .sessions
                    .iter()
                    .find(|session| wanted.contains(session))
                    .or(Some(&pane.place.session))
                    .copied(),
                // Its pane is gone, its exit is not told yet: the fence needs the client.
                (None, present) => present,
            };
            wanted.extend(session.filter(|id| self.layout.session(*id).is_some()));
        }
        wanted
    }

    fn session_of(&self, client: ClientId) -> Option<SessionId> {
        match self.clients.get(client)?.role {
            Role::Watcher(session) => Some(session),
            Role::Sentinel => None,
        }
    }

    fn start_watcher(&mut self, session: SessionId, now: Tick) {
        let waits = |wait: &SessionWait| wait.until > now;
        if self.watchers.by_session.contains_key(&session)
            || self.watchers.waits.get(&session).is_some_and(waits)
        {
            return;
        }
        let wait = self.watchers.waits.entry(session).or_insert(SessionWait {
            backoff: Backoff::default(),
            until: now,
            born: now,
        });
        wait.born = now;
        match self
            .clients
            .start(Role::Watcher(session), Some(session), now)
        {
            Ok(client) => {
                self.watchers.by_session.insert(session, client);
                self.record_soon();
            }
            Err(error) => {
                tracing::error!(%error, %session, "a tmux control client cannot be started");
                wait.until = wait.backoff.lost(now, now).until;
            }
        }
    }

    /// Every followed pane listens to one attached client that shows it.
    fn choose_sources(&mut self) {
        for (id, watch) in &mut self.watches {
            let pane = self.layout.pane(*id);
            let shows = |session: &SessionId| {
                let client = self.watchers.by_session.get(session)?;
                let attached = self.clients.get(*client)?.is_attached();
                attached.then_some(*client)
            };
            let candidates: Vec<ClientId> = pane
                .map(|pane: &MuxPane| pane.sessions.iter().filter_map(shows).collect())
                .unwrap_or_default();
            if watch
                .source
                .is_some_and(|source| pane.is_none() || candidates.contains(&source))
            {
                continue;
            }
            watch.source = candidates.first().copied();
            if watch.source.is_some() {
                if watch.sourced {
                    // The new client begins where tmux is now; what the old one had not told is gone.
                    watch.feed.lost();
                }
                watch.sourced = true;
                watch.started();
            }
        }
    }

    pub(super) fn on_watcher_attached(&mut self, client: ClientId) {
        let now = self.now();
        // Ids and integers only: a text could hold a line feed and forge a line.
        let subscribe = Command::new("refresh-client").flag("-B").flag(
            "'geppetto_dead:%*:#{pane_dead},#{pane_dead_status},#{pane_dead_signal},#{pane_pid}'",
        );
        if let Some(client) = self.clients.get_mut(client) {
            client.send(&subscribe, Purpose::Effect, now);
        }
        self.rebalance();
    }

    /// The client is out of the list already.
    pub(super) fn on_watcher_ended(&mut self, client: ClientId) {
        for watch in self.watches.values_mut() {
            if watch.source == Some(client) {
                watch.source = None;
            }
        }
        let now = self.now();
        let session = self
            .watchers
            .by_session
            .iter()
            .find_map(|(session, id)| (*id == client).then_some(*session));
        // A client that we closed is no longer in the table.
        let Some(session) = session else {
            return;
        };
        self.watchers.by_session.remove(&session);
        if let Some(wait) = self.watchers.waits.get_mut(&session) {
            let next = wait.backoff.lost(wait.born, now);
            wait.until = next.until;
            if next.storm {
                tracing::error!(%session, "tmux ends our control clients as fast as they start; trying again slowly");
            }
        }
        self.listing.mark(now);
    }

    pub(super) fn on_output(&mut self, client: ClientId, pane: PaneId, bytes: Bytes) {
        if let Some(watch) = self.watches.get_mut(&pane)
            && watch.source == Some(client)
            && watch.life.takes_output()
        {
            let clock = &self.options.clock;
            watch.feed.output(bytes, clock.now(), clock.tick());
        }
    }

    /// tmux dropped output of the pane, since it was kept for too long (the daemon was suspended).
    pub(super) fn on_paused(&mut self, client: ClientId, pane: PaneId) {
        let now = self.now();
        if let Some(client) = self.clients.get_mut(client) {
            let go_on = Command::new("refresh-client")
                .flag("-A")
                .id(format_args!("{pane}:continue"));
            client.send(&go_on, Purpose::Effect, now);
        }
        if let Some(watch) = self.watches.get_mut(&pane)
            && watch.source == Some(client)
        {
            watch.feed.lost();
        }
    }

    pub(super) fn watching_deadline(&self) -> Option<Tick> {
        let can_start = self.link.up().is_some();
        let starts = self
            .watchers
            .waits
            .iter()
            .filter(|(session, _)| can_start && !self.watchers.by_session.contains_key(session))
            .map(|(_, wait)| wait.until);
        let watches = self.watches.values().flat_map(|watch| {
            let starting = watch.starting.as_ref().map(|starting| starting.until);
            [starting, watch.feed.deadline(), watch.life.deadline()]
        });
        starts.chain(watches.flatten()).min()
    }

    pub(super) fn on_watching_time(&mut self, now: Tick) {
        let due = |wait: &SessionWait| wait.until <= now;
        let restart =
            self.watchers.waits.iter().any(|(session, wait)| {
                due(wait) && !self.watchers.by_session.contains_key(session)
            });
        for watch in self.watches.values_mut() {
            watch.feed.expire(now);
        }
        self.on_ending_time(now);
        self.give_up_starting(now);
        if restart && self.link.up().is_some() {
            self.rebalance();
        }
    }

    fn give_up_starting(&mut self, now: Tick) {
        let late: Vec<PaneId> = self
            .watches
            .iter()
            .filter(|(_, watch)| watch.starting.as_ref().is_some_and(|s| s.until <= now))
            .map(|(pane, _)| *pane)
            .collect();
        for pane in late {
            if let Some(mut watch) = self.watches.remove(&pane)
                && let Some(starting) = watch.starting.take()
            {
                let error = MuxError::TimedOut {
                    command: "attach-session".to_owned(),
                    seconds: WATCH_DEADLINE.as_secs(),
                };
                drop(starting.answer.send(Err(error.into())));
                watch.unread();
            }
        }
    }

    /// Calls of `monitor` that no server will answer.
    pub(super) fn refuse_waiting_watches(&mut self) {
        self.watchers.listing_sent();
        for request in std::mem::take(&mut self.watchers.asked) {
            drop(request.answer.send(Err(no_server(&self.options).into())));
        }
    }
}
