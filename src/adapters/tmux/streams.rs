//! What leaves the hub: the streams of followed panes and the events of the multiplexer, sent as far as their readers take them.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;

use super::feed::{Feed, FeedState};
use super::gather::Gather;
use super::outbox::Outbox;
use super::watching::Watch;
use crate::domain::ids::PaneId;
use crate::domain::time::Tick;

/// What readers of streams did.
#[derive(Default)]
pub(super) struct Readers {
    /// Panes whose reader has left.
    pub(super) left: Vec<PaneId>,
    /// Panes whose reader missed output and has caught up.
    pub(super) torn: Vec<PaneId>,
}

/// Everything that leaves the hub towards readers.
pub(super) struct Streams<'a> {
    pub(super) watches: &'a mut BTreeMap<PaneId, Watch>,
    pub(super) leaving: &'a mut Vec<Feed>,
    pub(super) outbox: &'a mut Outbox,
    pub(super) gather: &'a mut Gather,
}

impl Streams<'_> {
    /// Sends what readers have room for; returns when one has left or needs a picture.
    pub(super) async fn poll(&mut self, now: Tick) -> Readers {
        poll_fn(|cx| {
            self.outbox.poll(cx);
            if self.gather.skips(now) {
                return Poll::Pending;
            }
            self.leaving
                .retain_mut(|feed| feed.poll(cx) == FeedState::Open);
            let holds = self.gather.holds(now);
            let mut readers = Readers::default();
            for (pane, Watch { feed, .. }) in self.watches.iter_mut() {
                if holds && feed.may_rest() {
                    if feed.poll_closed(cx) {
                        readers.left.push(*pane);
                    }
                } else if feed.poll(cx) == FeedState::Done {
                    readers.left.push(*pane);
                } else if feed.wants_picture() {
                    readers.torn.push(*pane);
                }
            }
            self.gather.sent(now);
            if readers.left.is_empty() && readers.torn.is_empty() {
                Poll::Pending
            } else {
                Poll::Ready(readers)
            }
        })
        .await
    }
}
