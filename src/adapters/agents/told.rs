//! Collects what the records of a conversation mean. What holds now (a sign, the context, the limits) is told when the end of the file
//! is reached: a long history is no news.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::finding::{ContextUse, Finding, RateLimit, TokenUse, TurnPart, TurnPartKind};
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use crate::domain::text::beginning;
use crate::domain::time::Timestamp;

/// What is found in one conversation.
#[derive(Debug, Default)]
pub(super) struct Told {
    conversation: String,
    /// When the process began: what happened before says nothing of what it does now.
    began: Option<Timestamp>,
    /// True while records are read of which an earlier reader told.
    known: bool,
    found: Vec<Finding>,
    sign: Option<Sign>,
    /// The time of the last sign, told or not: an old record that is written again is no news.
    signed: Option<Timestamp>,
    context: Option<ContextUse>,
    limits: BTreeMap<String, RateLimit>,
    complaints: BTreeSet<&'static str>,
}

impl Told {
    /// Of that conversation, of a process that began then.
    pub(super) fn new(conversation: String, began: Option<Timestamp>) -> Self {
        Self {
            conversation,
            began,
            ..Self::default()
        }
    }

    /// The agent's id of the conversation.
    pub(super) fn conversation(&self) -> &str {
        &self.conversation
    }

    /// Says whether an earlier reader told of the records that follow.
    pub(super) const fn set_known(&mut self, known: bool) {
        self.known = known;
    }

    /// What the agent does by a record that usually means this; a later one replaces it.
    pub(super) fn does(&mut self, at: Timestamp, doing: Doing, reason: Reason, detail: &str) {
        let claim = Claim {
            certainty: certainty::FAIR,
            doing,
            reason,
            detail: beginning(detail, LONGEST_DETAIL).to_owned(),
        };
        self.says(at, Some(claim));
    }

    /// Records say nothing of what it does from here on.
    pub(super) fn is_silent(&mut self, at: Timestamp) {
        self.says(at, None);
    }

    fn says(&mut self, at: Timestamp, claim: Option<Claim>) {
        let is_old = self.began.is_some_and(|began| at < began);
        let is_overtaken = self.signed.is_some_and(|last| at < last);
        if !is_old && !is_overtaken {
            self.signed = Some(at);
            self.sign = Some(Sign {
                source: Source::SessionFile,
                at,
                claim,
            });
        }
    }

    /// What a message cost.
    pub(super) fn tokens(&mut self, tokens: TokenUse) {
        self.push(Finding::Tokens(tokens));
    }

    /// A part of a turn of this conversation.
    pub(super) fn part(&mut self, key: String, at: Timestamp, what: TurnPartKind) {
        self.push(Finding::Turn(TurnPart {
            conversation: self.conversation.clone(),
            key,
            at,
            what,
        }));
    }

    /// How full the context is now.
    pub(super) const fn context(&mut self, context: ContextUse) {
        self.context = Some(context);
    }

    /// How much of an allowance is used now.
    pub(super) fn limit(&mut self, limit: RateLimit) {
        self.limits.insert(limit.window.clone(), limit);
    }

    /// Tells of something that is not understood, once for each `what`.
    pub(super) fn complain(&mut self, what: &'static str, sentence: impl FnOnce() -> String) {
        if self.complaints.insert(what) {
            self.found.push(Finding::Degraded(sentence()));
        }
    }

    /// The end is reached: what holds now is news.
    pub(super) fn settle(&mut self) {
        self.found.extend(self.context.take().map(Finding::Context));
        let limits = std::mem::take(&mut self.limits);
        self.found.extend(limits.into_values().map(Finding::Limit));
        self.found.extend(self.sign.take().map(Finding::Sign));
    }

    /// Hands over what was found.
    pub(super) fn take(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.found)
    }

    fn push(&mut self, finding: Finding) {
        if !self.known {
            self.found.push(finding);
        }
    }
}

/// Most bytes of the detail of a claim.
const LONGEST_DETAIL: usize = 120;

/// The beginning of a text, as long as one of a turn may be.
pub(super) fn of_turn(text: &str) -> String {
    beginning(text, TurnPartKind::LONGEST).to_owned()
}
