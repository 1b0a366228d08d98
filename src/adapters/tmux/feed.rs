//! The stream of one followed pane: joins output, keeps it for a slow reader up to a bound, marks what is missing, and
//! knows activity and silence. No IO: the hub hands in what happens and polls the feed to send.
//!
//! Invariant: events leave in the order in which they happened, and nothing but output is ever dropped.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;

use super::limits::{FEED_EVENT_BYTES, FEED_PENDING_BYTES, GATHER_BYTES, STREAM_QUEUE};
use crate::domain::activity::{Activity, ActivityClock};
use crate::domain::exit::Exit;
use crate::domain::pane_screen::PaneScreen;
use crate::domain::time::{Tick, Timestamp};
use crate::domain::transcript::Size;
use crate::ports::process::{MonitorOptions, ProcessEvent};

/// The sending half of a `monitor` stream.
pub(super) struct Feed {
    sender: PollSender<ProcessEvent>,
    /// Resolves when the reader has dropped its half.
    closed: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The task is woken by `closed`. All feeds are polled after each piece of output, so this is done once.
    is_waiting_for_close: bool,
    queue: VecDeque<Item>,
    /// Bytes of output in `queue`.
    queued: usize,
    clock: ActivityClock,
    /// The last event is in the queue; nothing may follow it.
    ended: bool,
    /// Output was dropped, and no picture has come since.
    torn: bool,
}

/// What a poll found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FeedState {
    /// Its reader is there.
    Open,
    /// The last event is sent, or nobody reads: the feed can go.
    Done,
}

enum Item {
    Output {
        at: Timestamp,
        parts: Vec<Bytes>,
        size: usize,
    },
    Event(ProcessEvent),
}

impl Feed {
    /// A feed and the stream that its reader gets.
    pub(super) fn new(options: MonitorOptions, now: Tick) -> (Self, mpsc::Receiver<ProcessEvent>) {
        let (sender, receiver) = mpsc::channel(STREAM_QUEUE);
        let mut clock = ActivityClock::new(options.silence_after, now);
        if !options.active {
            clock.expire(Tick(std::time::Duration::MAX));
        }
        let watched = sender.clone();
        let feed = Self {
            sender: PollSender::new(sender),
            closed: Box::pin(async move { watched.closed().await }),
            is_waiting_for_close: false,
            queue: VecDeque::new(),
            queued: 0,
            clock,
            ended: false,
            torn: false,
        };
        (feed, receiver)
    }

    /// The pane printed.
    pub(super) fn output(&mut self, bytes: Bytes, at: Timestamp, now: Tick) {
        if self.ended || bytes.is_empty() {
            return;
        }
        let woke = self.clock.output(now);
        self.keep(bytes, at);
        if woke {
            self.push(ProcessEvent::Activity(Activity::Active));
        }
    }

    /// What the pane shows at this place.
    pub(super) fn screen(&mut self, screen: PaneScreen, at: Timestamp) {
        let screen = Box::new(screen);
        self.push(ProcessEvent::Screen { at, screen });
    }

    /// The pane has this size from here on.
    pub(super) fn resized(&mut self, size: Size, at: Timestamp) {
        self.push(ProcessEvent::Resized { at, size });
    }

    /// Output is missing here, and nobody knows how much.
    pub(super) fn lost(&mut self) {
        let marked = matches!(
            self.queue.back(),
            Some(Item::Event(ProcessEvent::Lost { bytes: None }))
        );
        if !marked {
            self.push(ProcessEvent::Lost { bytes: None });
        }
    }

    /// The program ended. Nothing comes after this.
    pub(super) fn exit(&mut self, exit: Exit) {
        self.push(ProcessEvent::Exit(exit));
        self.ended = true;
    }

    /// When [`Self::expire`] is due.
    pub(super) fn deadline(&self) -> Option<Tick> {
        if self.ended {
            return None;
        }
        self.clock.deadline()
    }

    /// Tells a silence whose time has come.
    pub(super) fn expire(&mut self, now: Tick) {
        if self.ended {
            return;
        }
        if let Some(lasted) = self.clock.expire(now) {
            self.push(ProcessEvent::Silence { lasted });
            self.push(ProcessEvent::Activity(Activity::Idle));
        }
    }

    /// True when its reader has left.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.get_ref().is_none_or(mpsc::Sender::is_closed)
    }

    /// True when so much waits that it is no spinner.
    pub(super) const fn is_full(&self) -> bool {
        self.queued > GATHER_BYTES
    }

    /// True when there is nothing to send that could not rest for a moment.
    pub(super) fn may_rest(&self) -> bool {
        let is_output = |item: &Item| matches!(item, Item::Output { .. });
        !self.is_full() && self.queue.iter().all(is_output)
    }

    /// Sends what there is room for. Wakes the task when there is room again, or when the reader leaves; it must always be the same
    /// task.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> FeedState {
        if self.poll_closed(cx) {
            return FeedState::Done;
        }
        while !self.queue.is_empty() {
            match self.sender.poll_reserve(cx) {
                Poll::Pending => return FeedState::Open,
                Poll::Ready(Err(_closed)) => return FeedState::Done,
                Poll::Ready(Ok(())) => {}
            }
            if let Some(event) = self.take()
                && self.sender.send_item(event).is_err()
            {
                return FeedState::Done;
            }
        }
        if self.ended {
            FeedState::Done
        } else {
            FeedState::Open
        }
    }

    /// True when its reader has left. Wakes the task when it does.
    pub(super) fn poll_closed(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_waiting_for_close {
            self.is_waiting_for_close = true;
            return self.closed.as_mut().poll(cx).is_ready();
        }
        self.is_closed()
    }

    /// True once when output was dropped and its reader has caught up since: a picture mends what it misses.
    pub(super) fn wants_picture(&mut self) -> bool {
        self.queue.is_empty() && !self.ended && std::mem::take(&mut self.torn)
    }

    fn push(&mut self, event: ProcessEvent) {
        if !self.ended {
            self.queue.push_back(Item::Event(event));
        }
    }

    fn keep(&mut self, bytes: Bytes, at: Timestamp) {
        let len = bytes.len();
        while self.queued > 0 && self.queued + len > FEED_PENDING_BYTES {
            self.drop_oldest();
        }
        self.queued += len;
        match self.queue.back_mut() {
            Some(Item::Output { parts, size, .. }) if *size + len <= FEED_EVENT_BYTES => {
                parts.push(bytes);
                *size += len;
            }
            _ => self.queue.push_back(Item::Output {
                at,
                parts: vec![bytes],
                size: len,
            }),
        }
    }

    /// What a program printed last says most of it, so it is the oldest output that goes; in its place stands how much it was.
    fn drop_oldest(&mut self) {
        let is_output = |item: &Item| matches!(item, Item::Output { .. });
        let Some(first) = self.queue.iter().position(is_output) else {
            return;
        };
        let Some(Item::Output { size, .. }) = self.queue.remove(first) else {
            return;
        };
        self.torn = true;
        self.queued = self.queued.saturating_sub(size);
        let more = u64::try_from(size).unwrap_or(u64::MAX);
        let before = first.checked_sub(1).and_then(|at| self.queue.get_mut(at));
        if let Some(Item::Event(ProcessEvent::Lost { bytes: Some(count) })) = before {
            *count = count.saturating_add(more);
        } else {
            let lost = ProcessEvent::Lost { bytes: Some(more) };
            self.queue.insert(first, Item::Event(lost));
        }
    }

    fn take(&mut self) -> Option<ProcessEvent> {
        match self.queue.pop_front()? {
            Item::Event(event) => Some(event),
            Item::Output { at, parts, size } => {
                self.queued = self.queued.saturating_sub(size);
                let bytes = join(parts, size);
                Some(ProcessEvent::Output { at, bytes })
            }
        }
    }
}

fn join(mut parts: Vec<Bytes>, size: usize) -> Bytes {
    if parts.len() == 1
        && let Some(only) = parts.pop()
    {
        return only;
    }
    let mut whole = BytesMut::with_capacity(size);
    for part in parts {
        whole.extend_from_slice(&part);
    }
    whole.freeze()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::exit::{ExitSource, Outcome};

    const EXIT: Exit = Exit {
        outcome: Outcome::Code(0),
        source: ExitSource::Tmux,
        at: Timestamp(9),
    };

    fn feed(active: bool) -> (Feed, mpsc::Receiver<ProcessEvent>) {
        let options = MonitorOptions {
            silence_after: Duration::from_secs(30),
            active,
            has_run_parent: false,
        };
        Feed::new(options, Tick::default())
    }

    fn poll(feed: &mut Feed) -> FeedState {
        feed.poll(&mut Context::from_waker(std::task::Waker::noop()))
    }

    fn print(feed: &mut Feed, bytes: impl Into<Bytes>) {
        feed.output(bytes.into(), Timestamp(1), Tick::default());
    }

    /// Everything that was sent, in short.
    fn received(stream: &mut mpsc::Receiver<ProcessEvent>) -> Vec<String> {
        std::iter::from_fn(|| stream.try_recv().ok())
            .map(|event| match event {
                ProcessEvent::Output { bytes, .. } if bytes.len() > 20 => bytes.len().to_string(),
                ProcessEvent::Output { bytes, .. } => String::from_utf8(bytes.to_vec()).unwrap(),
                ProcessEvent::Lost { bytes } => format!("lost {bytes:?}"),
                ProcessEvent::Screen { .. } => "screen".to_owned(),
                ProcessEvent::Resized { size, .. } => format!("{}x{}", size.cols, size.rows),
                ProcessEvent::Activity(activity) => format!("{activity:?}"),
                ProcessEvent::Silence { lasted } => format!("silent {}", lasted.as_secs()),
                ProcessEvent::Exit(exit) => format!("{:?}", exit.outcome),
                ProcessEvent::Error(error) => error.to_string(),
            })
            .collect()
    }

    #[test]
    fn output_is_joined_and_nothing_follows_the_exit() {
        let (mut feed, mut stream) = feed(true);
        print(&mut feed, "a");
        print(&mut feed, "b");
        feed.lost();
        feed.lost();
        print(&mut feed, "c");
        feed.exit(EXIT);
        print(&mut feed, "late");
        feed.lost();
        feed.exit(EXIT);
        assert_eq!(poll(&mut feed), FeedState::Done);
        assert_eq!(received(&mut stream), ["ab", "lost None", "c", "Code(0)"]);
    }

    #[test]
    fn what_a_slow_reader_misses_is_counted_where_it_is_missing() {
        let (mut feed, mut stream) = feed(true);
        let chunk = Bytes::from(vec![b'x'; FEED_EVENT_BYTES]);
        let events = FEED_PENDING_BYTES / FEED_EVENT_BYTES + STREAM_QUEUE;
        for _ in 0..events {
            print(&mut feed, chunk.clone());
            assert_eq!(poll(&mut feed), FeedState::Open);
        }
        print(&mut feed, "1234");
        print(&mut feed, "567");
        feed.exit(EXIT);
        let mut all = Vec::new();
        while poll(&mut feed) == FeedState::Open {
            all.extend(received(&mut stream));
        }
        all.extend(received(&mut stream));
        let size = FEED_EVENT_BYTES.to_string();
        let mut wanted = vec![size.clone(); events];
        // The oldest that was not on its way yet.
        wanted[STREAM_QUEUE] = format!("lost Some({size})");
        wanted.extend(["1234567".to_owned(), "Code(0)".to_owned()]);
        assert_eq!(all, wanted);
    }

    #[test]
    fn what_goes_missing_in_one_place_is_told_once_and_events_stay() {
        let (mut feed, mut stream) = feed(true);
        feed.resized(Size { cols: 80, rows: 24 }, Timestamp(1));
        let chunk = Bytes::from(vec![b'x'; FEED_EVENT_BYTES]);
        for _ in 0..FEED_PENDING_BYTES / FEED_EVENT_BYTES + 3 {
            print(&mut feed, chunk.clone());
        }
        poll(&mut feed);
        let told = received(&mut stream);
        let lost = format!("lost Some({})", 3 * FEED_EVENT_BYTES);
        assert_eq!(
            told[..3],
            ["80x24".to_owned(), lost, FEED_EVENT_BYTES.to_string()]
        );
    }

    #[test]
    fn a_reader_that_missed_output_gets_a_picture_when_it_has_caught_up() {
        let (mut feed, mut stream) = feed(true);
        let chunk = Bytes::from(vec![b'x'; FEED_EVENT_BYTES]);
        for _ in 0..FEED_PENDING_BYTES / FEED_EVENT_BYTES {
            print(&mut feed, chunk.clone());
        }
        assert!(!feed.wants_picture());
        print(&mut feed, "too much");
        while !feed.wants_picture() {
            assert_eq!(poll(&mut feed), FeedState::Open);
            if received(&mut stream).is_empty() {
                panic!("everything was read and no picture was wanted");
            }
        }
        assert!(!feed.wants_picture());
    }

    #[test]
    fn silence_and_activity_are_told_once() {
        let (mut feed, mut stream) = feed(true);
        let at = |seconds| Tick(Duration::from_secs(seconds));
        assert_eq!(feed.deadline(), Some(at(30)));
        feed.expire(at(29));
        feed.expire(at(30));
        assert_eq!(feed.deadline(), None);
        feed.output("x".into(), Timestamp(1), at(40));
        assert_eq!(feed.deadline(), Some(at(70)));
        poll(&mut feed);
        assert_eq!(received(&mut stream), ["silent 30", "Idle", "x", "Active"]);
    }

    #[test]
    fn an_idle_pane_waits_for_nothing_but_output() {
        let (mut feed, mut stream) = feed(false);
        assert_eq!(feed.deadline(), None);
        print(&mut feed, "x");
        poll(&mut feed);
        assert_eq!(received(&mut stream), ["x", "Active"]);
    }

    #[test]
    fn a_reader_that_leaves_is_noticed() {
        let (mut feed, stream) = feed(true);
        assert!(poll(&mut feed) == FeedState::Open && !feed.is_closed());
        drop(stream);
        assert!(feed.is_closed());
        assert_eq!(poll(&mut feed), FeedState::Done);
    }
}
