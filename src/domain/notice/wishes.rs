//! What the user wishes of notices: of which statuses, in which ways, and when not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{QuietHours, Way};
use crate::domain::status::Status;

/// Statuses of which a person can be told. Of `stopped` not: it was they who stopped it.
pub const TOLD: [Status; 5] = [
    Status::Waiting,
    Status::Completed,
    Status::Failed,
    Status::Errored,
    Status::Idle,
];

/// Which of the two sequences asks a terminal to notify: terminals know the one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OscNumber {
    /// iTerm2, kitty, WezTerm, Ghostty.
    #[default]
    Nine,
    /// urxvt, foot, WezTerm, Ghostty.
    SevenHundredSeventySeven,
}

/// What is wished of one runner or kind; `None` leaves it to what is wished of all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Of which statuses.
    pub on: Option<BTreeSet<Status>>,
    /// In which ways.
    pub ways: Option<BTreeSet<Way>>,
}

/// The wishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeWishes {
    /// Of which statuses, all of [`TOLD`]. Default all.
    pub on: BTreeSet<Status>,
    /// In which ways; none turns notices off. Default the bell.
    pub ways: BTreeSet<Way>,
    /// The same for one status.
    pub of_status: BTreeMap<Status, BTreeSet<Way>>,
    /// The same for one kind, by the kind's name.
    pub of_kind: BTreeMap<String, Choice>,
    /// The same for one runner, by its name.
    pub of_runner: BTreeMap<String, Choice>,
    /// Shell command of the way `command`.
    pub command: Option<String>,
    /// Hours in which nobody is told of anything.
    pub quiet_hours: Option<QuietHours>,
    /// Time that a runner must have worked for its idleness to be told. Default 10 s: whoever types in a shell needs no notice of it.
    pub idle_after_work: Duration,
    /// Sequence of the way `osc`.
    pub osc_number: OscNumber,
}

impl Default for NoticeWishes {
    fn default() -> Self {
        Self {
            on: TOLD.into(),
            ways: [Way::Bell].into(),
            of_status: BTreeMap::new(),
            of_kind: BTreeMap::new(),
            of_runner: BTreeMap::new(),
            command: None,
            quiet_hours: None,
            idle_after_work: Duration::from_secs(10),
            osc_number: OscNumber::default(),
        }
    }
}

impl NoticeWishes {
    /// The ways in which a runner's new status is told: its own wishes go before those of its status, those before its
    /// kind's, and those before what is wished of all.
    pub fn ways_of(&self, runner: &str, kind: &str, status: Status) -> BTreeSet<Way> {
        let own = self.of_runner.get(runner);
        let of_kind = self.of_kind.get(kind);
        let on = own
            .and_then(|choice| choice.on.as_ref())
            .or_else(|| of_kind.and_then(|choice| choice.on.as_ref()))
            .unwrap_or(&self.on);
        if !on.contains(&status) {
            return BTreeSet::new();
        }
        own.and_then(|choice| choice.ways.as_ref())
            .or_else(|| self.of_status.get(&status))
            .or_else(|| of_kind.and_then(|choice| choice.ways.as_ref()))
            .unwrap_or(&self.ways)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_narrower_wish_wins() {
        let mut wishes = NoticeWishes {
            of_status: [(Status::Failed, [Way::Desktop].into())].into(),
            ..NoticeWishes::default()
        };
        let ways = |wishes: &NoticeWishes, runner, status| wishes.ways_of(runner, "codex", status);
        assert_eq!(ways(&wishes, "a", Status::Waiting), [Way::Bell].into());
        assert_eq!(ways(&wishes, "a", Status::Failed), [Way::Desktop].into());
        assert_eq!(ways(&wishes, "a", Status::Running), BTreeSet::new());

        wishes.of_kind.insert(
            "codex".to_owned(),
            Choice {
                on: Some([Status::Failed, Status::Waiting].into()),
                ways: Some([Way::Message].into()),
            },
        );
        assert_eq!(ways(&wishes, "a", Status::Waiting), [Way::Message].into());
        assert_eq!(ways(&wishes, "a", Status::Failed), [Way::Desktop].into());
        assert_eq!(ways(&wishes, "a", Status::Idle), BTreeSet::new());

        wishes.of_runner.insert(
            "a".to_owned(),
            Choice {
                on: Some([Status::Idle].into()),
                ways: Some([Way::Osc].into()),
            },
        );
        assert_eq!(ways(&wishes, "a", Status::Idle), [Way::Osc].into());
        assert_eq!(ways(&wishes, "a", Status::Failed), BTreeSet::new());
        assert_eq!(ways(&wishes, "b", Status::Failed), [Way::Desktop].into());
    }
}
