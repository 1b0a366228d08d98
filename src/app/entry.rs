//! One runner within the world: the runner itself, its log, and who waits for it or follows it.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::DropGuard;

use super::limits::{BATCH_ENTRIES, LOG_BYTES, LOG_ENTRIES};
use crate::domain::evidence::{Evidence, Fact};
use crate::domain::ids::{Epoch, Pid, Seq};
use crate::domain::line::LineAssembler;
use crate::domain::log::{LogEntry, LogRing, LogSource};
use crate::domain::runner::Runner;
use crate::domain::status::Status;
use crate::domain::time::{Tick, Timestamp};
use crate::domain::transcript::Position;

/// A runner as it is at one moment.
#[derive(Debug, Clone)]
pub struct RunnerNow {
    /// The runner.
    pub runner: Runner,
    /// The end of its transcript.
    pub end: Position,
    /// How many log entries it has had under this daemon's eyes.
    pub entries: u64,
}

/// What a follower of a log is sent.
#[derive(Debug, Clone)]
pub(super) enum TailItem {
    /// New entries, at most [`BATCH_ENTRIES`].
    Entries {
        /// The number of the first.
        first: u64,
        /// Never empty.
        entries: Arc<[LogEntry]>,
    },
    /// The run is over and all its entries have been sent.
    Ended(Box<RunnerNow>),
}

/// The monitor's end of one follower.
pub(super) struct Tail {
    pub(super) items: mpsc::Sender<TailItem>,
    /// What found no room in `items`.
    pub(super) left_out: watch::Sender<LeftOut>,
}

/// What a follower has to be told although its queue was full.
#[derive(Debug, Clone, Default)]
pub(super) struct LeftOut {
    /// The number of the newest entry that found no room.
    pub(super) newest: u64,
    /// The end of the run, if that found none either.
    pub(super) ended: Option<Box<RunnerNow>>,
}

/// Somebody who waits for a status.
pub(super) struct Waiter {
    /// What they wait for; empty means any end.
    pub(super) wanted: Vec<Status>,
    pub(super) answer: oneshot::Sender<RunnerNow>,
}

/// How the start of a run went, told to the verb that began it.
pub(super) type StartResult = Result<Pid, String>;

/// The meeting of the verb that starts a run with the run parent in the pane.
#[derive(Default)]
pub(super) struct Start {
    /// The run parents that wait for the pane to be watched.
    pub(super) begin: Vec<oneshot::Sender<()>>,
    /// True when the pane is watched.
    pub(super) watched: bool,
    /// The verb, waiting for the program.
    pub(super) started: Option<oneshot::Sender<StartResult>>,
}

/// A runner with everything that belongs to it.
pub(super) struct Entry {
    pub(super) runner: Runner,
    /// Bytes of the present epoch.
    seq: Seq,
    log: LogRing,
    lines: LineAssembler,
    tails: Vec<Tail>,
    waiters: Vec<Waiter>,
    /// The pump of the current run; dropping it ends the watch.
    pub(super) watch: Option<DropGuard>,
    /// When the run is over its time.
    pub(super) deadline: Option<Tick>,
    pub(super) start: Start,
}

impl Entry {
    pub(super) fn new(runner: Runner) -> Self {
        Self {
            runner,
            seq: Seq(0),
            log: LogRing::new(LOG_ENTRIES, LOG_BYTES),
            lines: LineAssembler::default(),
            tails: Vec::new(),
            waiters: Vec::new(),
            watch: None,
            deadline: None,
            start: Start::default(),
        }
    }

    pub(super) fn now(&self) -> RunnerNow {
        RunnerNow {
            runner: self.runner.clone(),
            end: self.end(),
            entries: self.log.pushed(),
        }
    }

    /// The end of its transcript.
    pub(super) const fn end(&self) -> Position {
        Position::new(Epoch(self.runner.run), self.seq)
    }

    pub(super) fn status(&self) -> Status {
        self.runner.status.status()
    }

    /// Applies evidence and answers those who waited for what it brings. True when the status changed.
    pub(super) fn apply(&mut self, at: Timestamp, fact: Fact) -> bool {
        if self.runner.status.apply(&Evidence { at, fact }).is_none() {
            return false;
        }
        self.answer_waiters();
        true
    }

    fn answer_waiters(&mut self) {
        let status = self.status();
        let now = self.now();
        let (met, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiters)
            .into_iter()
            .filter(|waiter| !waiter.answer.is_closed())
            .partition(|waiter| is_met(&waiter.wanted, status));
        self.waiters = waiting;
        for waiter in met {
            // An error means that the one who waited has gone away.
            let _gone = waiter.answer.send(now.clone());
        }
    }

    /// Adds a waiter, or answers it at once.
    pub(super) fn wait(&mut self, waiter: Waiter) {
        self.waiters.push(waiter);
        self.answer_waiters();
    }

    pub(super) fn output(&mut self, at: Timestamp, bytes: &[u8]) {
        self.runner.output_bytes += bytes.len() as u64;
        self.seq.0 += bytes.len() as u64;
        self.runner.last_output_at = Some(at);
        let lines = self.lines.push(bytes);
        self.append(at, LogSource::Pane, lines.iter().map(String::as_str));
    }

    /// Ends the unfinished line of a run that is over.
    pub(super) fn finish_line(&mut self, at: Timestamp) {
        if let Some(line) = std::mem::take(&mut self.lines).finish() {
            self.append(at, LogSource::Pane, [line.as_str()]);
        }
    }

    pub(super) fn append<'a>(
        &mut self,
        at: Timestamp,
        source: LogSource,
        lines: impl IntoIterator<Item = &'a str>,
    ) {
        let mut first = self.log.pushed() + 1;
        let place = self.end();
        let entries: Vec<LogEntry> = lines
            .into_iter()
            .map(|text| LogEntry {
                place,
                at,
                source,
                text: text.into(),
            })
            .collect();
        for entry in &entries {
            self.log.push(entry.clone());
        }
        if self.tails.is_empty() {
            return;
        }
        for batch in entries.chunks(BATCH_ENTRIES) {
            let entries: Arc<[LogEntry]> = batch.into();
            self.tails.retain(|tail| send(tail, first, &entries));
            first += batch.len() as u64;
        }
    }

    /// Tells the followers that the run is over.
    pub(super) fn tell_end(&mut self) {
        let now = self.now();
        self.tails.retain(|tail| {
            let ended = Box::new(now.clone());
            match tail.items.try_send(TailItem::Ended(ended)) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    let ended = Some(Box::new(now.clone()));
                    tail.left_out.send_modify(|left_out| left_out.ended = ended);
                    true
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            }
        });
    }

    /// The newest entries, and from here on every new one through `tail`: no hole and no repeat between.
    pub(super) fn follow(&mut self, limit: usize, tail: Tail) -> Vec<LogEntry> {
        self.tails.push(tail);
        self.log.tail(limit)
    }

    pub(super) fn tail(&self, limit: usize) -> Vec<LogEntry> {
        self.log.tail(limit)
    }

    /// Number of the newest entry.
    pub(super) const fn pushed(&self) -> u64 {
        self.log.pushed()
    }
}

/// True when `status` is one of `wanted`; with none wanted, when it is an end.
pub(super) fn is_met(wanted: &[Status], status: Status) -> bool {
    if wanted.is_empty() {
        status.is_ended()
    } else {
        wanted.contains(&status)
    }
}

/// False when the follower is gone.
fn send(tail: &Tail, first: u64, entries: &Arc<[LogEntry]>) -> bool {
    let item = TailItem::Entries {
        first,
        entries: Arc::clone(entries),
    };
    match tail.items.try_send(item) {
        Ok(()) => true,
        Err(mpsc::error::TrySendError::Full(_)) => {
            let newest = first + entries.len() as u64 - 1;
            tail.left_out
                .send_modify(|left_out| left_out.newest = newest);
            true
        }
        Err(mpsc::error::TrySendError::Closed(_)) => false,
    }
}
