//! The line of orders for the writer: output is bounded by bytes and by count, and never waits; orders of people always fit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::limits::{INBOX_BYTES, INBOX_ORDERS};
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
}

/// The end that gives orders.
pub(super) struct Inbox {
    orders: mpsc::Sender<Order>,
    load: Arc<Load>,
}

/// The end that takes them.
pub(super) struct Outlet {
    orders: mpsc::Receiver<Order>,
    load: Arc<Load>,
}

/// A line.
pub(super) fn inbox() -> (Inbox, Outlet) {
    let (sender, receiver) = mpsc::channel();
    let load = Arc::<Load>::default();
    let inbox = Inbox {
        orders: sender,
        load: Arc::clone(&load),
    };
    let outlet = Outlet {
        orders: receiver,
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
        self.load.bytes.fetch_add(size, Ordering::Relaxed);
        self.load.orders.fetch_add(1, Ordering::Relaxed);
        let order = Order::Append { runner, piece };
        self.orders.send(order).map_err(|_ended| Overloaded)
    }

    /// Puts an order in line. Of a writer that has ended nobody hears an answer, which says so.
    pub(super) fn order(&self, order: Order) {
        let _ended = self.orders.send(order);
    }
}

impl Outlet {
    /// The next order: waits for it, with `wait` at most so long. `None` when the time is up.
    pub(super) fn next(&self, wait: Option<Duration>) -> Option<Order> {
        let order = match wait {
            None => self.orders.recv().unwrap_or(Order::End),
            Some(wait) => match self.orders.recv_timeout(wait) {
                Ok(order) => order,
                Err(mpsc::RecvTimeoutError::Timeout) => return None,
                Err(mpsc::RecvTimeoutError::Disconnected) => Order::End,
            },
        };
        if let Order::Append { piece, .. } = &order {
            self.load.bytes.fetch_sub(size(piece), Ordering::Relaxed);
            self.load.orders.fetch_sub(1, Ordering::Relaxed);
        }
        Some(order)
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
}
