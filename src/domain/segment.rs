//! The status segment: how many runners are active, idle or need the user, as short text for a status line.

use super::status::Status;

/// How many live runners there are of each sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Starting or running.
    pub active: u32,
    /// Need the user.
    pub waiting: u32,
    /// Alive and silent.
    pub idle: u32,
    /// Frozen.
    pub paused: u32,
    /// Failed or errored, and still listed.
    pub failed: u32,
    /// Completed or stopped, and still listed.
    pub ended: u32,
}

impl Counts {
    /// Counts statuses.
    pub fn of(statuses: impl IntoIterator<Item = Status>) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            let slot = match status {
                Status::Starting | Status::Running => &mut counts.active,
                Status::Waiting => &mut counts.waiting,
                Status::Idle | Status::Unknown => &mut counts.idle,
                Status::Paused => &mut counts.paused,
                Status::Failed | Status::Errored => &mut counts.failed,
                Status::Completed | Status::Stopped => &mut counts.ended,
            };
            *slot += 1;
        }
        counts
    }

    /// The segment: `◐1 ●2 ○3 ✕1`, what needs the user first, nothing when there is nothing to tell.
    /// Digits and symbols only, so it is safe in any tmux format.
    pub fn segment(&self, icons: Icons) -> String {
        let [waiting, active, idle, paused, failed] = match icons {
            Icons::Unicode => ["◐", "●", "○", "‖", "✕"],
            Icons::Ascii => ["?", "*", "-", "=", "x"],
        };
        [
            (waiting, self.waiting),
            (active, self.active),
            (idle, self.idle),
            (paused, self.paused),
            (failed, self.failed),
        ]
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(icon, count)| format!("{icon}{count}"))
        .collect::<Vec<_>>()
        .join(" ")
    }
}

/// The symbols of the segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Icons {
    /// One column each in most terminals.
    #[default]
    Unicode,
    /// For terminals and fonts without the others.
    Ascii,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_segment_is_short_and_empty_when_there_is_nothing_to_say() {
        let counts = Counts::of([
            Status::Running,
            Status::Idle,
            Status::Idle,
            Status::Completed,
        ]);
        assert_eq!(counts.segment(Icons::Unicode), "●1 ○2");
        assert_eq!(counts.segment(Icons::Ascii), "*1 -2");
        assert_eq!(Counts::of([Status::Completed]).segment(Icons::Unicode), "");
    }
}
