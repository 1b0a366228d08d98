//! The one task that owns everything about a tmux server: its control clients, the layout, the followed panes. Other tasks ask
//! it through a bounded queue; it never waits for any of them, nor for a process, nor for a reader of a stream.
//!
//! It is one task on purpose: what a client tells is handled before the next chunk is read, so order between output,
//! replies and notifications of a client is kept without locks, and tmux is slower than one task by two orders.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::calm::Calm;
use super::client::{ClientEvent, ClientId, Role};
use super::clients::Clients;
use super::echo::Echoes;
use super::feed::Feed;
use super::gather::Gather;
use super::layout::Layout;
use super::leftovers::Record;
use super::limits::SHUTDOWN_DEADLINE;
use super::link::Link;
use super::listing::Listing;
use super::notification::Notification;
use super::options::TmuxOptions;
use super::outbox::Outbox;
use super::purpose::{Purpose, Replies, Request};
use super::replies::Answered;
use super::streams::{Readers, Streams};
use super::watchers::Watchers;
use super::watching::{Calls, Watch};
use crate::domain::ids::{PaneId, Pid, RunnerId};
use crate::domain::time::Tick;
use crate::ports::mux::{MuxError, MuxEvent};

/// The adapter's engine; see the module. Consumed by [`TmuxHub::run`].
pub struct TmuxHub {
    pub(super) options: Arc<TmuxOptions>,
    requests: mpsc::Receiver<Request>,
    pub(super) outbox: Outbox,
    pub(super) clients: Clients,
    pub(super) calm: Calm,
    pub(super) link: Link,
    pub(super) listing: Listing,
    pub(super) layout: Layout,
    /// Runners of panes that were made a moment ago and whose option is not set yet.
    pub(super) ours: HashMap<PaneId, RunnerId>,
    pub(super) watches: BTreeMap<PaneId, Watch>,
    /// Streams that have their last event and wait for their reader to take it.
    pub(super) leaving: Vec<Feed>,
    pub(super) gather: Gather,
    /// No watch has a deadline before; `None` when that has to be computed. Output of one pane makes no other pane's sooner.
    pub(super) watching_due: Option<Tick>,
    /// Calls of `monitor` that look for their pane.
    pub(super) calls: Calls,
    pub(super) watchers: Watchers,
    /// What we wrote into panes ourselves.
    pub(super) echoes: Echoes,
    record: Record,
}

impl TmuxHub {
    pub(super) fn new(
        options: Arc<TmuxOptions>,
        requests: mpsc::Receiver<Request>,
        events: mpsc::Sender<MuxEvent>,
    ) -> Self {
        let now = options.clock.tick();
        Self {
            requests,
            outbox: Outbox::new(events),
            clients: Clients::new(Arc::clone(&options)),
            calm: Calm::default(),
            link: Link::new(now),
            listing: Listing::default(),
            layout: Layout::default(),
            ours: HashMap::new(),
            watches: BTreeMap::new(),
            leaving: Vec::new(),
            gather: Gather::default(),
            watching_due: None,
            calls: Calls::default(),
            watchers: Watchers::default(),
            echoes: Echoes::default(),
            record: Record::new(&options),
            options,
        }
    }

    /// Works until `shutdown`, then detaches every control client and waits until their processes are gone. Streams end
    /// without a last event then: the programs go on, only the watching stops.
    ///
    /// Polled on a thread that ends while the daemon lives, it would take the control clients with it (they die with
    /// the thread that started them): no `block_in_place` beside it.
    pub async fn run(mut self, shutdown: CancellationToken) {
        self.record.end_leftovers(&self.options);
        loop {
            let now = self.now();
            let rested = self.gather.deadline(now);
            let deadline = self.deadline().into_iter().chain(rested).min();
            let clock = Arc::clone(&self.options.clock);
            let mut streams = Streams {
                watches: &mut self.watches,
                leaving: &mut self.leaving,
                outbox: &mut self.outbox,
                gather: &mut self.gather,
            };
            tokio::select! {
                () = shutdown.cancelled() => break,
                events = self.clients.turn(|| clock.tick()) => self.on_events(events),
                Some(request) = self.requests.recv() => {
                    self.anything_happened();
                    self.on_request(request);
                }
                probed = self.link.probed() => {
                    self.anything_happened();
                    self.on_probed(probed);
                }
                readers = streams.poll(now) => {
                    self.anything_happened();
                    self.on_readers(&readers);
                }
                () = sleep_until(deadline, now) => self.on_time(),
            }
        }
        self.stop().await;
    }

    async fn stop(mut self) {
        self.clients.close_all(self.now());
        let until = self.now().after(SHUTDOWN_DEADLINE);
        while !self.clients.is_empty() {
            let now = self.now();
            if now >= until {
                tracing::error!("tmux control clients did not leave; they are killed");
                break;
            }
            let deadline = self.clients.deadline().map_or(until, |due| due.min(until));
            let clock = Arc::clone(&self.options.clock);
            tokio::select! {
                _ignored = self.clients.turn(|| clock.tick()) => {}
                () = sleep_until(Some(deadline), now) => drop(self.clients.expire(self.now())),
            }
        }
        self.record.write(&self.options, &self.clients.pids());
    }

    pub(super) fn now(&self) -> Tick {
        self.options.clock.tick()
    }

    /// When [`Self::on_time`] has something to do.
    fn deadline(&mut self) -> Option<Tick> {
        [
            self.clients.deadline(),
            self.link.deadline(),
            self.listing_deadline(),
            self.watching_deadline(),
            self.record.deadline(),
            self.calm.deadline(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Something else than a little output.
    const fn anything_happened(&mut self) {
        self.watching_due = None;
        self.gather.came_else();
    }

    fn on_time(&mut self) {
        let now = self.now();
        if self.deadline().is_none_or(|due| due > now) {
            // Output has rested, which is sent in the next turn.
            return;
        }
        self.anything_happened();
        let events = self.clients.expire(now);
        self.on_events(events);
        self.on_link_time(now);
        self.on_listing_time(now);
        self.on_watching_time(now);
        self.on_calm_time(now);
        if self.record.deadline().is_some_and(|due| due <= now) {
            self.record.write(&self.options, &self.clients.pids());
        }
    }

    pub(super) fn on_request(&mut self, request: Request) {
        match request {
            Request::Exited {
                pane,
                outcome,
                at,
                answer,
            } => self.on_reported(pane, outcome, at, answer),
            Request::Killed { pane, exit } => self.on_killed(pane, exit),
            Request::Look { place, answer } => self.on_look(&place, answer),
            Request::Expect {
                pane,
                bytes,
                seen,
                answer,
            } => {
                self.echoes
                    .expect(pane, bytes, seen, self.options.clock.tick());
                // Whoever asked may have left.
                drop(answer.send(Ok(())));
            }
            other => self.hold_or_do(other),
        }
    }

    fn on_events(&mut self, events: Vec<(ClientId, ClientEvent)>) {
        for (client, event) in events {
            if !matches!(event, ClientEvent::Output { .. }) {
                self.anything_happened();
            }
            match event {
                ClientEvent::Output { pane, bytes } => self.on_output(client, pane, bytes),
                ClientEvent::Told(told) => self.on_told(client, told),
                ClientEvent::Answered(Answered { purpose, result }) => {
                    self.on_answered(purpose, result);
                }
                ClientEvent::Attached => self.on_attached(client),
                ClientEvent::Refused(message) => self.on_refused(client, &message),
                ClientEvent::Ended { untold } => self.on_ended(client, untold),
            }
        }
    }

    fn on_attached(&mut self, client: ClientId) {
        tracing::debug!(client = client.0, "a control client is attached");
        match self.clients.get(client).map(|client| client.role) {
            Some(Role::Sentinel) => self.on_sentinel_attached(client),
            Some(Role::Watcher(_)) => self.on_watcher_attached(client),
            None => {}
        }
        self.on_calmer();
    }

    fn on_refused(&mut self, client: ClientId, message: &str) {
        tracing::debug!(client = client.0, message, "tmux refused a control client");
        if self.link.client() == Some(client) {
            self.on_sentinel_refused(message);
        }
    }

    /// The client is out of the list already.
    fn on_ended(&mut self, client: ClientId, untold: Option<Pid>) {
        tracing::debug!(client = client.0, "a control client has left");
        let now = self.now();
        let heard = self.clients.is_one_attached();
        self.calm.left(untold.filter(|_| heard), now);
        self.record_soon();
        if self.link.client() == Some(client) {
            self.on_sentinel_ended();
        } else {
            self.on_watcher_ended(client);
        }
        self.on_calmer();
    }

    pub(super) fn record_soon(&mut self) {
        self.record.soon(self.options.clock.tick());
    }

    fn on_told(&mut self, client: ClientId, told: Notification) {
        if let Notification::LayoutChange { visible_layout, .. } = &told {
            self.on_sizes(client, visible_layout);
        }
        if let Notification::WindowClose { window } | Notification::UnlinkedWindowClose { window } =
            &told
        {
            self.on_window_closed(*window);
        }
        if let Notification::ClientDetached { client } = &told {
            self.on_detached(client);
        }
        match told {
            Notification::Pause { pane } => self.on_paused(client, pane),
            Notification::SubscriptionChanged {
                pane: None,
                window: Some(_),
                value,
                ..
            } => self.on_window_value(client, &value),
            Notification::LayoutChange { .. }
            | Notification::WindowAdd { .. }
            | Notification::UnlinkedWindowAdd { .. }
            | Notification::WindowClose { .. }
            | Notification::UnlinkedWindowClose { .. }
            | Notification::WindowPaneChanged { .. }
            | Notification::SessionWindowChanged { .. }
            | Notification::SessionChanged { .. }
            | Notification::ClientSessionChanged { .. }
            | Notification::SessionRenamed { .. }
            | Notification::SessionsChanged
            | Notification::ClientDetached { .. } => {
                let now = self.now();
                self.calm.stirred(now);
                self.listing.mark(now);
            }
            // The names of windows, buffers and messages are nothing that a layout shows; the end of a client is told
            // by the end of its process.
            Notification::Continue { .. }
            | Notification::WindowRenamed { .. }
            | Notification::UnlinkedWindowRenamed { .. }
            | Notification::PaneModeChanged { .. }
            | Notification::SubscriptionChanged { .. }
            | Notification::PasteBufferChanged { .. }
            | Notification::PasteBufferDeleted { .. }
            | Notification::Message { .. }
            | Notification::ConfigError { .. }
            | Notification::Exit { .. }
            | Notification::Unknown { .. } => {}
        }
    }

    pub(super) fn on_answered(&mut self, purpose: Purpose, result: Result<Replies, MuxError>) {
        match purpose {
            Purpose::Effect => {
                if let Err(error) = result {
                    tracing::debug!(%error, "tmux command without effect");
                }
            }
            Purpose::Request {
                answer,
                makes,
                again,
                stirs,
            } => {
                if let (Some(runner), Ok(replies)) = (makes, &result)
                    && let Some(pane) = super::spawning::made_pane(replies)
                {
                    self.ours.insert(pane, runner);
                }
                match (result, again) {
                    // The sentinel went down with its session: nothing that the caller should hear of.
                    (Err(MuxError::Disconnected { .. }), Some(command)) => {
                        self.link.keep(command, answer, self.options.clock.tick());
                    }
                    // Whoever asked may have left.
                    (result, _) => drop(answer.send(result)),
                }
                if stirs {
                    self.on_stirred();
                }
            }
            Purpose::Listing => self.on_listed(result),
            Purpose::Look { pane, client } => self.on_looked(pane, client, result),
            Purpose::Fence { pane } => self.on_fenced(pane, result),
        }
    }

    fn on_readers(&mut self, readers: &Readers) {
        for pane in &readers.torn {
            self.look(*pane);
        }
        if readers.left.is_empty() {
            return;
        }
        // Their watches end.
        for pane in &readers.left {
            if let Some(watch) = self.watches.remove(pane) {
                watch.unread();
            }
        }
        self.rebalance();
    }
}

/// Sleeps until `deadline`, for ever without one.
async fn sleep_until(deadline: Option<Tick>, now: Tick) {
    match deadline {
        Some(deadline) => tokio::time::sleep(deadline.since(now)).await,
        None => std::future::pending().await,
    }
}
