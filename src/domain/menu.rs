//! What a person may do with the pane they are in, as the entries of a short menu.

use super::status::Status;

/// One entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See what it prints.
    Log,
    /// Freeze its processes.
    Pause,
    /// Thaw them.
    Resume,
    /// End its program, after asking.
    Stop,
    /// Start it again.
    Start,
    /// Not be told of it for a while.
    Snooze,
    /// Watch the pane.
    Register,
    /// Go to the runner that has waited longest.
    Next,
    /// See all runners.
    Dashboard,
}

/// The entries for a pane without a runner.
pub const WITHOUT_RUNNER: &[Action] = &[Action::Register, Action::Next, Action::Dashboard];

/// The entries for a runner: what its status allows. One that geppetto did not start cannot be started again.
pub const fn for_runner(status: Status, is_ours: bool) -> &'static [Action] {
    use Action::{Dashboard, Log, Next, Pause, Resume, Snooze, Start, Stop};
    match status {
        Status::Paused => &[Log, Resume, Stop, Next, Dashboard],
        Status::Completed | Status::Failed | Status::Stopped | Status::Errored if is_ours => {
            &[Log, Start, Next, Dashboard]
        }
        Status::Completed | Status::Failed | Status::Stopped | Status::Errored => {
            &[Log, Next, Dashboard]
        }
        Status::Starting | Status::Running | Status::Waiting | Status::Idle | Status::Unknown => {
            &[Log, Pause, Stop, Snooze, Next, Dashboard]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_three_to_eight_entries_and_only_what_it_allows() {
        for status in Status::ALL {
            for is_ours in [true, false] {
                let actions = for_runner(status, is_ours);
                let has = |action| actions.contains(&action);
                assert!((3..=8).contains(&actions.len()), "{status:?}");
                assert_eq!(has(Action::Stop), !status.is_ended());
                assert_eq!(has(Action::Start), status.is_ended() && is_ours);
                assert_eq!(has(Action::Resume), status == Status::Paused);
                assert!(!(has(Action::Pause) && has(Action::Resume)));
            }
        }
        assert!((3..=8).contains(&WITHOUT_RUNNER.len()));
    }
}
