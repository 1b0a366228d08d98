//! The `MuxEvent`s on their way to their one reader. A slow reader gets the newest layout, not every one; `ServerGone`
//! is never left out.

use std::collections::VecDeque;
use std::task::{Context, Poll};

use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use crate::ports::mux::MuxEvent;

/// The sending half of `Mux::events`.
pub(super) struct Outbox {
    sender: PollSender<MuxEvent>,
    queue: VecDeque<MuxEvent>,
}

impl Outbox {
    pub(super) fn new(sender: mpsc::Sender<MuxEvent>) -> Self {
        Self {
            sender: PollSender::new(sender),
            queue: VecDeque::new(),
        }
    }

    /// Queues an event; a layout replaces one that still waits.
    pub(super) fn push(&mut self, event: MuxEvent) {
        let replaces = matches!(event, MuxEvent::Layout { .. })
            && matches!(self.queue.back(), Some(MuxEvent::Layout { .. }));
        if replaces {
            self.queue.pop_back();
        }
        self.queue.push_back(event);
    }

    /// Sends what there is room for, and wakes the task when there is room again.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) {
        while !self.queue.is_empty() {
            match self.sender.poll_reserve(cx) {
                Poll::Pending => return,
                Poll::Ready(Ok(())) => {}
                // Nobody reads events: then nobody misses them.
                Poll::Ready(Err(_closed)) => return self.queue.clear(),
            }
            if let Some(event) = self.queue.pop_front()
                && self.sender.send_item(event).is_err()
            {
                return self.queue.clear();
            }
        }
    }
}
