//! The badge of each window: what its runners do, as one letter in a map that tmux looks up when it draws the window's name.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Sort;
use crate::domain::ids::WindowId;
use crate::domain::status::Status;

/// The windows with a runner that a person may want to know of, and what is to be known.
pub type Badges = BTreeMap<WindowId, Sort>;

/// Of several runners in a window, what is told of it. Runners that ended well leave no mark.
const URGENCY: [Sort; 5] = [
    Sort::Waiting,
    Sort::Failed,
    Sort::Active,
    Sort::Paused,
    Sort::Idle,
];

/// Takes one more runner into account.
pub fn mark(badges: &mut Badges, window: WindowId, status: Status) {
    let rank = |sort| URGENCY.iter().position(|known| *known == sort);
    let sort = Sort::of(status);
    let Some(urgency) = rank(sort) else {
        return;
    };
    let known = badges.entry(window).or_insert(sort);
    if rank(*known).is_none_or(|known| urgency < known) {
        *known = sort;
    }
}

/// The map for tmux: `@1w@12a`, in which `@1w` is found for one window only, since each entry begins with `@`.
pub fn badge_map(badges: &Badges) -> String {
    let mut map = String::new();
    for (window, sort) in badges {
        let letter = sort.as_str().chars().next().unwrap_or_default();
        // Writing to a String cannot fail.
        let _written = write!(map, "{window}{letter}");
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_urgent_runner_speaks_for_its_window() {
        let mut badges = Badges::new();
        let runners = [
            (1, Status::Idle),
            (12, Status::Running),
            (1, Status::Waiting),
            (1, Status::Failed),
            (2, Status::Completed),
            (3, Status::Paused),
            (3, Status::Idle),
        ];
        for (window, status) in runners {
            mark(&mut badges, WindowId(window), status);
        }
        assert_eq!(badge_map(&badges), "@1w@3p@12a");
        let letters: std::collections::BTreeSet<_> = URGENCY
            .iter()
            .filter_map(|sort| sort.as_str().chars().next())
            .collect();
        assert_eq!(letters.len(), URGENCY.len(), "letters differ");
    }
}
