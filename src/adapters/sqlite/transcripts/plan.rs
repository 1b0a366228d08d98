//! What has to go of which transcript, so that all of them keep within age, size, and the size of all. It only tells; `keeping` cuts.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::failure::FileError;
use super::keeping::{extent, on_disk, place_of_age, would_prune};
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::ports::transcript::Retention;

/// What goes of a transcript: the larger of the two.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// Output that arrived before that time.
    pub(super) before: Timestamp,
    /// So many of the oldest bytes.
    pub(super) oldest: u64,
}

/// A transcript as pruning sees it.
pub(super) struct Candidate {
    runner: RunnerId,
    bytes: u64,
    /// Those of it that are too old.
    aged: u64,
    on_disk: u64,
    newest: Timestamp,
}

impl Candidate {
    /// Looks at it; what arrived before `oldest` is too old.
    pub(super) fn of(
        connection: &Connection,
        runner: RunnerId,
        oldest: Timestamp,
    ) -> Result<Self, FileError> {
        let extent = extent(connection)?;
        let aged = would_prune(connection, runner, place_of_age(connection, oldest)?)?;
        Ok(Self {
            runner,
            bytes: extent.bytes,
            aged: aged.bytes,
            on_disk: on_disk(connection)?,
            newest: extent.newest.unwrap_or_default(),
        })
    }

    /// What so much of its output takes on disk, all of it being alike.
    fn on_disk_of(&self, bytes: u64) -> u64 {
        scaled(bytes.min(self.bytes), self.on_disk, self.bytes)
    }
}

/// `of` times `part / whole`.
fn scaled(of: u64, part: u64, whole: u64) -> u64 {
    let product = u128::from(of) * u128::from(part) / u128::from(whole.max(1));
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// All transcripts, and what has to go of which.
#[derive(Default)]
pub(super) struct Plan {
    candidates: Vec<Candidate>,
}

impl Plan {
    pub(super) fn add(&mut self, candidate: Candidate) {
        if candidate.bytes > 0 {
            self.candidates.push(candidate);
        }
    }

    /// By age and by the size of each, whichever is more; then by the size of all: of those whose newest output is oldest, the
    /// oldest.
    pub(super) fn cuts(
        mut self,
        retention: &Retention,
        oldest: Timestamp,
    ) -> BTreeMap<RunnerId, Cut> {
        self.candidates.sort_by_key(|candidate| candidate.newest);
        let total = |of: fn(&Candidate) -> u64| self.candidates.iter().map(of).sum::<u64>();
        let own = |candidate: &Candidate| {
            let surplus = candidate.bytes.saturating_sub(retention.bytes_per_runner);
            candidate.aged.max(surplus)
        };
        let freed = self
            .candidates
            .iter()
            .map(|candidate| candidate.on_disk_of(own(candidate)))
            .sum();
        let mut too_much = total(|candidate| candidate.on_disk)
            .saturating_sub(retention.total_on_disk)
            .saturating_sub(freed);
        let mut cuts = BTreeMap::new();
        for candidate in &self.candidates {
            let own = own(candidate);
            // Compressed output is what has to go, so uncompressed output in proportion.
            let left = candidate.on_disk - candidate.on_disk_of(own);
            let share = too_much.min(left);
            too_much -= share;
            let bytes = own + scaled(candidate.bytes - own, share, left);
            if bytes > 0 {
                let cut = Cut {
                    before: oldest,
                    oldest: bytes,
                };
                cuts.insert(candidate.runner, cut);
            }
        }
        cuts
    }
}
