//! `logs`: entries of a runner, from memory and disk as one, and a follower that gets every one after them.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};

use super::entry::{Entry, RunnerNow};
use super::history::{Read, Until};
use super::limits::{BATCH_DELAY, BATCH_ENTRIES, FOLLOWER_BATCHES};
use super::query::{Collector, LogQuery};
use super::tail::{LeftOut, Tail, TailItem};
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::log::LogEntry;

/// What the monitor has of a log in memory.
struct InMemory {
    id: RunnerId,
    entries: Vec<LogEntry>,
    /// True when there never was more.
    complete: bool,
}

impl InMemory {
    /// What `query` may need: when every entry fits, no more than it asks for.
    fn of(entry: &Entry, query: &LogQuery) -> Self {
        let most = if query.takes_all() && !query.whole {
            query.limit()
        } else {
            usize::MAX
        };
        Self {
            id: entry.runner.id,
            entries: entry.tail(most),
            complete: entry.is_log_complete(),
        }
    }
}

impl App {
    /// The entries of a runner that `query` wants, oldest first. Memory and disk are read as one.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Transcript` when the disk is needed and cannot be read.
    pub async fn logs(&self, runner: String, query: LogQuery) -> Result<Vec<LogEntry>, AppError> {
        let wanted = query.clone();
        let memory = self
            .monitor
            .turn(move |world| Ok::<_, AppError>(InMemory::of(world.find(&runner)?, &wanted)))
            .await??;
        self.gather(memory, &query).await
    }

    /// The same, and from there on every new entry that fits.
    ///
    /// # Errors
    /// As [`App::logs`].
    pub async fn follow_logs(
        &self,
        runner: String,
        query: LogQuery,
    ) -> Result<LogFollower, AppError> {
        let (items, receiver) = mpsc::channel(FOLLOWER_BATCHES);
        let (left_out, left_out_receiver) = watch::channel(LeftOut::default());
        let wanted = query.clone();
        let (memory, last, ended) = self
            .monitor
            .turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let last = entry.pushed();
                entry.follow(Tail { items, left_out });
                let ended = entry.status().is_ended().then(|| Box::new(entry.now()));
                Ok::<_, AppError>((InMemory::of(entry, &wanted), last, ended))
            })
            .await??;
        let backlog = self.gather(memory, &query).await?;
        Ok(LogFollower {
            query,
            backlog,
            ended,
            items: receiver,
            left_out: left_out_receiver,
            last,
            held: None,
        })
    }

    /// Places grow, so the disk has everything before the first place in memory. At that place itself an earlier daemon may have
    /// written entries that memory lacks, and memory may have some that are not written yet.
    async fn gather(&self, memory: InMemory, query: &LogQuery) -> Result<Vec<LogEntry>, AppError> {
        if query.is_backwards() {
            return self.gather_backwards(memory, query).await;
        }
        let mut collector = Collector::new(query);
        let first = memory.entries.first().map(|entry| entry.place);
        let mut entries = VecDeque::from(memory.entries);
        let enough = query.takes_all() && query.limit() <= entries.len();
        if !memory.complete && !enough {
            let mut here = Vec::new();
            let until = first.map_or(Until::End, Until::Including);
            let mut each = |read: Read| {
                match read {
                    Read::Entry(entry) if Some(entry.place) == first => here.push(entry),
                    Read::Entry(entry) => collector.push(entry),
                    Read::UpTo(place) => collector.pass(place),
                }
                !collector.is_full()
            };
            self.read_log(memory.id, query, until, &mut each).await?;
            entries.retain(|entry| query.may_want(&entry.text));
            let known = overlap(&here, &entries);
            here.into_iter().for_each(|entry| collector.push(entry));
            entries.drain(..known);
        }
        entries.into_iter().for_each(|entry| collector.push(entry));
        Ok(collector.finish())
    }

    /// The same for a page that ends somewhere: the disk is read backwards, and only when memory has not enough.
    async fn gather_backwards(
        &self,
        memory: InMemory,
        query: &LogQuery,
    ) -> Result<Vec<LogEntry>, AppError> {
        let mut collector = Collector::new(query);
        let first = memory.entries.first().map(|entry| entry.place);
        let wanted = |entry: &LogEntry| query.is_within(entry) && query.fits(entry);
        let (here, newer): (Vec<_>, Vec<_>) = memory
            .entries
            .into_iter()
            .filter(wanted)
            .partition(|entry| Some(entry.place) == first);
        let mut here = VecDeque::from(here);
        let missing = query.limit().saturating_sub(newer.len());
        if !memory.complete && missing > 0 {
            let behind = [first.map(|first| first.after(1)), query.before];
            let behind = behind.into_iter().flatten().min();
            let found = self
                .entries_before(memory.id, behind, query, missing)
                .await?;
            let same = |one: &&LogEntry| Some(one.place) == first;
            let mut on_disk: Vec<_> = found.iter().rev().take_while(same).cloned().collect();
            on_disk.reverse();
            here.drain(..overlap(&on_disk, &here));
            found.into_iter().for_each(|entry| collector.push(entry));
        } else if !memory.complete {
            // It may have lost some of its entries, and is not needed.
            here.clear();
        }
        let rest = here.into_iter().chain(newer);
        rest.for_each(|entry| collector.push(entry));
        Ok(collector.finish())
    }
}

/// How many of the first in memory are the last on disk, which may have joined their times with others.
fn overlap(on_disk: &[LogEntry], in_memory: &VecDeque<LogEntry>) -> usize {
    let most = on_disk.len().min(in_memory.len());
    let is_same = |(a, b): (&LogEntry, &LogEntry)| {
        (a.place, a.source, &a.text) == (b.place, b.source, &b.text)
    };
    let known = (1..=most).rev().find(|known| {
        let last = on_disk.iter().skip(on_disk.len() - known);
        last.zip(in_memory).all(is_same)
    });
    known.unwrap_or(0)
}

/// What a follower gets next.
#[derive(Debug)]
pub enum FollowItem {
    /// New entries, at most 50, in order; may be empty.
    Entries(Vec<LogEntry>),
    /// So many entries were left out here, because the follower was too slow.
    Lagged(u64),
    /// The run is over and everything it printed has been given.
    Ended(Box<RunnerNow>),
}

/// A reader of one runner's log. Being slow costs it entries, and nobody else anything.
#[derive(Debug)]
pub struct LogFollower {
    query: LogQuery,
    backlog: Vec<LogEntry>,
    /// The runner, if it had ended before the follower came.
    ended: Option<Box<RunnerNow>>,
    items: mpsc::Receiver<TailItem>,
    left_out: watch::Receiver<LeftOut>,
    /// Number of the newest entry that was given or counted as left out.
    last: u64,
    /// Taken from the queue, but not given yet.
    held: Option<TailItem>,
}

impl LogFollower {
    /// The next item; `None` when the runner was forgotten or the daemon ends.
    pub async fn next(&mut self) -> Option<FollowItem> {
        if !self.backlog.is_empty() {
            let rest = self
                .backlog
                .split_off(self.backlog.len().min(BATCH_ENTRIES));
            return Some(FollowItem::Entries(std::mem::replace(
                &mut self.backlog,
                rest,
            )));
        }
        if let Some(runner) = self.ended.take() {
            return Some(FollowItem::Ended(runner));
        }
        let item = match self.held.take() {
            Some(item) => item,
            None => match self.receive().await? {
                Received::Item(item) => item,
                Received::Lagged(count) => return Some(FollowItem::Lagged(count)),
            },
        };
        match item {
            TailItem::Ended(runner) => Some(FollowItem::Ended(runner)),
            TailItem::Entries { first, entries } => Some(self.give(first, entries).await),
        }
    }

    async fn receive(&mut self) -> Option<Received> {
        loop {
            tokio::select! {
                biased;
                item = self.items.recv() => return item.map(Received::Item),
                changed = self.left_out.changed() => {
                    changed.ok()?;
                    // Only now is the queue empty, so nothing older than what was left out is still to come.
                    let LeftOut { newest, ended } = self.left_out.borrow_and_update().clone();
                    if let Some(count) = self.lag_to(newest) {
                        self.ended = ended;
                        return Some(Received::Lagged(count));
                    }
                    if let Some(ended) = ended {
                        return Some(Received::Item(TailItem::Ended(ended)));
                    }
                }
            }
        }
    }

    /// Counts what lies between the last given entry and that one as left out.
    fn lag_to(&mut self, number: u64) -> Option<u64> {
        let count = number.checked_sub(self.last).filter(|count| *count > 0)?;
        self.last = number;
        Some(count)
    }

    /// Gives a batch, filled up with what comes within [`BATCH_DELAY`]; first tells of a hole before it.
    async fn give(&mut self, first: u64, batch: Arc<[LogEntry]>) -> FollowItem {
        if let Some(count) = self.lag_to(first.saturating_sub(1)) {
            self.held = Some(TailItem::Entries {
                first,
                entries: batch,
            });
            return FollowItem::Lagged(count);
        }
        let mut given = batch.to_vec();
        self.last += batch.len() as u64;
        let deadline = Instant::now() + BATCH_DELAY;
        while given.len() < BATCH_ENTRIES {
            let Ok(Some(item)) = timeout_at(deadline, self.items.recv()).await else {
                break;
            };
            match item {
                TailItem::Entries { first, entries }
                    if first == self.last + 1 && given.len() + entries.len() <= BATCH_ENTRIES =>
                {
                    self.last += entries.len() as u64;
                    given.extend_from_slice(&entries);
                }
                other => {
                    self.held = Some(other);
                    break;
                }
            }
        }
        given.retain(|entry| self.query.fits(entry));
        FollowItem::Entries(given)
    }
}

enum Received {
    Item(TailItem),
    Lagged(u64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{Epoch, Seq};
    use crate::domain::log::LogSource;
    use crate::domain::time::Timestamp;
    use crate::domain::transcript::Position;

    fn entries(texts: &[&str], at: u64) -> Vec<LogEntry> {
        let entry = |text: &&str| LogEntry {
            place: Position::new(Epoch(1), Seq(8)),
            at: Timestamp(at),
            source: LogSource::Pane,
            text: (*text).into(),
        };
        texts.iter().map(entry).collect()
    }

    #[test]
    fn what_disk_and_memory_both_have_is_told_once() {
        let known = |on_disk: &[&str], in_memory: &[&str]| {
            overlap(&entries(on_disk, 1), &entries(in_memory, 2).into())
        };
        assert_eq!(known(&["a"], &["b", "c"]), 0);
        assert_eq!(known(&["a", "b"], &["b", "c"]), 1);
        assert_eq!(known(&["a", "b", "c"], &["b", "c"]), 2);
        assert_eq!(known(&["a", "a"], &["a", "a", "a"]), 2);
        assert_eq!(known(&[], &["a"]), 0);
    }
}
