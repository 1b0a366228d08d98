//! Where one source stands: what it says, since when, and what it has said since that has to hold for a moment first.

use std::time::Duration;

use crate::domain::sign::{Claim, Doing, Reason, Sign, Source};
use crate::domain::time::{Timestamp, millis};

/// How long a screen must show that a turn is over, well or not, before that is believed.
const REST_CONFIRMED: Duration = Duration::from_millis(200);

/// How long what a screen or title said last is believed when no rule matches any more: a program that draws has half a screen for a
/// moment, and one that leaves says goodbye.
const SIGHT_KEPT: Duration = Duration::from_secs(5);

/// What one source says, as of a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) claim: Option<Claim>,
    /// Since when it says that the program does this.
    pub(super) since: Timestamp,
    /// When it said so last.
    pub(super) said_at: Timestamp,
    /// What it has said since, which has to hold for a while first.
    pub(super) pending: Option<(Option<Claim>, Timestamp)>,
}

/// One source: where it stood before the newest moment, and what it said in that. Signs of one moment are compared, not queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) before: Option<Standing>,
    pub(super) newest: Sign,
}

impl Held {
    /// Where the source stands after its newest sign.
    pub(super) fn standing(&self) -> Standing {
        let sign = &self.newest;
        let Some(before) = &self.before else {
            return Standing {
                claim: sign.claim.clone(),
                since: sign.at,
                said_at: sign.at,
                pending: None,
            };
        };
        let mut standing = before.clone();
        standing.confirm(sign.source, sign.at);
        if doing(standing.claim.as_ref()) == doing(sign.claim.as_ref()) {
            standing.claim.clone_from(&sign.claim);
            standing.said_at = sign.at;
            standing.pending = None;
        } else if patience(sign.source, sign.claim.as_ref()).is_zero() {
            standing = Standing {
                claim: sign.claim.clone(),
                since: sign.at,
                said_at: sign.at,
                pending: None,
            };
        } else {
            let at = match &standing.pending {
                Some((pending, at)) if doing(pending.as_ref()) == doing(sign.claim.as_ref()) => *at,
                _ => sign.at,
            };
            standing.pending = Some((sign.claim.clone(), at));
        }
        standing
    }
}

impl Standing {
    /// What was pending for long enough holds.
    pub(super) fn confirm(&mut self, source: Source, now: Timestamp) {
        if let Some((claim, at)) = &self.pending
            && now >= after(*at, patience(source, claim.as_ref()))
        {
            *self = Self {
                claim: claim.clone(),
                since: *at,
                said_at: *at,
                pending: None,
            };
        }
    }
}

fn doing(claim: Option<&Claim>) -> Option<Doing> {
    claim.map(|claim| claim.doing)
}

/// How long a source has to say something new before it is believed.
pub(super) fn patience(source: Source, claim: Option<&Claim>) -> Duration {
    match (source, claim) {
        (Source::Screen | Source::Title, None) => SIGHT_KEPT,
        (Source::Screen, Some(claim)) if is_end_of_turn(claim) => REST_CONFIRMED,
        _ => Duration::ZERO,
    }
}

/// An agent shows an error that it tries to get over, too, before it says that it does so.
fn is_end_of_turn(claim: &Claim) -> bool {
    claim.doing == Doing::Resting || claim.reason == Reason::ApiError
}

pub(super) fn after(at: Timestamp, by: Duration) -> Timestamp {
    Timestamp(at.0.saturating_add(millis(by)))
}
