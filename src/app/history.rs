//! Logs from disk: the newest entries, read backwards until there are enough, or all from a place or time on, in pages.

use super::derive::Deriver;
use super::limits::{PAGE_BYTES, TAIL_BYTES};
use super::query::LogQuery;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::log::LogEntry;
use crate::domain::transcript::{Position, Stored};
use crate::ports::transcript::Cursor;

/// Where reading stops.
#[derive(Debug, Clone, Copy)]
pub(super) enum Until {
    /// Entries of this place are still wanted.
    Including(Position),
    /// Nowhere before the end.
    End,
}

/// What reading gives.
pub(super) enum Read {
    /// An entry that may be wanted.
    Entry(LogEntry),
    /// None that may be wanted stands before this place any more: what is wanted may be rare.
    UpTo(Position),
}

impl Until {
    fn takes(self, entry: &LogEntry) -> bool {
        match self {
            Self::Including(place) => entry.place <= place,
            Self::End => true,
        }
    }
}

impl App {
    /// Calls `each` with what `query` may want of the entries on disk, up to `until`, and how far that is, while it
    /// answers true.
    pub(super) async fn read_log(
        &self,
        id: RunnerId,
        query: &LogQuery,
        until: Until,
        each: &mut (dyn FnMut(Read) -> bool + Send),
    ) -> Result<(), AppError> {
        if query.takes_all() {
            let entries = self.newest_entries(id, query.limit(), until).await?;
            let _all = entries.into_iter().map(Read::Entry).all(each);
            return Ok(());
        }
        let reader = &self.ports.transcripts.reader;
        let mut from = query.from.unwrap_or_default();
        if let Some(since) = query.since {
            from = from.max(reader.place_at(id, since).await?);
        }
        let (mut deriver, from) = self.warmed_up(id, from).await?;
        let mut page = reader.read(id, Cursor::at(from), PAGE_BYTES).await?;
        while !page.stored.is_empty() {
            let take = async {
                let fits = |text: &str| query.may_want(text);
                let mut goes_on = true;
                for stored in &page.stored {
                    deriver.push(stored, &fits, &mut |entry| {
                        goes_on = goes_on && until.takes(&entry) && each(Read::Entry(entry));
                    });
                }
                let end = page.stored.last().map(Stored::end);
                goes_on && end.is_none_or(|end| each(Read::UpTo(end)))
            };
            // The next page is read while this one is taken in.
            let (next, goes_on) = tokio::join!(reader.read(id, page.next, PAGE_BYTES), take);
            if !goes_on {
                break;
            }
            page = next?;
        }
        Ok(())
    }

    /// A deriver that is in the middle of the line that goes over `from`, if one does, and where to read on: frames
    /// come whole, so that may be before or behind `from`.
    async fn warmed_up(
        &self,
        id: RunnerId,
        from: Position,
    ) -> Result<(Deriver, Position), AppError> {
        let before = self
            .ports
            .transcripts
            .reader
            .read_back(id, from, TAIL_BYTES)
            .await?;
        let Some(first) = before.first() else {
            return Ok((Deriver::from_start(), from));
        };
        // What is read again from here on must not have been pushed: the frame that holds `from` comes whole.
        let mut deriver = Deriver::from_middle();
        let mut at = first.start();
        for stored in &before {
            if stored.end() > from || stored.start() >= from {
                break;
            }
            deriver.push(stored, &|_| false, &mut |_| {});
            at = stored.end();
        }
        Ok((deriver, at))
    }

    /// The newest entries on disk, at least `limit` if there are so many.
    async fn newest_entries(
        &self,
        id: RunnerId,
        limit: usize,
        until: Until,
    ) -> Result<Vec<LogEntry>, AppError> {
        let reader = &self.ports.transcripts.reader;
        let extent = reader.extent(id).await?;
        let before = match until {
            // Frames that begin at the place itself may end lines of it.
            Until::Including(place) => place.after(1),
            Until::End => extent.end.after(1),
        };
        let mut bytes = TAIL_BYTES;
        loop {
            let stored = reader.read_back(id, before, bytes).await?;
            let is_whole = stored
                .first()
                .is_none_or(|first| first.start() <= extent.first);
            let mut deriver = if is_whole {
                Deriver::from_start()
            } else {
                Deriver::from_middle()
            };
            let mut entries = Vec::new();
            for stored in &stored {
                deriver.push(stored, &|_| true, &mut |entry| entries.push(entry));
            }
            entries.retain(|entry| until.takes(entry));
            if is_whole || entries.len() >= limit {
                return Ok(entries);
            }
            bytes = bytes.saturating_mul(4);
        }
    }

    /// The newest lines that the pane of a runner printed, oldest first.
    pub(super) async fn newest_lines(
        &self,
        id: RunnerId,
        limit: usize,
    ) -> Result<Vec<std::sync::Arc<str>>, AppError> {
        let entries = self.newest_entries(id, limit, Until::End).await?;
        let skip = entries.len().saturating_sub(limit);
        Ok(entries
            .into_iter()
            .skip(skip)
            .filter(|entry| entry.source == crate::domain::log::LogSource::Pane)
            .map(|entry| entry.text)
            .collect())
    }
}
