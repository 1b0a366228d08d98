//! The watching clients: one for each session that is registered or has a followed pane, and which of them each followed
//! pane listens to. A pane that several sessions show (linked windows, session groups) is told by each of their clients:
//! exactly one of them counts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::backoff::Backoff;
use super::client::{Client, ClientId, Role};
use super::hub::TmuxHub;
use crate::domain::ids::{SessionId, WindowId};
use crate::domain::time::Tick;
use crate::ports::mux::MuxPane;

/// The watching clients.
#[derive(Default)]
pub(super) struct Watchers {
    by_session: BTreeMap<SessionId, ClientId>,
    waits: HashMap<SessionId, SessionWait>,
    /// The windows of which each client tells the deaths of panes.
    pub(super) subscribed: BTreeSet<(ClientId, WindowId)>,
}

struct SessionWait {
    backoff: Backoff,
    /// The end of the wait that follows a loss; none when that is over and only calm or the layout is missing.
    until: Option<Tick>,
    /// When the present client was attached.
    since: Option<Tick>,
    /// The listing that has to say first that the session is still there: a client is lost most often because it is not.
    listing: u64,
}

impl Watchers {
    /// Another server.
    pub(super) fn forget(&mut self) {
        self.by_session.clear();
        self.waits.clear();
        self.subscribed.clear();
    }

    /// When the next client that was lost is due to be replaced.
    pub(super) fn next_start(&self) -> Option<Tick> {
        let missing =
            |(session, _): &(&SessionId, &SessionWait)| !self.by_session.contains_key(session);
        let due = self.waits.iter().filter(missing);
        due.filter_map(|(_, wait)| wait.until).min()
    }

    /// Ends the waits that are over; true when there are any.
    pub(super) fn waited(&mut self, now: Tick) -> bool {
        let mut any = false;
        for wait in self.waits.values_mut() {
            any |= wait.until.take_if(|until| *until <= now).is_some();
        }
        any
    }
}

impl TmuxHub {
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
        self.calm.nobody_attaches();
        if self.link.up().is_some() {
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
        let waits = |wait: &SessionWait| {
            wait.until.is_some_and(|until| until > now) || !self.listing.is_known(wait.listing)
        };
        if self.watchers.by_session.contains_key(&session)
            || self.watchers.waits.get(&session).is_some_and(waits)
        {
            return;
        }
        if !self.may_attach() {
            return;
        }
        let wait = self.watchers.waits.entry(session).or_insert(SessionWait {
            backoff: Backoff::default(),
            until: None,
            since: None,
            listing: 0,
        });
        wait.since = None;
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
                wait.until = Some(wait.backoff.lost(None, now).until);
            }
        }
    }

    /// Every followed pane listens to one attached client that shows it.
    fn choose_sources(&mut self) {
        let mut changed = Vec::new();
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
            if watch.listen(candidates.first().copied()) {
                changed.push(*id);
            }
        }
        for pane in changed {
            self.look_anew(pane, false);
        }
        self.subscribe();
    }

    /// The first session that a client watches now.
    pub(super) fn watched_session(&self) -> Option<SessionId> {
        let is_attached = |id: &ClientId| self.clients.get(*id).is_some_and(Client::is_attached);
        let mut watched = self.watchers.by_session.iter();
        watched.find_map(|(session, id)| is_attached(id).then_some(*session))
    }

    pub(super) fn on_watcher_attached(&mut self, client: ClientId) {
        let now = self.now();
        let session = self.session_of(client);
        let wait = session.and_then(|session| self.watchers.waits.get_mut(&session));
        if let Some(wait) = wait {
            wait.since = Some(now);
        }
        self.rebalance();
    }

    /// The client is out of the list already.
    pub(super) fn on_watcher_ended(&mut self, client: ClientId) {
        self.watchers
            .subscribed
            .retain(|(known, _)| *known != client);
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
        let listing = self.listing.next();
        if let Some(wait) = self.watchers.waits.get_mut(&session) {
            let worked = wait.since.take().map(|since| now.since(since));
            let next = wait.backoff.lost(worked, now);
            wait.until = Some(next.until);
            wait.listing = listing;
            if next.storm {
                tracing::error!(%session, "tmux ends our control clients as fast as they start; trying again slowly");
            }
        }
        self.listing.mark(now);
    }
}
