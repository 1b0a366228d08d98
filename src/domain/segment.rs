//! The status segment: how many runners are active, idle or need the user, as short text for a status line. What it looks
//! like is in `format`, what windows are marked with in `badges`.

mod badges;
mod format;
mod look;

use super::status::Status;

pub use badges::{Badges, badge_map, mark};
pub use format::{Format, FormatError};
pub use look::{Look, USUAL_WIDTH, style_error};

/// How many runners there are of each sort.
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

/// A sort of runners, in the order in which they are shown: what needs the user first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Needs the user.
    Waiting,
    /// Starting or running.
    Active,
    /// Alive and silent.
    Idle,
    /// Frozen.
    Paused,
    /// Failed or errored.
    Failed,
    /// Completed or stopped.
    Ended,
}

impl Sort {
    /// Every sort.
    pub const ALL: [Self; 6] = [
        Self::Waiting,
        Self::Active,
        Self::Idle,
        Self::Paused,
        Self::Failed,
        Self::Ended,
    ];

    /// The sort that a status belongs to.
    pub const fn of(status: Status) -> Self {
        match status {
            Status::Starting | Status::Running => Self::Active,
            Status::Waiting => Self::Waiting,
            Status::Idle | Status::Unknown => Self::Idle,
            Status::Paused => Self::Paused,
            Status::Failed | Status::Errored => Self::Failed,
            Status::Completed | Status::Stopped => Self::Ended,
        }
    }

    /// The word that formats and options call it by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Active => "active",
            Self::Idle => "idle",
            Self::Paused => "paused",
            Self::Failed => "failed",
            Self::Ended => "ended",
        }
    }

    /// The sort that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }
}

impl Counts {
    /// Counts statuses.
    pub fn of(statuses: impl IntoIterator<Item = Status>) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            counts.add(status);
        }
        counts
    }

    /// Counts one more.
    pub const fn add(&mut self, status: Status) {
        let slot = match Sort::of(status) {
            Sort::Active => &mut self.active,
            Sort::Waiting => &mut self.waiting,
            Sort::Idle => &mut self.idle,
            Sort::Paused => &mut self.paused,
            Sort::Failed => &mut self.failed,
            Sort::Ended => &mut self.ended,
        };
        *slot += 1;
    }

    /// How many there are of one sort.
    pub const fn count(&self, sort: Sort) -> u32 {
        match sort {
            Sort::Active => self.active,
            Sort::Waiting => self.waiting,
            Sort::Idle => self.idle,
            Sort::Paused => self.paused,
            Sort::Failed => self.failed,
            Sort::Ended => self.ended,
        }
    }

    /// The segment without styles, as long as it may be: `◐1 ●2 ○3 ✕1`, nothing when there is nothing to tell.
    /// Digits and symbols only, so it is safe in any tmux format.
    pub fn segment(&self, icons: Icons) -> String {
        let look = Look {
            icons,
            ..Look::default()
        };
        Format::default().render(self, &look)
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
    /// Of a Nerd Font.
    Nerd,
}

impl Icons {
    /// The symbol of a sort.
    pub const fn of(self, sort: Sort) -> &'static str {
        let (unicode, ascii, nerd) = match sort {
            Sort::Waiting => ("◐", "?", "\u{f059}"),
            Sort::Active => ("●", "*", "\u{f04b}"),
            Sort::Idle => ("○", "-", "\u{f186}"),
            Sort::Paused => ("‖", "=", "\u{f04c}"),
            Sort::Failed => ("✕", "x", "\u{f00d}"),
            Sort::Ended => ("✓", "v", "\u{f00c}"),
        };
        match self {
            Self::Unicode => unicode,
            Self::Ascii => ascii,
            Self::Nerd => nerd,
        }
    }

    /// The icons that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "unicode" => Some(Self::Unicode),
            "ascii" => Some(Self::Ascii),
            "nerd" => Some(Self::Nerd),
            _ => None,
        }
    }
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
        assert_eq!(counts.segment(Icons::Nerd), "\u{f04b}1 \u{f186}2");
        assert_eq!(Counts::of([Status::Completed]).segment(Icons::Unicode), "");
    }
}
