//! The line of orders for the writer: output is bounded by bytes and by count, and never waits; orders of people always fit.
//!
//! Output does not wake a writer that dozes until the time to write: else each frame of each spinner would.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::limits::{INBOX_BYTES, INBOX_ORDERS, WAKING_BYTES, WAKING_ORDERS};
use super::row::{lines_size, record_size, screen_size};
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::domain::transcript::Piece;
use crate::ports::transcript::{Overloaded, Pruned, Retention, TranscriptError};

type Answer<T> = oneshot::Sender<Result<T, TranscriptError>>;

/// What the writer is told.
pub(super) enum Order {
    /// Keep this.
    Append { runner: RunnerId, piece: Piece },
    /// Write what is pending.
    Flush {
        runner: RunnerId,
        durable: bool,
        answer: Answer<()>,
    },
    /// Remove what is too old or too much.
    Prune {
        retention: Retention,
        now: Timestamp,
        dry_run: bool,
        answer: Answer<Vec<Pruned>>,
    },
    /// A reader found damage: set the file aside if that is so.
    Check {
        runner: RunnerId,
        answer: Answer<()>,
    },
    /// Remove everything of a runner.
    Forget {
        runner: RunnerId,
        answer: Answer<()>,
    },
    /// Whose transcripts are there?
    Runners { answer: Answer<Vec<RunnerId>> },
    /// Write everything, and end.
    End,
}

#[derive(Default)]
struct Load {
    bytes: AtomicUsize,
    orders: AtomicUsize,
    /// The writer wants to be woken by whatever comes.
    listens: AtomicBool,
}

/// The end that gives orders.
pub(super) struct Inbox {
    orders: mpsc::Sender<Order>,
    bell: mpsc::SyncSender<()>,
    load: Arc<Load>,
}

/// The end that takes them.
pub(super) struct Outlet {
    orders: mpsc::Receiver<Order>,
    bell: mpsc::Receiver<()>,
    load: Arc<Load>,
}

/// A line.
pub(super) fn inbox() -> (Inbox, Outlet) {
    let (sender, receiver) = mpsc::channel();
    // One ring is as good as many.
    let (bell, rung) = mpsc::sync_channel(1);
    let load = Arc::<Load>::default();
    let inbox = Inbox {
        orders: sender,
        bell,
        load: Arc::clone(&load),
    };
    let outlet = Outlet {
        orders: receiver,
        bell: rung,
        load,
    };
    (inbox, outlet)
}

/// What a piece takes, about.
fn size(piece: &Piece) -> usize {
    match piece {
        Piece::Output { chunk, lines } => {
            chunk.bytes.len() + lines.as_deref().map_or(0, lines_size)
        }
        Piece::Keyframe(screen) => screen_size(screen),
        Piece::Record(record) => record_size(record),
    }
}

impl Inbox {
    /// Puts a piece in line, if there is room.
    pub(super) fn append(&self, runner: RunnerId, piece: Piece) -> Result<(), Overloaded> {
        let size = size(&piece);
        if self.load.bytes.load(Ordering::Relaxed) + size > INBOX_BYTES
            || self.load.orders.load(Ordering::Relaxed) >= INBOX_ORDERS
        {
            return Err(Overloaded);
        }
        let bytes = self.load.bytes.fetch_add(size, Ordering::Relaxed) + size;
        let orders = self.load.orders.fetch_add(1, Ordering::Relaxed) + 1;
        let order = Order::Append { runner, piece };
        self.orders.send(order).map_err(|_ended| Overloaded)?;
        // Behind the sending, as the writer looks again behind saying that it listens: one of them sees the other.
        fence(Ordering::SeqCst);
        if self.load.listens.load(Ordering::Relaxed)
            || bytes >= WAKING_BYTES
            || orders >= WAKING_ORDERS
        {
            self.ring();
        }
        Ok(())
    }

    /// Puts an order in line. Of a writer that has ended nobody hears an answer, which says so.
    pub(super) fn order(&self, order: Order) {
        let _ended = self.orders.send(order);
        self.ring();
    }

    fn ring(&self) {
        // It rings already, or nobody is there to hear it.
        let _rings = self.bell.try_send(());
    }
}

impl Outlet {
    /// The next order: waits for it, with `wait` at most so long. `None` when the time is up, and now and then before.
    pub(super) fn next(&self, wait: Option<Duration>) -> Option<Order> {
        self.load.listens.store(true, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        let order = self.ready().or_else(|| self.wait(wait));
        self.load.listens.store(false, Ordering::Relaxed);
        order
    }

    /// The same, but output waits until the time is up, when it is not very much.
    pub(super) fn doze(&self, wait: Duration) -> Option<Order> {
        self.wait(Some(wait))
    }

    /// The next order that is there.
    pub(super) fn ready(&self) -> Option<Order> {
        let order = match self.orders.try_recv() {
            Ok(order) => order,
            Err(mpsc::TryRecvError::Empty) => return None,
            Err(mpsc::TryRecvError::Disconnected) => Order::End,
        };
        if let Order::Append { piece, .. } = &order {
            self.load.bytes.fetch_sub(size(piece), Ordering::Relaxed);
            self.load.orders.fetch_sub(1, Ordering::Relaxed);
        }
        Some(order)
    }

    fn wait(&self, wait: Option<Duration>) -> Option<Order> {
        // Timed out or rung, or the other end is gone: what is there to be done stands in line.
        match wait {
            None => drop(self.bell.recv()),
            Some(wait) => drop(self.bell.recv_timeout(wait)),
        }
        self.ready()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::transcript::{Chunk, Position};

    #[test]
    fn what_is_too_much_is_refused_and_orders_still_fit() {
        let (inbox, outlet) = inbox();
        let runner = RunnerId::new(uuid::Uuid::now_v7());
        let piece = || Piece::Output {
            chunk: Chunk {
                at: Position::default(),
                time: Timestamp(1),
                bytes: vec![b'x'; INBOX_BYTES / 2].into(),
            },
            lines: None,
        };
        inbox.append(runner, piece()).unwrap();
        inbox.append(runner, piece()).unwrap();
        assert_eq!(inbox.append(runner, piece()), Err(Overloaded));
        inbox.order(Order::End);
        assert!(matches!(outlet.next(None), Some(Order::Append { .. })));
        inbox.append(runner, piece()).unwrap();
        assert!(matches!(outlet.next(None), Some(Order::Append { .. })));
        assert!(matches!(outlet.next(None), Some(Order::End)));
    }

    #[test]
    fn output_wakes_who_listens_and_not_who_dozes() {
        const SOON: Duration = Duration::from_millis(20);
        const LATE: Duration = Duration::from_secs(60);
        let piece = |len| Piece::Output {
            chunk: Chunk {
                at: Position::default(),
                time: Timestamp(1),
                bytes: vec![b'x'; len].into(),
            },
            lines: None,
        };
        let runner = RunnerId::new(uuid::Uuid::now_v7());
        let (inbox, mut outlet) = inbox();
        let taken = |order: Option<Order>| matches!(order, Some(Order::Append { .. }));
        std::thread::scope(|scope| {
            let outlet = &mut outlet;
            let writer = scope.spawn(move || taken(outlet.next(Some(LATE))));
            inbox.append(runner, piece(1)).unwrap();
            assert!(writer.join().unwrap());
        });
        inbox.append(runner, piece(1)).unwrap();
        assert!(taken(outlet.doze(SOON)), "it is there when the time is up");
        // The bell may still ring for what was taken before.
        let doze_on = |outlet: &mut Outlet| {
            std::iter::repeat_with(|| outlet.doze(LATE)).find_map(|order| order)
        };
        std::thread::scope(|scope| {
            // No time is up from here on.
            let outlet = &mut outlet;
            let writer = scope.spawn(move || taken(doze_on(outlet)));
            inbox.append(runner, piece(WAKING_BYTES)).unwrap();
            assert!(writer.join().unwrap(), "much output wakes");
        });
        std::thread::scope(|scope| {
            let outlet = &mut outlet;
            let writer = scope.spawn(move || matches!(doze_on(outlet), Some(Order::End)));
            inbox.order(Order::End);
            assert!(writer.join().unwrap(), "an order wakes");
        });
    }
}
