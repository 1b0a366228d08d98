//! Followed panes: from the call of `monitor` to the output in its stream. Which client they listen to is decided in
//! `watchers`, how they end in `ending`.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::client::ClientId;
use super::command::Command;
use super::ending::Life;
use super::feed::Feed;
use super::hub::TmuxHub;
use super::limits::WATCH_DEADLINE;
use super::looking::{Looking, size_in_layout};
use super::one_shot::no_server;
use super::purpose::{Answer, Purpose, WatchRequest};
use crate::domain::ids::PaneId;
use crate::domain::pane_screen::PaneScreen;
use crate::domain::runner::Place;
use crate::domain::time::{Tick, Timestamp};
use crate::domain::transcript::Size;
use crate::ports::mux::MuxError;
use crate::ports::process::{ProcessError, ProcessEvent};

/// The question with which a run parent waits for the last output to be drawn.
const RUN_PARENT_ASKS: &[u8] = b"\x1b\\\x1b[5n";

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
    /// Its pictures.
    pub(super) looking: Looking,
    /// Size in the last layout.
    size: Option<Size>,
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

    /// It was looked at in vain. Output that the picture should have had is missing then, and a stream begins with a picture all the
    /// same: an empty one.
    pub(super) fn unseen(&mut self, covered: bool, at: Timestamp) {
        if self.starting.is_some() {
            self.feed.screen(PaneScreen::default(), at);
        }
        if covered {
            self.feed.lost();
        }
    }

    /// Its output comes from this client from now on. True when it has to be looked at for that.
    pub(super) fn listen(&mut self, source: Option<ClientId>) -> bool {
        self.source = source;
        self.looking = Looking::default();
        if source.is_none() {
            return false;
        }
        // A stream that nobody has yet misses nothing: it begins with this client's picture.
        if self.sourced && self.starting.is_none() {
            // The new client begins where tmux is now; what the old one had not told is gone.
            self.feed.lost();
        }
        self.sourced = true;
        true
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

/// Calls of `monitor` that wait for a listing, to find their pane in it.
#[derive(Default)]
pub(super) struct Calls {
    /// For the listing that is on its way.
    asked: Vec<WatchRequest>,
    /// For the next one: theirs must begin after they asked.
    waiting: Vec<WatchRequest>,
}

impl Calls {
    /// A listing begins.
    pub(super) fn listing_sent(&mut self) {
        self.asked.append(&mut self.waiting);
    }

    /// A listing was not answered.
    pub(super) fn listing_failed(&mut self) {
        self.waiting.append(&mut self.asked);
    }

    /// Those who wait for a listing that was not asked yet.
    pub(super) fn take_waiting(&mut self) -> impl Iterator<Item = WatchRequest> + use<> {
        std::mem::take(&mut self.waiting).into_iter()
    }
}

impl TmuxHub {
    pub(super) fn on_watch(&mut self, request: WatchRequest) {
        self.calls.waiting.push(request);
        let now = self.now();
        self.listing.by(now);
        self.on_listing_time(now);
    }

    /// Begins the watches that were asked before this layout.
    pub(super) fn start_waiting_watches(&mut self) {
        for request in std::mem::take(&mut self.calls.asked) {
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
            looking: Looking::default(),
            size: None,
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

    pub(super) fn on_output(&mut self, client: ClientId, pane: PaneId, bytes: Bytes) {
        let counts = |watch: &Watch| watch.source == Some(client);
        let now = self.now();
        if self.watches.get(&pane).is_none_or(counts) && self.echoes.is_ours(pane, &bytes, now) {
            return;
        }
        if let Some(watch) = self.watches.get_mut(&pane)
            && watch.source == Some(client)
            && watch.life.takes_output()
            && !watch.looking.covers_output()
        {
            // What a run parent asks the terminal behind everything else was not printed by its program.
            let bytes = match bytes.strip_suffix(RUN_PARENT_ASKS) {
                Some(printed) if watch.has_run_parent => bytes.slice(..printed.len()),
                _ => bytes,
            };
            let clock = &self.options.clock;
            watch.feed.output(bytes, clock.now(), clock.tick());
            self.gather.came();
            if watch.feed.is_full() {
                self.gather.came_else();
            }
            if let (Some(known), Some(due)) = (&mut self.watching_due, watch.feed.deadline()) {
                *known = due.min(*known);
            }
        }
    }

    /// tmux dropped output of the pane, since it was kept for too long (the daemon was suspended).
    pub(super) fn on_paused(&mut self, client: ClientId, pane: PaneId) {
        let now = self.now();
        match self
            .watches
            .get_mut(&pane)
            .filter(|watch| watch.source == Some(client))
        {
            Some(watch) => {
                watch.feed.lost();
                // What it printed meanwhile is in the picture, which is taken in the same moment in which it goes on.
                self.look_anew(pane, true);
            }
            None => {
                if let Some(client) = self.clients.get_mut(client) {
                    let go_on = Command::new("refresh-client")
                        .flag("-A")
                        .id(format_args!("{pane}:continue"));
                    client.send(&go_on, Purpose::Effect, now);
                }
            }
        }
    }

    /// A picture was asked for.
    pub(super) fn on_look(&mut self, place: &Place, answer: Answer<(), ProcessError>) {
        let watched = self.watches.get(&place.pane);
        let result = match watched.filter(|watch| watch.place.pane_pid == place.pane_pid) {
            Some(_) => {
                self.look(place.pane);
                Ok(())
            }
            None => Err(ProcessError::Gone {
                pane: place.pane,
                pid: place.pane_pid,
            }),
        };
        // Whoever asked may have left.
        drop(answer.send(result));
    }

    /// A window has another layout: panes of it may have another size from here on.
    pub(super) fn on_sizes(&mut self, client: ClientId, layout: &[u8]) {
        let at = self.options.clock.now();
        let mut changed = Vec::new();
        for (pane, watch) in &mut self.watches {
            if watch.source != Some(client) {
                continue;
            }
            let Some(size) = size_in_layout(layout, *pane) else {
                continue;
            };
            if watch.size.replace(size) != Some(size) {
                watch.feed.resized(size, at);
                changed.push(*pane);
            }
        }
        for pane in changed {
            self.look(pane);
        }
    }

    /// When [`Self::on_watching_time`] may have something to do.
    pub(super) fn watching_deadline(&mut self) -> Option<Tick> {
        const NEVER: Tick = Tick(Duration::MAX);
        let due = self
            .watching_due
            .unwrap_or_else(|| self.first_deadline().unwrap_or(NEVER));
        self.watching_due = Some(due);
        (due < NEVER).then_some(due)
    }

    fn first_deadline(&self) -> Option<Tick> {
        let start = self.watchers.next_start();
        let start = start.filter(|_| self.link.up().is_some());
        let watches = self.watches.values().flat_map(|watch| {
            let starting = watch.starting.as_ref().map(|starting| starting.until);
            [starting, watch.feed.deadline(), watch.life.deadline()]
        });
        start.into_iter().chain(watches.flatten()).min()
    }

    pub(super) fn on_watching_time(&mut self, now: Tick) {
        let restart = self.watchers.waited(now);
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
        self.calls.listing_sent();
        for request in std::mem::take(&mut self.calls.asked) {
            drop(request.answer.send(Err(no_server(&self.options).into())));
        }
    }
}
