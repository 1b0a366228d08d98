//! Transcripts that are kept in memory, one frame for each chunk. Nothing is ever pruned.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::domain::transcript::{
    Chunk, Extent, Frame, Keyframe, Piece, Position, RecordKind, Stored,
};
use crate::ports::transcript::{
    Cursor, Overloaded, Page, Pruned, RecordingEvent, Retention, TranscriptError, TranscriptKeeper,
    TranscriptReader, TranscriptWriter,
};

#[derive(Debug, Default, Clone)]
struct Transcript {
    stored: Vec<Stored>,
    keyframes: Vec<Keyframe>,
}

/// The transcripts.
#[derive(Debug, Default)]
pub(crate) struct MemoryTranscripts {
    all: RwLock<BTreeMap<RunnerId, Transcript>>,
}

fn len(stored: &Stored) -> usize {
    match stored {
        Stored::Frame(frame) => frame.chunks.iter().map(|chunk| chunk.bytes.len()).sum(),
        Stored::Record(_) => 0,
    }
}

impl MemoryTranscripts {
    fn of(&self, runner: RunnerId) -> Transcript {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.get(&runner).cloned().unwrap_or_default()
    }
}

#[async_trait]
impl TranscriptWriter for MemoryTranscripts {
    fn append(&self, runner: RunnerId, piece: Piece) -> Result<(), Overloaded> {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        let transcript = all.entry(runner).or_default();
        let known = transcript
            .stored
            .iter()
            .map(Stored::end)
            .max()
            .unwrap_or_default();
        match piece {
            Piece::Output { chunk, .. } if chunk.end() <= known => {}
            Piece::Output { chunk, lines } => {
                let skip = match chunk.at < known {
                    true => usize::try_from(known.seq.0 - chunk.at.seq.0).unwrap(),
                    false => 0,
                };
                let chunk = Chunk {
                    at: chunk.at.max(known.min(chunk.end())),
                    time: chunk.time,
                    bytes: chunk.bytes.slice(skip..),
                };
                let chunks = vec![chunk];
                transcript
                    .stored
                    .push(Stored::Frame(Frame { chunks, lines }));
            }
            Piece::Record(record) => transcript.stored.push(Stored::Record(record)),
            Piece::Keyframe(keyframe) => transcript.keyframes.push(keyframe),
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
        let stored = self.of(runner).stored;
        Ok(Extent {
            first: stored.first().map(Stored::start).unwrap_or_default(),
            end: stored.iter().map(Stored::end).max().unwrap_or_default(),
            bytes: stored.iter().map(|stored| len(stored) as u64).sum(),
            ..Extent::default()
        })
    }

    async fn read(
        &self,
        runner: RunnerId,
        from: Cursor,
        max_bytes: usize,
    ) -> Result<Page, TranscriptError> {
        let (mut page, mut seen) = (
            Page {
                stored: Vec::new(),
                next: from,
            },
            0,
        );
        let mut bytes = 0;
        for stored in self.of(runner).stored {
            let is_read = match &stored {
                Stored::Frame(frame) => frame.end() <= from.place,
                Stored::Record(record) if record.at == from.place => {
                    seen += 1;
                    seen <= from.records
                }
                Stored::Record(record) => record.at < from.place,
            };
            if is_read {
                continue;
            }
            if bytes >= max_bytes {
                break;
            }
            bytes += len(&stored);
            page.next = match &stored {
                Stored::Frame(frame) => Cursor::at(frame.end()),
                Stored::Record(record) if record.at == page.next.place => Cursor {
                    place: record.at,
                    records: page.next.records + 1,
                },
                Stored::Record(record) => Cursor {
                    place: record.at,
                    records: 1,
                },
            };
            page.stored.push(stored);
        }
        Ok(page)
    }

    async fn read_back(
        &self,
        runner: RunnerId,
        before: Position,
        max_bytes: usize,
    ) -> Result<Vec<Stored>, TranscriptError> {
        let (mut bytes, mut back) = (0, Vec::new());
        for stored in self.of(runner).stored.into_iter().rev() {
            if stored.start() >= before {
                continue;
            }
            bytes += len(&stored);
            back.push(stored);
            if bytes >= max_bytes {
                break;
            }
        }
        back.reverse();
        Ok(back)
    }

    async fn keyframe(
        &self,
        runner: RunnerId,
        at: Position,
    ) -> Result<Option<Keyframe>, TranscriptError> {
        let transcript = self.of(runner);
        let seeds = transcript
            .stored
            .into_iter()
            .filter_map(|stored| match stored {
                Stored::Record(record) => match record.kind {
                    RecordKind::Seed(seed) => Some(Keyframe {
                        at: record.at,
                        time: record.time,
                        size: seed.size,
                        dump: String::from_utf8_lossy(&seed.bytes).into(),
                    }),
                    _ => None,
                },
                Stored::Frame(_) => None,
            });
        let screens = transcript.keyframes.into_iter().chain(seeds);
        let fitting = screens.filter(|screen| screen.at <= at && screen.at.epoch == at.epoch);
        Ok(fitting.max_by_key(|screen| screen.at))
    }

    async fn place_at(
        &self,
        runner: RunnerId,
        time: Timestamp,
    ) -> Result<Position, TranscriptError> {
        let stored = self.of(runner).stored;
        let found = stored.iter().find_map(|stored| match stored {
            Stored::Frame(frame) => {
                let chunk = frame.chunks.iter().find(|chunk| chunk.time >= time);
                chunk.map(|chunk| chunk.at)
            }
            Stored::Record(_) => None,
        });
        Ok(found.unwrap_or_else(|| stored.iter().map(Stored::end).max().unwrap_or_default()))
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
        Ok(Vec::new())
    }

    async fn forget(&self, runner: RunnerId) -> Result<(), TranscriptError> {
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(&runner);
        Ok(())
    }

    async fn runners(&self) -> Result<Vec<RunnerId>, TranscriptError> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        Ok(all.keys().copied().collect())
    }
}

#[tokio::test]
async fn the_transcripts_in_memory_keep_the_contract() {
    let store = MemoryTranscripts::default();
    super::transcript_contract::check(&store, &store, &store).await;
}
