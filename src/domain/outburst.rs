//! What the times of a pane's output say of the program in it: a sign of its own, and the weakest.

use super::board::Prints;
use super::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use super::time::{Timestamp, millis};

/// Output that goes on for so long is no echo and no redrawing.
const SUSTAINED_MS: u64 = 1000;

/// A pause that begins another burst of output.
const PAUSE_MS: u64 = 1500;

/// How long a program prints after something was done to it: agents redraw their screens within a second of a resize.
const DISTURBED_MS: u64 = 1000;

/// The output of a pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outburst {
    prints: Prints,
    began: Option<Timestamp>,
    last: Option<Timestamp>,
    /// What is printed before this is an answer to a disturbance.
    disturbed_until: Timestamp,
    /// Whether the silence since the last output was told.
    is_silent: bool,
}

impl Outburst {
    pub(super) const fn new(prints: Prints) -> Self {
        Self {
            prints,
            began: None,
            last: None,
            disturbed_until: Timestamp(0),
            is_silent: false,
        }
    }

    pub(super) const fn prints(&self) -> Prints {
        self.prints
    }

    /// It printed; what that says.
    pub(super) fn printed(&mut self, at: Timestamp) -> Option<Sign> {
        if self.prints == Prints::IsWork {
            return Some(says(at, Doing::Working, Reason::Printed, certainty::WEAK));
        }
        let goes_on = self
            .last
            .is_some_and(|last| at.0.saturating_sub(last.0) < PAUSE_MS);
        self.last = Some(at);
        self.is_silent = false;
        if !goes_on || at < self.disturbed_until {
            self.began = Some(at);
        }
        let began = self.began?;
        (at.0.saturating_sub(began.0) >= SUSTAINED_MS)
            .then(|| says(at, Doing::Working, Reason::Printed, certainty::HINT))
    }

    /// It has printed nothing for the time that its user set.
    pub(super) fn silent(&mut self, at: Timestamp) -> Option<Sign> {
        let certainty = match self.prints {
            Prints::IsWork => certainty::WEAK,
            Prints::SaysLittle => certainty::HINT,
            Prints::Animates(_) if self.is_silent => return None,
            Prints::Animates(_) => certainty::FAIR,
        };
        self.is_silent = true;
        Some(says(at, Doing::Resting, Reason::Silent, certainty))
    }

    pub(super) const fn disturbed(&mut self, at: Timestamp) {
        self.disturbed_until = Timestamp(at.0.saturating_add(DISTURBED_MS));
    }

    /// When [`Self::expire`] has something to say.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let Prints::Animates(quiet) = self.prints else {
            return None;
        };
        let last = self.last.filter(|_| !self.is_silent)?;
        Some(Timestamp(last.0.saturating_add(millis(quiet))))
    }

    /// What follows from the silence until now.
    pub(super) fn expire(&mut self, now: Timestamp) -> Option<Sign> {
        let due = self.deadline()?;
        if now < due {
            return None;
        }
        self.is_silent = true;
        self.began = None;
        Some(says(due, Doing::Resting, Reason::Silent, certainty::FAIR))
    }
}

fn says(at: Timestamp, doing: Doing, reason: Reason, certainty: u8) -> Sign {
    let detail = match doing {
        Doing::Resting => "its pane is silent",
        Doing::Working | Doing::Waiting => "its pane prints",
    };
    Sign {
        source: Source::Output,
        at,
        claim: Some(Claim {
            certainty,
            doing,
            reason,
            detail: detail.to_owned(),
        }),
    }
}
