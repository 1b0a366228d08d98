//! What all sources say of a program that lives, weighed: what it does, why, how sure that is, and what speaks for something else.
//! Pure: the same signs and the same time give the same verdict, in whatever order the signs of one moment came.
//!
//! A source that always says what holds (screen, title, registry) is believed until it says something else. A source that tells
//! events (hooks, records of a session file) is believed until another source changes its mind after the event: nothing tells of an
//! Escape or of an answer at the keyboard but the screen. What the weaker screens say of rest has to hold for a moment, since a
//! program draws its screen in pieces.

mod standing;

use std::collections::BTreeMap;
use std::time::Duration;

use self::standing::{Held, Standing, after, patience};
use super::outburst::Outburst;
use super::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use super::time::Timestamp;

/// So long after a bell or a notification a program still prints what belongs to it: the question that it rang for.
const GOES_ON_AFTER: Duration = Duration::from_millis(500);

/// A rival within so many percent makes a verdict doubtful.
const NEAR: u8 = 20;

/// What the signs amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What the program does; `None` without evidence.
    pub doing: Option<Doing>,
    /// Why.
    pub reason: Reason,
    /// What exactly was seen.
    pub detail: String,
    /// Who says so.
    pub source: Option<Source>,
    /// How sure it is, in percent.
    pub confidence: u8,
    /// The strongest of those that say something else.
    pub rival: Option<Rival>,
}

impl Verdict {
    /// Nothing is known.
    pub const fn unknown() -> Self {
        Self {
            doing: None,
            reason: Reason::NoEvidence,
            detail: String::new(),
            source: None,
            confidence: 0,
            rival: None,
        }
    }
}

/// Evidence for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rival {
    /// What the program would do.
    pub doing: Doing,
    /// Why.
    pub reason: Reason,
    /// Who says so.
    pub source: Source,
    /// How much that source can be relied on, in percent.
    pub certainty: u8,
}

/// One line of an explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exhibit {
    /// Who says it.
    pub source: Source,
    /// What.
    pub claim: Claim,
    /// Since when the source says so; of an event, when it happened.
    pub since: Timestamp,
    /// Whether it counts.
    pub weight: Weight,
}

/// Whether a sign counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It does.
    Counts,
    /// It has to hold a little longer first.
    Unconfirmed,
    /// Another source changed its mind after it.
    Overtaken(Source),
}

/// The signs of one program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    held: BTreeMap<Source, Held>,
    outburst: Outburst,
}

/// A claim that may count.
struct Candidate<'a> {
    source: Source,
    claim: &'a Claim,
    since: Timestamp,
    said_at: Timestamp,
}

impl Board {
    /// A board for a program that shows its work by printing, or (`animates`) that never works without moving something on its
    /// screen at least so often.
    pub fn new(prints: Prints) -> Self {
        Self {
            held: BTreeMap::new(),
            outburst: Outburst::new(prints),
        }
    }

    /// Takes a sign in. One that is older than what the source said last is no news.
    pub fn take(&mut self, sign: Sign) {
        let Some(held) = self.held.get_mut(&sign.source) else {
            let held = Held {
                before: None,
                newest: sign,
            };
            self.held.insert(held.newest.source, held);
            return;
        };
        match sign.at.cmp(&held.newest.at) {
            std::cmp::Ordering::Less => {}
            // Of one moment the more credible holds, and of those alike what matters more; but a pane prints in order.
            std::cmp::Ordering::Equal => {
                if sign.source == Source::Output || sign.claim > held.newest.claim {
                    held.newest = sign;
                }
            }
            std::cmp::Ordering::Greater => {
                held.before = Some(held.standing());
                held.newest = sign;
            }
        }
    }

    /// The pane printed.
    pub fn printed(&mut self, at: Timestamp) {
        if self.goes_on(at) {
            self.take(Sign {
                source: Source::Sequence,
                at,
                claim: None,
            });
        }
        if let Some(sign) = self.outburst.printed(at) {
            self.take(sign);
        }
    }

    /// The pane has printed nothing for the time that its user set.
    pub fn silent(&mut self, at: Timestamp) {
        if let Some(sign) = self.outburst.silent(at) {
            self.take(sign);
        }
    }

    /// What it prints for a moment from now on is an answer to something that was done to it: another size, a key.
    pub const fn disturbed(&mut self, at: Timestamp) {
        self.outburst.disturbed(at);
    }

    /// Time has passed: what follows from silence.
    pub fn expire(&mut self, now: Timestamp) {
        if let Some(sign) = self.outburst.expire(now) {
            self.take(sign);
        }
    }

    /// When the verdict may change by itself.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        let confirmations = self.held.values().filter_map(|held| {
            let standing = held.standing();
            let (claim, at) = standing.pending?;
            Some(after(at, patience(held.newest.source, claim.as_ref())))
        });
        confirmations
            .chain(self.outburst.deadline())
            .filter(|due| *due > now)
            .min()
    }

    /// What holds at `now`.
    pub fn verdict(&self, now: Timestamp) -> Verdict {
        let standings = self.standings(now);
        let candidates: Vec<Candidate<'_>> = standings
            .iter()
            .filter_map(|(source, standing)| candidate(*source, standing))
            .filter(|one| overtaken_by(one, &standings).is_none())
            .collect();
        let Some(winner) = candidates.iter().max_by_key(|one| one.rank()) else {
            return Verdict::unknown();
        };
        let agreeing = || {
            candidates
                .iter()
                .filter(|one| one.claim.doing == winner.claim.doing)
        };
        let rival = candidates
            .iter()
            .filter(|one| one.claim.doing != winner.claim.doing)
            .max_by_key(|one| one.rank());
        let told = agreeing()
            .max_by_key(|one| (one.claim.reason.specificity(), one.rank()))
            .unwrap_or(winner);
        let doubt: u32 = agreeing()
            .map(|one| u32::from(100 - one.claim.certainty.min(100)))
            .fold(100, |doubt, one| doubt * one / 100);
        let contested =
            rival.is_some_and(|rival| rival.claim.certainty + NEAR > winner.claim.certainty);
        let doubt = doubt.clamp(1, 100) + if contested { u32::from(NEAR) } else { 0 };
        Verdict {
            doing: Some(winner.claim.doing),
            reason: told.claim.reason,
            detail: told.claim.detail.clone(),
            source: Some(told.source),
            confidence: u8::try_from(100_u32.saturating_sub(doubt)).unwrap_or(0),
            rival: rival.map(|rival| Rival {
                doing: rival.claim.doing,
                reason: rival.claim.reason,
                source: rival.source,
                certainty: rival.claim.certainty,
            }),
        }
    }

    /// True when something else than output tells what the program does. A screen on which nothing is known yet looks like work to the
    /// rules of some kinds.
    pub fn is_told(&self, now: Timestamp) -> bool {
        let tells =
            |claim: &Claim| claim.doing != Doing::Working || claim.certainty > certainty::FAIR;
        self.standings(now).iter().any(|(source, standing)| {
            *source != Source::Output && standing.claim.as_ref().is_some_and(tells)
        })
    }

    /// Everything that is known, the strongest first.
    pub fn exhibits(&self, now: Timestamp) -> Vec<Exhibit> {
        let standings = self.standings(now);
        let mut all: Vec<Exhibit> = Vec::new();
        for (source, standing) in &standings {
            if let Some(one) = candidate(*source, standing) {
                let weight =
                    overtaken_by(&one, &standings).map_or(Weight::Counts, Weight::Overtaken);
                all.push(Exhibit {
                    source: *source,
                    claim: one.claim.clone(),
                    since: one.dated(),
                    weight,
                });
            }
            if let Some((Some(claim), at)) = &standing.pending {
                all.push(Exhibit {
                    source: *source,
                    claim: claim.clone(),
                    since: *at,
                    weight: Weight::Unconfirmed,
                });
            }
        }
        all.sort_by_key(|one| {
            let counts = one.weight == Weight::Counts;
            let rank = (one.claim.certainty, one.since, one.claim.doing, one.source);
            std::cmp::Reverse((counts, rank))
        });
        all
    }

    /// A program that works whenever it prints has rung or told something, and prints again: that is past. What it prints at once
    /// belongs to it.
    fn goes_on(&self, at: Timestamp) -> bool {
        let told = self.held.get(&Source::Sequence).map(|held| &held.newest);
        self.outburst.prints() == Prints::IsWork
            && told.is_some_and(|told| {
                let is_no_work = |claim: &Claim| claim.doing != Doing::Working;
                told.claim.as_ref().is_some_and(is_no_work) && at >= after(told.at, GOES_ON_AFTER)
            })
    }

    fn standings(&self, now: Timestamp) -> Vec<(Source, Standing)> {
        self.held
            .iter()
            .map(|(source, held)| {
                let mut standing = held.standing();
                standing.confirm(*source, now);
                (*source, standing)
            })
            .collect()
    }
}

/// How a program that works shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prints {
    /// Whatever prints works, for as long as it prints; nothing else is known of it.
    #[default]
    IsWork,
    /// It may work in silence, and what it prints may be an echo of keys: printing says little.
    SaysLittle,
    /// The same, but while it works it never stops to move something: so much silence says that it does not.
    Animates(Duration),
}

impl Candidate<'_> {
    /// When the event happened; of a source that says what holds, since when it says so.
    const fn dated(&self) -> Timestamp {
        if self.source.tells_events() {
            self.said_at
        } else {
            self.since
        }
    }

    const fn rank(&self) -> (u8, Timestamp, Doing, Source) {
        (
            self.claim.certainty,
            self.dated(),
            self.claim.doing,
            self.source,
        )
    }
}

const fn candidate(source: Source, standing: &Standing) -> Option<Candidate<'_>> {
    match &standing.claim {
        Some(claim) => Some(Candidate {
            source,
            claim,
            since: standing.since,
            said_at: standing.said_at,
        }),
        None => None,
    }
}

/// The source that says something else since after an event.
fn overtaken_by(one: &Candidate<'_>, standings: &[(Source, Standing)]) -> Option<Source> {
    if !one.source.tells_events() {
        return None;
    }
    let overtakes = |other: &Candidate<'_>| {
        let is_later = other.since > one.said_at && other.claim.doing != one.claim.doing;
        let is_credible = other.claim.certainty >= certainty::FAIR;
        // Silence contradicts work, and nothing else.
        let may = other.source != Source::Output || one.claim.doing == Doing::Working;
        !other.source.tells_events() && is_later && is_credible && may
    };
    standings
        .iter()
        .filter_map(|(source, standing)| candidate(*source, standing))
        .find(overtakes)
        .map(|other| other.source)
}

#[cfg(test)]
mod tests;
