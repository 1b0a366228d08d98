//! Which runner needs the person most, and which one next.

use super::ids::{PaneId, RunnerId};
use super::status::Status;
use super::time::Timestamp;

/// A runner with a pane to go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub runner: RunnerId,
    /// What it is.
    pub status: Status,
    /// Since when.
    pub since: Timestamp,
    /// Its pane.
    pub pane: PaneId,
}

/// How much a status needs the person, the smaller the more; `None` when it does not.
const fn rank(status: Status) -> Option<u8> {
    match status {
        Status::Waiting => Some(0),
        Status::Failed | Status::Errored => Some(1),
        Status::Completed => Some(2),
        Status::Idle => Some(3),
        Status::Starting | Status::Running | Status::Paused | Status::Stopped | Status::Unknown => {
            None
        }
    }
}

/// The one that needs the person most, of those alike the one that has for longest. From the pane of one of them it is the one
/// behind it, and behind the last the first, so that asking again and again leads to all of them.
pub fn next(candidates: impl Iterator<Item = Candidate>, from: Option<PaneId>) -> Option<RunnerId> {
    let mut needy: Vec<_> = candidates
        .filter_map(|one| Some((rank(one.status)?, one.since, one.runner, one.pane)))
        .collect();
    needy.sort_unstable_by_key(|(rank, since, runner, _)| (*rank, *since, *runner));
    let here = needy.iter().position(|(.., pane)| Some(*pane) == from);
    let behind = here.and_then(|here| needy.get(here + 1));
    let (_, _, runner, _) = behind.or_else(|| needy.first())?;
    Some(*runner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> RunnerId {
        let text = format!("01930000-0000-7000-8000-{number:012x}");
        text.parse().unwrap()
    }

    fn candidates() -> impl Iterator<Item = Candidate> {
        let table = [
            (Status::Idle, 1),
            (Status::Running, 1),
            (Status::Waiting, 9),
            (Status::Completed, 1),
            (Status::Errored, 3),
            (Status::Failed, 2),
            (Status::Waiting, 8),
            (Status::Paused, 1),
        ];
        (0..).zip(table).map(|(number, (status, since))| Candidate {
            runner: id(number),
            status,
            since: Timestamp(since),
            pane: PaneId(number),
        })
    }

    #[test]
    fn all_that_need_the_person_follow_each_other_in_a_ring() {
        let mut from = None;
        let ring: Vec<_> = std::iter::repeat_with(|| {
            let runner = next(candidates(), from).unwrap();
            from = candidates()
                .find(|one| one.runner == runner)
                .map(|one| one.pane);
            from.unwrap().0
        })
        .take(7)
        .collect();
        assert_eq!(ring, [6, 2, 5, 4, 3, 0, 6]);
    }

    #[test]
    fn from_elsewhere_it_begins_at_the_first() {
        assert_eq!(next(candidates(), Some(PaneId(1))), Some(id(6)));
        assert_eq!(next(candidates(), Some(PaneId(77))), Some(id(6)));
        assert_eq!(next(candidates().take(2).skip(1), None), None);
    }
}
