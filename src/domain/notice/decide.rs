//! Whether a change of status is told: once, after enough work, not of snoozed runners, not in quiet hours, not too often.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{NoticeWishes, Way};
use crate::domain::status::Status;
use crate::domain::time::{Tick, TimeOfDay, Timestamp};

/// Time between two notices of a runner that lives: an agent that asks one question after the other rings once for each few.
const BETWEEN: Duration = Duration::from_secs(5);

/// A change of a runner's status.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The runner's name.
    pub runner: &'a str,
    /// Name of its kind.
    pub kind: &'a str,
    /// What it was.
    pub from: Status,
    /// What it is.
    pub to: Status,
    /// How long it printed while it was what it was.
    pub worked: Duration,
    /// No notices before this.
    pub snoozed_until: Option<Timestamp>,
}

/// Now, on both clocks of people.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The time.
    pub at: Timestamp,
    /// The same on the user's wall.
    pub time_of_day: TimeOfDay,
}

/// The ways in which it is told; none when it is not.
pub fn ways(wishes: &NoticeWishes, change: &Change<'_>, now: Moment) -> BTreeSet<Way> {
    let is_quiet = wishes
        .quiet_hours
        .is_some_and(|hours| hours.contains(now.time_of_day));
    let is_snoozed = change.snoozed_until.is_some_and(|until| now.at < until);
    let is_done = change.from == Status::Running && change.worked >= wishes.idle_after_work;
    if is_quiet || is_snoozed || (change.to == Status::Idle && !is_done) {
        return BTreeSet::new();
    }
    wishes.ways_of(change.runner, change.kind, change.to)
}

/// When it may be told. An end is told at once, since its pane may close, and comes once.
pub fn due(to: Status, told: Option<Tick>, now: Tick) -> Tick {
    match told {
        Some(told) if !to.is_ended() => told.after(BETWEEN).max(now),
        _ => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Moment = Moment {
        at: Timestamp(1000),
        time_of_day: TimeOfDay(12 * 60),
    };

    fn change(from: Status, to: Status, worked: u64) -> Change<'static> {
        Change {
            runner: "a",
            kind: "custom",
            from,
            to,
            worked: Duration::from_secs(worked),
            snoozed_until: None,
        }
    }

    fn is_told(change: &Change<'_>) -> bool {
        !ways(&NoticeWishes::default(), change, NOON).is_empty()
    }

    #[test]
    fn each_change_is_told_or_not() {
        use Status::{
            Completed, Errored, Failed, Idle, Paused, Running, Starting, Stopped, Unknown, Waiting,
        };
        let table = [
            (Running, Waiting, 0, true),
            (Idle, Waiting, 0, true),
            (Running, Completed, 0, true),
            (Starting, Failed, 0, true),
            (Paused, Errored, 0, true),
            (Running, Idle, 10, true),
            (Running, Idle, 9, false),
            (Starting, Idle, 99, false),
            (Waiting, Idle, 99, false),
            (Running, Stopped, 99, false),
            (Idle, Running, 99, false),
            (Starting, Running, 99, false),
            (Running, Paused, 99, false),
            (Running, Unknown, 99, false),
        ];
        for (from, to, worked, told) in table {
            assert_eq!(is_told(&change(from, to, worked)), told, "{from:?} {to:?}");
        }
    }

    #[test]
    fn a_snooze_ends_at_its_time() {
        let snoozed = |until| Change {
            snoozed_until: Some(Timestamp(until)),
            ..change(Status::Running, Status::Waiting, 0)
        };
        assert!(!is_told(&snoozed(1001)));
        assert!(is_told(&snoozed(1000)));
    }

    #[test]
    fn quiet_hours_are_quiet() {
        let wishes = NoticeWishes {
            quiet_hours: Some("12:00-13:00".parse().unwrap()),
            ..NoticeWishes::default()
        };
        let change = change(Status::Running, Status::Failed, 0);
        assert!(ways(&wishes, &change, NOON).is_empty());
        let later = Moment {
            time_of_day: TimeOfDay(13 * 60),
            ..NOON
        };
        assert!(!ways(&wishes, &change, later).is_empty());
    }

    #[test]
    fn what_lives_is_told_now_and_then_and_an_end_at_once() {
        let at = |seconds| Tick(Duration::from_secs(seconds));
        assert_eq!(due(Status::Waiting, None, at(9)), at(9));
        assert_eq!(due(Status::Waiting, Some(at(8)), at(9)), at(13));
        assert_eq!(due(Status::Idle, Some(at(1)), at(9)), at(9));
        assert_eq!(due(Status::Failed, Some(at(8)), at(9)), at(9));
    }
}
