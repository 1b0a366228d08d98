//! Logs from disk, backwards: the newest entries before a place, in pages, so that nothing but what is asked for is
//! read, however long the transcript is.

use std::cell::Cell;
use std::collections::VecDeque;

use super::derive::Deriver;
use super::limits::{ANSWER_TEXT_BYTES, PAGE_BYTES, TAIL_BYTES};
use super::query::LogQuery;
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::log::LogEntry;
use crate::domain::transcript::{Extent, Position, Stored};

/// What one page gave.
struct Page {
    /// Those that are wanted.
    entries: Vec<LogEntry>,
    /// What stands up to there is for the page before; absent when nothing is left.
    left: Option<Position>,
    /// False when the page was too short to hold one whole line.
    is_of_use: bool,
}

impl App {
    /// The newest entries that `query` wants and that stand before `behind`, oldest first: at least `wanted` of them,
    /// if there are so many and they fit into an answer. Those of one place are all there.
    pub(super) async fn entries_before(
        &self,
        id: RunnerId,
        behind: Option<Position>,
        query: &LogQuery,
        wanted: usize,
    ) -> Result<VecDeque<LogEntry>, AppError> {
        let extent = self.ports.transcripts.reader.extent(id).await?;
        let mut behind = behind.unwrap_or_else(|| extent.end.after(1));
        let (mut found, mut text) = (VecDeque::new(), 0);
        let mut bytes = TAIL_BYTES;
        loop {
            let page = self.page_before(id, extent, behind, query, bytes).await?;
            if page.is_of_use {
                for entry in page.entries.into_iter().rev() {
                    text += entry.text.len();
                    found.push_front(entry);
                }
            }
            let is_enough = found.len() >= wanted || text > ANSWER_TEXT_BYTES;
            let left = page.left.filter(|left| query.from <= Some(*left));
            let Some(left) = left.filter(|_| !is_enough) else {
                return Ok(found);
            };
            if page.is_of_use {
                behind = left.after(1);
                bytes = bytes.saturating_mul(4).min(PAGE_BYTES);
            } else {
                bytes = bytes.saturating_mul(4);
            }
        }
    }

    /// Reads so many bytes. The first line may have begun before them, so that its place is left to the page before.
    async fn page_before(
        &self,
        id: RunnerId,
        extent: Extent,
        behind: Position,
        query: &LogQuery,
        bytes: usize,
    ) -> Result<Page, AppError> {
        let reader = &self.ports.transcripts.reader;
        let stored = reader.read_back(id, behind, bytes).await?;
        let is_first = stored
            .first()
            .is_none_or(|first| first.start() <= extent.first);
        let mut deriver = if is_first {
            Deriver::from_start()
        } else {
            Deriver::from_middle()
        };
        let left = Cell::new(None);
        let fits = |text: &str| (!is_first && left.get().is_none()) || query.may_want(text);
        let mut entries = Vec::new();
        for stored in &stored {
            deriver.push(stored, &fits, &mut |entry| {
                if !is_first && left.get().is_none() {
                    left.set(Some(entry.place));
                }
                if Some(entry.place) > left.get() && entry.place < behind && query.is_within(&entry)
                {
                    entries.push(entry);
                }
            });
        }
        let first = stored.first().map(Stored::start);
        Ok(Page {
            entries,
            left: if is_first { None } else { left.get().or(first) },
            is_of_use: is_first || left.get().is_some_and(|left| left.after(1) < behind),
        })
    }
}
