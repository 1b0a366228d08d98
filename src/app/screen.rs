//! `logs --screen`: a runner's screen now, or as it was at a place or time, also of a pane that is gone.

use super::limits::PAGE_BYTES;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::time::{Tick, Timestamp};
use crate::domain::transcript::{Keyframe, Position, RecordKind, Size, Stored};
use crate::domain::view::{Picture, View};
use crate::ports::transcript::Cursor;

/// Which screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreenAt {
    /// The present or last one.
    Last,
    /// As it was before the byte at that place.
    Place(Position),
    /// As it was at that time.
    Time(Timestamp),
}

/// A screen with its place.
#[derive(Debug, Clone)]
pub struct ScreenNow {
    /// Behind all that it shows.
    pub place: Position,
    /// When the last of it arrived.
    pub time: Timestamp,
    /// What it shows.
    pub picture: Picture,
}

impl App {
    /// The screen.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Transcript`, `NoScreen` when nothing is kept of that place.
    pub async fn screen(&self, runner: String, at: ScreenAt) -> Result<ScreenNow, AppError> {
        let (id, name, live) = self
            .monitor
            .turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let (id, name) = (entry.runner.id, entry.runner.name.to_string());
                Ok::<_, AppError>((id, name, entry.screen_now()))
            })
            .await??;
        let reader = &self.ports.transcripts.reader;
        let place = match (at, live) {
            (ScreenAt::Last, Some(now)) => return Ok(now),
            (ScreenAt::Last, None) => reader.extent(id).await?.end,
            (ScreenAt::Place(place), _) => place,
            (ScreenAt::Time(time), _) => {
                reader
                    .place_at(id, Timestamp(time.0.saturating_add(1)))
                    .await?
            }
        };
        self.screen_from_disk(id, place)
            .await?
            .ok_or(AppError::NoScreen { id, name, place })
    }

    /// The screen at `place`, from the keyframe before it and the bytes between.
    pub(super) async fn screen_from_disk(
        &self,
        id: RunnerId,
        place: Position,
    ) -> Result<Option<ScreenNow>, AppError> {
        let reader = &self.ports.transcripts.reader;
        let (start, time, mut view) = match reader.keyframe(id, place).await? {
            Some(Keyframe {
                at,
                time,
                size,
                dump,
            }) => {
                let mut view = View::new(size);
                view.seed(size, dump.as_bytes());
                (at, time, view)
            }
            None => {
                let start = Position::new(place.epoch, crate::domain::ids::Seq(0));
                if reader.extent(id).await?.first > start {
                    return Ok(None);
                }
                (start, Timestamp::default(), View::new(Size::default()))
            }
        };
        let mut now = (start, time);
        let mut cursor = Cursor::at(start);
        'pages: loop {
            let page = reader.read(id, cursor, PAGE_BYTES).await?;
            if page.stored.is_empty() {
                break;
            }
            cursor = page.next;
            for stored in page.stored {
                if !play(&mut view, stored, start, place, &mut now) {
                    break 'pages;
                }
            }
        }
        let (reached, time) = now;
        if reached == Position::default() || time == Timestamp::default() {
            return Ok(None);
        }
        Ok(Some(ScreenNow {
            place: reached,
            time,
            picture: view.picture(),
        }))
    }
}

/// Lets the view see what is between `start` and `place`. False when `place` is reached.
fn play(
    view: &mut View,
    stored: Stored,
    start: Position,
    place: Position,
    now: &mut (Position, Timestamp),
) -> bool {
    match stored {
        Stored::Record(record) if record.at > place => return false,
        Stored::Record(record) => {
            match record.kind {
                RecordKind::Seed(seed) => view.seed(seed.size, &seed.bytes),
                RecordKind::Resize(size) => view.resize(size),
                RecordKind::Gap(_)
                | RecordKind::Marker { .. }
                | RecordKind::Note { .. }
                | RecordKind::Settled { .. }
                | RecordKind::End { .. } => return true,
            }
            *now = (record.at, record.time);
        }
        Stored::Frame(frame) => {
            for chunk in frame.chunks {
                if chunk.at >= place {
                    return false;
                }
                let skip = start.seq.0.saturating_sub(chunk.at.seq.0);
                let upto = place.seq.0.saturating_sub(chunk.at.seq.0);
                let is_epoch_over = chunk.at.epoch != place.epoch;
                let len = chunk.bytes.len() as u64;
                let upto = if is_epoch_over { len } else { upto.min(len) };
                let part = usize::try_from(skip.min(upto))
                    .ok()
                    .zip(usize::try_from(upto).ok())
                    .and_then(|(skip, upto)| chunk.bytes.get(skip..upto));
                // Its lines are of no interest here.
                let _settled = view.output(part.unwrap_or_default(), Tick::default());
                *now = (chunk.at.after(upto), chunk.time);
            }
        }
    }
    true
}
