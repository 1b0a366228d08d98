//! Transcripts as they are: pages of bytes and records, and a follower that gets everything from a place on, each byte once.
//! A place that has been pruned is answered with a gap and the screen as it was there.

use tokio::sync::mpsc;

use super::limits::{FOLLOWER_PIECES, PAGE_BYTES};
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::transcript::{
    Chunk, Extent, Gap, GapReason, Piece, Position, Record, RecordKind, Seed, Stored,
};
use crate::ports::transcript::Cursor;

/// A page.
#[derive(Debug)]
pub struct TranscriptPage {
    /// Chunks and records, in order.
    pub pieces: Vec<Piece>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Position>,
    /// How much there is in all.
    pub extent: Extent,
}

impl App {
    /// A page of a runner's transcript from `from` on (by default from the beginning), of about `max_bytes` of output.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Transcript`.
    pub async fn read_transcript(
        &self,
        runner: String,
        from: Option<Position>,
        max_bytes: Option<usize>,
    ) -> Result<TranscriptPage, AppError> {
        let id = self.id_of(runner).await?;
        let reader = &self.ports.transcripts.reader;
        let extent = reader.extent(id).await?;
        let max_bytes = max_bytes.unwrap_or(PAGE_BYTES).clamp(1, PAGE_BYTES);
        let from = from.unwrap_or_default();
        let (mut pieces, mut cursor) = self.opening(id, from, &extent).await?;
        let mut bytes = 0;
        // Records of one place stay together: a page ends behind a chunk.
        while bytes < max_bytes {
            let page = reader.read(id, cursor, max_bytes - bytes).await?;
            if page.stored.is_empty() {
                let next = None;
                return Ok(TranscriptPage {
                    pieces,
                    next,
                    extent,
                });
            }
            cursor = page.next;
            for piece in page.stored.into_iter().flat_map(pieces_of) {
                let Some(piece) = behind(piece, from) else {
                    continue;
                };
                if let Piece::Output { chunk, .. } = &piece {
                    bytes += chunk.bytes.len();
                }
                pieces.push(piece);
            }
        }
        let is_next =
            |piece: &Piece| matches!(piece, Piece::Record(record) if record.at == cursor.place);
        while pieces.last().is_some_and(is_next) {
            pieces.pop();
        }
        Ok(TranscriptPage {
            pieces,
            next: Some(cursor.place),
            extent,
        })
    }

    /// Follows a runner's transcript from `from` on (by default from the end).
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Transcript`.
    pub async fn follow_transcript(
        &self,
        runner: String,
        from: Option<Position>,
    ) -> Result<TranscriptFollower, AppError> {
        let id = self.id_of(runner).await?;
        let mut follower = TranscriptFollower {
            app: self.clone(),
            id,
            from: Position::default(),
            cursor: Cursor::default(),
            until: Cursor::default(),
            live: mpsc::channel(1).1,
            ready: Vec::new(),
        };
        let Some(end) = follower.join().await? else {
            return Err(AppError::gone(id));
        };
        match from {
            None => (follower.from, follower.cursor) = (end.place, end),
            Some(from) => {
                let extent = self.ports.transcripts.reader.extent(id).await?;
                (follower.ready, follower.cursor) = self.opening(id, from, &extent).await?;
                follower.from = from;
            }
        }
        Ok(follower)
    }

    async fn id_of(&self, runner: String) -> Result<RunnerId, AppError> {
        self.monitor
            .turn(move |world| world.resolve(&runner))
            .await?
    }

    /// What comes before the first stored piece, and where to read: nothing and `from`, or when that is pruned a gap, the screen
    /// as it was, and the first place that is left.
    async fn opening(
        &self,
        id: RunnerId,
        from: Position,
        extent: &Extent,
    ) -> Result<(Vec<Piece>, Cursor), AppError> {
        let first = extent.first;
        if from >= first || first.seq.0 == 0 {
            return Ok((Vec::new(), Cursor::at(from.max(first))));
        }
        let time = extent.oldest.unwrap_or_default();
        let missing = (from.epoch == first.epoch).then(|| first.seq.0 - from.seq.0);
        let mut pieces = vec![Piece::Record(Record {
            at: first,
            time,
            kind: RecordKind::Gap(Gap {
                bytes: missing,
                reason: GapReason::Pruned,
            }),
        })];
        if let Some(keyframe) = self.ports.transcripts.reader.keyframe(id, first).await? {
            pieces.push(Piece::Record(Record {
                at: first,
                time: keyframe.time,
                kind: RecordKind::Seed(Seed {
                    size: keyframe.size,
                    bytes: keyframe.dump.to_string().into_bytes().into(),
                    lines: Vec::new(),
                }),
            }));
        }
        Ok((pieces, Cursor::at(first)))
    }
}

fn pieces_of(stored: Stored) -> Vec<Piece> {
    match stored {
        Stored::Frame(frame) => frame
            .chunks
            .into_iter()
            .map(|chunk| Piece::Output { chunk, lines: None })
            .collect(),
        Stored::Record(record) => vec![Piece::Record(record)],
    }
}

/// The part of the piece that is not before `from`.
fn behind(piece: Piece, from: Position) -> Option<Piece> {
    match piece {
        Piece::Output { chunk, .. } if chunk.end() <= from => None,
        Piece::Output { chunk, .. } => {
            let skip = from.seq.0.saturating_sub(chunk.at.seq.0);
            let skip = if chunk.at >= from { 0 } else { skip };
            let skip = usize::try_from(skip).ok()?;
            let chunk = Chunk {
                at: chunk.at.max(from),
                time: chunk.time,
                bytes: chunk.bytes.slice(skip.min(chunk.bytes.len())..),
            };
            Some(Piece::Output { chunk, lines: None })
        }
        Piece::Record(record) => (record.at >= from).then_some(Piece::Record(record)),
        Piece::Keyframe(_) => None,
    }
}

/// A reader of one transcript. Being slow costs it nothing but reads from the disk.
pub struct TranscriptFollower {
    app: App,
    id: RunnerId,
    /// Nothing before this place is given.
    from: Position,
    /// What was given.
    cursor: Cursor,
    /// Where `live` begins; up to there the disk is read.
    until: Cursor,
    live: mpsc::Receiver<Piece>,
    ready: Vec<Piece>,
}

impl TranscriptFollower {
    /// What comes next, never empty; `None` when the runner was forgotten or the daemon ends.
    ///
    /// # Errors
    /// `Transcript`.
    pub async fn next(&mut self) -> Result<Option<Vec<Piece>>, AppError> {
        loop {
            if !self.ready.is_empty() {
                return Ok(Some(std::mem::take(&mut self.ready)));
            }
            if self.cursor < self.until {
                self.read_on().await?;
                continue;
            }
            match self.live.recv().await {
                Some(piece) => self.take_live(piece),
                // Too slow for the queue, or gone: what was missed is on disk.
                None => {
                    if self.join().await?.is_none() {
                        return Ok(None);
                    }
                }
            }
        }
    }

    /// Gets in line for what comes, and returns where that begins; `None` when the runner is gone.
    async fn join(&mut self) -> Result<Option<Cursor>, AppError> {
        let (sender, live) = mpsc::channel(FOLLOWER_PIECES);
        let id = self.id;
        let joined = self
            .app
            .monitor
            .turn(move |world| world.entry_mut(id).map(|entry| entry.follow_tape(sender)))
            .await;
        let Ok(Ok((place, records))) = joined else {
            return Ok(None);
        };
        self.live = live;
        self.until = Cursor { place, records };
        Ok(Some(self.until))
    }

    async fn read_on(&mut self) -> Result<(), AppError> {
        let reader = &self.app.ports.transcripts.reader;
        let page = reader.read(self.id, self.cursor, PAGE_BYTES).await?;
        if page.stored.is_empty() {
            // What the store could not take is not there.
            self.cursor = self.until;
            return Ok(());
        }
        for piece in page.stored.into_iter().flat_map(pieces_of) {
            let at = match &piece {
                Piece::Output { chunk, .. } => Cursor::at(chunk.at),
                Piece::Record(record) if record.at == self.cursor.place => self.cursor,
                Piece::Record(record) => Cursor::at(record.at),
                Piece::Keyframe(_) => continue,
            };
            if at >= self.until {
                // That comes over the queue.
                self.cursor = self.until;
                return Ok(());
            }
            self.advance(&piece);
            self.ready.extend(behind(piece, self.from));
        }
        self.cursor = page.next.min(self.until);
        Ok(())
    }

    fn take_live(&mut self, piece: Piece) {
        self.advance(&piece);
        self.until = self.cursor;
        self.ready.extend(behind(piece, self.from));
        while self.ready.len() < FOLLOWER_PIECES
            && let Ok(piece) = self.live.try_recv()
        {
            self.advance(&piece);
            self.until = self.cursor;
            self.ready.extend(behind(piece, self.from));
        }
    }

    fn advance(&mut self, piece: &Piece) {
        match piece {
            Piece::Output { chunk, .. } => self.cursor = Cursor::at(chunk.end()),
            Piece::Record(record) if record.at == self.cursor.place => self.cursor.records += 1,
            Piece::Record(record) => {
                self.cursor = Cursor {
                    place: record.at,
                    records: 1,
                };
            }
            Piece::Keyframe(_) => {}
        }
    }
}
