//! STUB
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::domain::transcript::*;
use crate::ports::transcript::*;
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};
use tokio::sync::mpsc;
#[derive(Default)]
pub(crate) struct MemoryTranscripts {
    all: RwLock<BTreeMap<RunnerId, One>>,
}
#[derive(Default, Clone)]
struct One {
    stored: Vec<Stored>,
    keys: Vec<Keyframe>,
}
fn start(s: &Stored) -> Position {
    match s {
        Stored::Frame(f) => f.start(),
        Stored::Record(r) => r.at,
    }
}
fn end(s: &Stored) -> Position {
    match s {
        Stored::Frame(f) => f.end(),
        Stored::Record(r) => r.at,
    }
}
impl MemoryTranscripts {
    fn one(&self, id: RunnerId) -> One {
        self.all
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&id)
            .cloned()
            .unwrap_or_default()
    }
}
#[async_trait]
impl TranscriptWriter for MemoryTranscripts {
    fn append(&self, runner: RunnerId, piece: Piece) -> Result<(), Overloaded> {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let one = all.entry(runner).or_default();
        match piece {
            Piece::Output { chunk, lines } => one.stored.push(Stored::Frame(Frame {
                chunks: vec![chunk],
                lines,
            })),
            Piece::Record(r) => one.stored.push(Stored::Record(r)),
            Piece::Keyframe(k) => one.keys.push(k),
        }
        Ok(())
    }
    async fn flush(&self, _: RunnerId, _: bool) -> Result<(), TranscriptError> {
        Ok(())
    }
    fn recordings(&self) -> Option<mpsc::Receiver<RecordingEvent>> {
        None
    }
}
#[async_trait]
impl TranscriptReader for MemoryTranscripts {
    async fn extent(&self, runner: RunnerId) -> Result<Extent, TranscriptError> {
        let one = self.one(runner);
        Ok(Extent {
            first: one.stored.first().map(start).unwrap_or_default(),
            end: one.stored.last().map(end).unwrap_or_default(),
            ..Extent::default()
        })
    }
    async fn read(
        &self,
        runner: RunnerId,
        from: Cursor,
        max: usize,
    ) -> Result<Page, TranscriptError> {
        let (one, mut next, mut size, mut out, mut seen) = (self.one(runner), from, 0, vec![], 0);
        for s in one.stored {
            match &s {
                Stored::Frame(f) => {
                    if f.end() <= from.place {
                        continue;
                    }
                    if size >= max {
                        break;
                    }
                    size += f.chunks[0].bytes.len();
                    next = Cursor::at(f.end());
                }
                Stored::Record(r) => {
                    if r.at < from.place {
                        continue;
                    }
                    if r.at == from.place {
                        seen += 1;
                        if seen <= from.records {
                            continue;
                        }
                    }
                    if size >= max {
                        break;
                    }
                    if r.at == next.place {
                        next.records += 1
                    } else {
                        next = Cursor {
                            place: r.at,
                            records: 1,
                        }
                    }
                }
            }
            out.push(s);
        }
        Ok(Page { stored: out, next })
    }
    async fn read_back(
        &self,
        runner: RunnerId,
        before: Position,
        max: usize,
    ) -> Result<Vec<Stored>, TranscriptError> {
        let (mut size, mut out) = (0, vec![]);
        for s in self.one(runner).stored.into_iter().rev() {
            if start(&s) >= before {
                continue;
            }
            if let Stored::Frame(f) = &s {
                size += f.chunks[0].bytes.len();
            }
            out.push(s);
            if size >= max {
                break;
            }
        }
        out.reverse();
        Ok(out)
    }
    async fn keyframe(
        &self,
        runner: RunnerId,
        at: Position,
    ) -> Result<Option<Keyframe>, TranscriptError> {
        Ok(self
            .one(runner)
            .keys
            .into_iter()
            .rev()
            .find(|k| k.at <= at && k.at.epoch == at.epoch))
    }
    async fn place_at(
        &self,
        runner: RunnerId,
        time: Timestamp,
    ) -> Result<Position, TranscriptError> {
        let one = self.one(runner);
        Ok(one
            .stored
            .iter()
            .find_map(|s| match s {
                Stored::Frame(f) if f.chunks[0].time >= time => Some(f.start()),
                _ => None,
            })
            .unwrap_or(one.stored.last().map(end).unwrap_or_default()))
    }
}
#[async_trait]
impl TranscriptKeeper for MemoryTranscripts {
    async fn prune(
        &self,
        _: Retention,
        _: Timestamp,
        _: bool,
    ) -> Result<Vec<Pruned>, TranscriptError> {
        Ok(vec![])
    }
    async fn forget(&self, runner: RunnerId) -> Result<(), TranscriptError> {
        self.all
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&runner);
        Ok(())
    }
    async fn runners(&self) -> Result<Vec<RunnerId>, TranscriptError> {
        Ok(vec![])
    }
}
