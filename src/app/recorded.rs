//! What an earlier daemon recorded of a runner, and how a runner goes on from there.

use std::sync::Arc;

use super::entry::Entry;
use crate::domain::ids::{Epoch, Seq};
use crate::domain::lifetime::Lifetime;
use crate::domain::time::Tick;
use crate::domain::transcript::Position;

/// What an earlier daemon recorded of a runner.
#[derive(Debug, Default)]
pub(super) struct Recorded {
    /// The end of its transcript.
    pub(super) end: Position,
    /// True when it has none yet.
    pub(super) is_new: bool,
    /// Its newest lines, oldest first.
    pub(super) lines: Vec<Arc<str>>,
    /// What was counted of it.
    pub(super) lifetime: Option<Lifetime>,
}

impl Entry {
    /// It is over, and an earlier daemon recorded it up to there.
    pub(super) fn known(&mut self, recorded: Recorded, now: Tick) {
        self.log_complete = recorded.is_new;
        self.restore_lifetime(recorded.lifetime, now);
        self.tape.end_at(recorded.end, recorded.lines);
    }

    /// An earlier daemon recorded up to there, and its pane has been alone since.
    pub(super) fn resume(&mut self, recorded: Recorded, now: Tick) {
        self.log_complete = recorded.is_new;
        self.restore_lifetime(recorded.lifetime, now);
        let begin = Position::new(Epoch(self.runner.run), Seq(0));
        // Of another run, or of none, nothing is known of this one; and still it was not watched for a while.
        if recorded.end.epoch == begin.epoch {
            self.tape.resume(recorded.end, recorded.lines);
        } else {
            self.tape.resume(begin, Vec::new());
        }
    }
}
