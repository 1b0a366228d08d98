//! A ledger that keeps everything in memory. Clones share it, so a test can look while the app has it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::domain::finding::{FileMark, TokenUse, TurnPart};
use crate::domain::ids::RunnerId;
use crate::domain::time::Day;
use crate::domain::tokens::{By, Tokens, Used};
use crate::ports::ledger::{Batch, Change, Ledger, LedgerBounds, MARKS_KEPT, Sum, SumQuery, Turns};
use crate::ports::store::StoreError;

#[derive(Debug, Clone)]
struct Message {
    runner: RunnerId,
    key: String,
    day: Day,
    /// As found first.
    first: TokenUse,
    /// As found last.
    last: TokenUse,
}

fn used(message: &TokenUse) -> Used {
    Used::by(Tokens::of(message), message.cost_micros)
}

#[derive(Debug, Default)]
struct Contents {
    /// By kind, name and conversation.
    messages: BTreeMap<(String, String, String), Message>,
    names: BTreeMap<RunnerId, String>,
    /// With their kinds and runners, in the order in which they were found first.
    parts: Vec<(String, RunnerId, TurnPart)>,
    marks: BTreeMap<RunnerId, Vec<FileMark>>,
}

/// The ledger.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryLedger {
    contents: Arc<Mutex<Contents>>,
    is_full: Arc<AtomicBool>,
}

impl MemoryLedger {
    /// Whether the disk is full: then nothing can be written.
    pub(crate) fn set_full(&self, is_full: bool) {
        self.is_full.store(is_full, Ordering::Relaxed);
    }
}

impl Contents {
    fn put(&mut self, batch: &Batch, day: Day, message: TokenUse) -> Option<Change> {
        let place = (
            batch.kind.to_owned(),
            message.message.clone(),
            message.conversation.clone(),
        );
        let after = (message.model.clone(), used(&message));
        if let Some(known) = self.messages.get_mut(&place) {
            let before = (known.last.model.clone(), used(&known.last));
            known.last = message;
            return Some(Change {
                runner: known.runner,
                day: known.day,
                before: Some(before),
                after,
            });
        }
        let is_copied = self.messages.iter().any(|((kind, name, _), known)| {
            (kind.as_str(), name) == (batch.kind, &message.message)
                && (known.first.at..=known.last.at).contains(&message.at)
        });
        if is_copied {
            return None;
        }
        let new = Message {
            runner: batch.runner,
            key: batch.key.clone().unwrap_or_default(),
            day,
            first: message.clone(),
            last: message,
        };
        self.messages.insert(place, new);
        Some(Change {
            runner: batch.runner,
            day,
            before: None,
            after,
        })
    }

    fn put_part(&mut self, batch: &Batch, part: TurnPart) {
        let known = self.parts.iter_mut().find(|(kind, _, known)| {
            (kind.as_str(), &known.conversation, &known.key)
                == (batch.kind, &part.conversation, &part.key)
        });
        match known {
            Some((_, _, known)) => {
                let before = std::mem::replace(&mut known.what, part.what.clone());
                known.what = part.what.after(before);
            }
            None => self.parts.push((batch.kind.to_owned(), batch.runner, part)),
        }
    }

    fn put_marks(&mut self, runner: RunnerId, new: Vec<FileMark>) {
        let marks = self.marks.entry(runner).or_default();
        for mark in new {
            marks.retain(|known| known.path != mark.path);
            marks.push(mark);
        }
        let surplus = marks.len().saturating_sub(MARKS_KEPT);
        marks.drain(..surplus);
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn record(&self, batch: Batch) -> Result<Vec<Change>, StoreError> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(StoreError::Io {
                path: "memory".into(),
                action: "written",
                source: Arc::new(std::io::ErrorKind::StorageFull.into()),
            });
        }
        let mut contents = self.contents.lock().await;
        let mut changes = Vec::new();
        for (day, message) in batch.messages.clone() {
            changes.extend(contents.put(&batch, day, message));
            contents.names.insert(batch.runner, batch.name.clone());
        }
        for part in batch.parts.clone() {
            contents.put_part(&batch, part);
        }
        contents.put_marks(batch.runner, batch.marks);
        Ok(changes)
    }

    async fn sums(&self, query: SumQuery) -> Result<Vec<Sum>, StoreError> {
        let contents = self.contents.lock().await;
        let mut sums: BTreeMap<(String, String, String), Sum> = BTreeMap::new();
        for ((kind, _, _), message) in &contents.messages {
            let is_wanted = query.since.is_none_or(|since| message.first.at >= since)
                && query.day.is_none_or(|day| message.day == day)
                && query.runner.is_none_or(|runner| message.runner == runner);
            if !is_wanted {
                continue;
            }
            let model = &message.last.model;
            let of = match query.by {
                By::Day => message.day.to_string(),
                By::Runner => message.runner.to_string(),
                By::Kind => kind.clone(),
                By::Key => message.key.clone(),
                By::Model => model.clone(),
            };
            let name = contents.names.get(&message.runner).cloned();
            let sum = sums
                .entry((of.clone(), kind.clone(), model.clone()))
                .or_insert_with(|| Sum {
                    of,
                    name: name.filter(|_| query.by == By::Runner),
                    kind: kind.clone(),
                    model: model.clone(),
                    used: Used::default(),
                });
            sum.used = sum.used.plus(used(&message.last));
        }
        Ok(sums.into_values().collect())
    }

    async fn turns(&self, runner: RunnerId, limit: usize) -> Result<Turns, StoreError> {
        let contents = self.contents.lock().await;
        let of_runner = contents.parts.iter().filter(|(_, of, _)| *of == runner);
        let mut parts: Vec<TurnPart> = of_runner.map(|(_, _, part)| part.clone()).collect();
        parts.sort_by_key(|part| part.at);
        let surplus = parts.len().saturating_sub(limit);
        parts.drain(..surplus);
        Ok(Turns {
            parts,
            unreadable: 0,
        })
    }

    async fn marks(&self, runner: RunnerId) -> Result<Vec<FileMark>, StoreError> {
        let contents = self.contents.lock().await;
        Ok(contents.marks.get(&runner).cloned().unwrap_or_default())
    }

    async fn prune(&self, bounds: LedgerBounds) -> Result<usize, StoreError> {
        let mut contents = self.contents.lock().await;
        let before = contents.messages.len() + contents.parts.len();
        contents
            .messages
            .retain(|_, message| message.first.at >= bounds.messages_since);
        contents
            .parts
            .retain(|(_, _, part)| part.at >= bounds.turns_since);
        if bounds.turn_bytes == 0 {
            contents.parts.clear();
        }
        Ok(before - contents.messages.len() - contents.parts.len())
    }

    async fn forget(&self, runner: RunnerId) -> Result<(), StoreError> {
        let mut contents = self.contents.lock().await;
        contents.parts.retain(|(_, of, _)| *of != runner);
        contents.marks.remove(&runner);
        Ok(())
    }
}
