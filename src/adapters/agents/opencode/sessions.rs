//! Which conversation one opencode has. It goes on with one at a time, of its own choice. While it is the only opencode of its directory,
//! what goes on there is its own. Where others live, too, only that is which its command line names and theirs do not.
//!
//! Weak: what an opencode that has left before we looked first went on with, after ours started, is taken for ours until ours goes on
//! with one.

use std::collections::BTreeMap;

use super::database::Session;

/// What is known of whose conversation is whose.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Has {
    /// This one is its own.
    This(Session),
    /// The one that its command line names, if it names one.
    Named,
    /// None that is known yet.
    None,
    /// Several went on since it began, and nothing tells by whom: the next one will be its own.
    OneOfThose,
    /// One of several, and nothing tells which.
    OneOfSeveral,
}

/// Who lives in the directory besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Others {
    /// No opencode.
    None,
    /// Some, none of which was started with the conversation that ours was started with.
    Live,
    /// Some that may have been started with any.
    Rivals,
}

/// The conversations of the directory that went on since the process began, from look to look.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    all: Vec<Session>,
    /// When each went on last while somebody else may have done it.
    spoiled: BTreeMap<String, i64>,
    /// Who lived there when we looked last.
    others: Option<Others>,
}

impl Sessions {
    /// Takes in how they are now, the last first. True when there is news of one that is not `known`.
    pub(super) fn look(&mut self, all: Vec<Session>, known: Option<&str>) -> bool {
        let other = |one: &&Session| Some(one.id.as_str()) != known;
        let before = std::mem::replace(&mut self.all, all);
        let is_same = self
            .all
            .iter()
            .filter(other)
            .eq(before.iter().filter(other));
        self.others.is_none() || !is_same
    }

    /// The conversation that the process has.
    pub(super) fn now(&mut self, is_known: bool, others: Others) -> Has {
        let before = self.others.replace(others);
        if others == Others::None && matches!(before, None | Some(Others::None)) {
            return self.alone(is_known, before.is_none());
        }
        self.spoil();
        match others {
            // Who has left since may have gone on with one until then.
            Others::None if is_known || self.all.is_empty() => Has::None,
            Others::None => Has::OneOfThose,
            Others::Live if !is_known => Has::Named,
            Others::Live | Others::Rivals if self.all.is_empty() => Has::None,
            Others::Live | Others::Rivals => Has::OneOfSeveral,
        }
    }

    fn spoil(&mut self) {
        let all = self.all.iter();
        self.spoiled = all.map(|one| (one.id.clone(), one.updated)).collect();
    }

    fn alone(&mut self, is_known: bool, is_first: bool) -> Has {
        let is_own = |one: &&Session| self.spoiled.get(&one.id) != Some(&one.updated);
        let mut own = self.all.iter().filter(is_own);
        match (own.next(), own.next()) {
            (Some(_), Some(_)) if is_first => {
                self.spoil();
                Has::OneOfThose
            }
            (Some(last), _) => Has::This(last.clone()),
            (None, _) if is_known => Has::None,
            (None, _) => Has::Named,
        }
    }
}

/// The conversation that a command line names to go on with; not to fork, for that is another one.
pub(super) fn named(args: &[String]) -> Option<&str> {
    let is_forked = args.iter().any(|arg| arg == "--fork");
    let value = args.iter().enumerate().find_map(|(index, arg)| {
        ["--session", "-s"].iter().find_map(|flag| {
            let rest = arg.strip_prefix(flag)?;
            if rest.is_empty() {
                return args.get(index + 1).map(String::as_str);
            }
            rest.strip_prefix('=')
        })
    });
    value.filter(|value| !is_forked && !value.starts_with('-'))
}
