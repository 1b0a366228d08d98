//! Keeping the layout true: after a structural notification, or any doubt, one listing on the command channel, and what follows
//! from a new layout. At most one is on its way; what happens meanwhile asks for another.

use super::hub::TmuxHub;
use super::layout::{Layout, question};
use super::limits::{BACKOFF_FIRST, LISTING_DEBOUNCE};
use super::purpose::{Answer, Purpose, Replies, Request};
use crate::domain::time::Tick;
use crate::ports::mux::{MuxError, MuxEvent};

/// When the layout is asked, and who waits for it.
#[derive(Default)]
pub(super) struct Listing {
    due: Option<Tick>,
    in_flight: bool,
    /// How many were asked so far.
    asks: u64,
    /// How many of those were asked before the present layout, and that one.
    known: u64,
    /// Wait for the listing that is on its way.
    asked: Vec<Answer<Layout, MuxError>>,
    /// Wait for the next one, since theirs must begin after they asked.
    waiting: Vec<Answer<Layout, MuxError>>,
    /// A layout was told since the connection to this server.
    told: bool,
}

impl Listing {
    /// Something changed.
    pub(super) fn mark(&mut self, now: Tick) {
        self.due.get_or_insert(now.after(LISTING_DEBOUNCE));
    }

    /// A listing is wanted at that time, at the latest.
    pub(super) fn by(&mut self, at: Tick) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Somebody wants a layout that is asked from now on.
    pub(super) fn ask(&mut self, answer: Answer<Layout, MuxError>, now: Tick) {
        self.waiting.push(answer);
        self.by(now);
    }

    /// Another command channel: what was asked on the old one was answered with an error.
    pub(super) fn lost_channel(&mut self, now: Tick) {
        self.in_flight = false;
        self.by(now);
    }

    /// The number of the next listing that is asked: what happened until now is in its answer.
    pub(super) fn next(&self) -> u64 {
        self.asks + 1
    }

    /// True when the layout is that of a listing of this number or a later one.
    pub(super) fn is_known(&self, number: u64) -> bool {
        self.known >= number
    }

    /// Those who wait for a listing that was not asked yet.
    fn take_waiting(&mut self) -> Vec<Answer<Layout, MuxError>> {
        std::mem::take(&mut self.waiting)
    }

    /// Another server, or none.
    pub(super) fn forget(&mut self) {
        self.told = false;
        self.due = None;
    }
}

impl TmuxHub {
    pub(super) fn listing_deadline(&self) -> Option<Tick> {
        let can = !self.listing.in_flight && self.link.up().is_some();
        self.listing.due.filter(|_| can)
    }

    pub(super) fn on_listing_time(&mut self, now: Tick) {
        if self.listing_deadline().is_none_or(|due| due > now) {
            return;
        }
        self.listing.due = None;
        self.listing.in_flight = true;
        self.listing.asks += 1;
        let waiting = self.listing.take_waiting();
        self.listing.asked.extend(waiting);
        self.calls.listing_sent();
        self.command(&question(), Purpose::Listing);
    }

    pub(super) fn on_listed(&mut self, result: Result<Replies, MuxError>) {
        self.listing.in_flight = false;
        let now = self.now();
        match result {
            Ok(replies) => {
                self.listing.known = self.listing.asks;
                let layout = Layout::read(&replies, &self.layout, &self.ours);
                for answer in std::mem::take(&mut self.listing.asked) {
                    // Whoever asked may have left.
                    drop(answer.send(Ok(layout.clone())));
                }
                self.apply(layout);
            }
            Err(error) => {
                tracing::debug!(%error, "the layout was not answered");
                self.listing.by(now.after(BACKOFF_FIRST));
                self.calls.listing_failed();
                let asked = std::mem::take(&mut self.listing.asked);
                if matches!(error, MuxError::Disconnected { .. }) {
                    // It is asked again on the next connection.
                    self.listing.waiting.extend(asked);
                } else {
                    for answer in asked {
                        drop(answer.send(Err(error.clone())));
                    }
                }
            }
        }
        self.on_listing_time(now);
    }

    /// The requests whose listing cannot be asked now.
    pub(super) fn take_unlisted(&mut self) -> Vec<Request> {
        let layouts = self.listing.take_waiting().into_iter();
        layouts
            .map(|answer| Request::Layout { answer })
            .chain(self.calls.take_waiting().map(Request::Watch))
            .collect()
    }

    /// A new truth.
    pub(super) fn apply(&mut self, layout: Layout) {
        let changed = !self.listing.told || layout.differs(&self.layout);
        self.layout = layout;
        self.listing.told = true;
        self.ours
            .retain(|pane, _| self.layout.pane(*pane).is_some());
        if changed {
            self.outbox.push(MuxEvent::Layout {
                sessions: self.layout.sessions.clone(),
                panes: self.layout.panes.clone(),
            });
        }
        self.look_at_watched();
        self.look_at_departing();
        self.start_waiting_watches();
        self.rebalance();
    }
}
