//! Decides when a follower of the status prints which line. tmux shows at most one line a second of a running
//! command and drops the others, the last one too; so lines keep their distance, and the last one always comes; the
//! first one comes twice.
//! Pure: time is an argument.

use std::time::{Duration, Instant};

/// Least time between two lines.
pub(crate) const GAP: Duration = Duration::from_millis(1100);

/// The same line is printed again after this time: tmux forgets commands that print nothing for an hour.
pub(crate) const AGAIN: Duration = Duration::from_secs(30 * 60);

/// What is shown and what is to be shown.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    wanted: Option<String>,
    shown: Option<(String, Instant)>,
    /// The line is to be printed once more, since what is drawn with it has changed.
    is_stale: bool,
}

impl Pacer {
    /// The line that is true from now on.
    pub(crate) fn want(&mut self, line: String) {
        self.wanted = Some(line);
    }

    /// The line has to come again, even if it is the same.
    pub(crate) const fn want_again(&mut self) {
        self.is_stale = true;
    }

    /// True before the first line.
    pub(crate) const fn is_blank(&self) -> bool {
        self.shown.is_none()
    }

    /// The line to print now, if it is time for one.
    pub(crate) fn due(&mut self, now: Instant) -> Option<String> {
        if !self.left(now)?.is_zero() {
            return None;
        }
        let line = self.wanted.clone()?;
        // tmux does not draw a line that comes in the second in which it began the command, as the first one does.
        self.is_stale = self.shown.is_none();
        self.shown = Some((line.clone(), now));
        Some(line)
    }

    /// Time until the next line; `None` when there is nothing to print yet.
    pub(crate) fn left(&self, now: Instant) -> Option<Duration> {
        let wanted = self.wanted.as_ref()?;
        let Some((shown, at)) = &self.shown else {
            return Some(Duration::ZERO);
        };
        let is_news = self.is_stale || shown != wanted;
        let distance = if is_news { GAP } else { AGAIN };
        Some(distance.saturating_sub(now.saturating_duration_since(*at)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::clock::instant;

    #[test]
    fn the_first_line_comes_at_once_and_the_last_one_always() {
        let begin = instant();
        let at = |ms| begin + Duration::from_millis(ms);
        let mut pacer = Pacer::default();
        assert_eq!(pacer.left(at(0)), None);
        pacer.want("a".to_owned());
        assert_eq!(pacer.due(at(0)).as_deref(), Some("a"));
        for (ms, line) in [(100, "b"), (200, "c"), (300, "d")] {
            pacer.want(line.to_owned());
            assert_eq!(pacer.due(at(ms)), None);
        }
        assert_eq!(pacer.left(at(300)), Some(Duration::from_millis(800)));
        assert_eq!(pacer.due(at(1100)).as_deref(), Some("d"));
    }

    #[test]
    fn the_same_line_comes_once_more_when_it_is_asked_for() {
        let begin = instant();
        let mut pacer = Pacer::default();
        pacer.want("a".to_owned());
        assert!(pacer.due(begin).is_some());
        // The first one does by itself.
        assert_eq!(pacer.due(begin), None);
        assert_eq!(pacer.due(begin + GAP).as_deref(), Some("a"));
        assert_eq!(pacer.due(begin + 2 * GAP), None);
        pacer.want_again();
        assert_eq!(pacer.due(begin + 2 * GAP).as_deref(), Some("a"));
        assert_eq!(pacer.due(begin + 3 * GAP), None);
    }

    #[test]
    fn a_change_that_is_taken_back_prints_nothing() {
        let begin = instant();
        let mut pacer = Pacer::default();
        pacer.want("a".to_owned());
        assert!(pacer.due(begin).is_some());
        let again = begin + GAP;
        assert!(pacer.due(again).is_some());
        pacer.want("b".to_owned());
        pacer.want("a".to_owned());
        assert_eq!(pacer.due(again + 2 * GAP), None);
        assert_eq!(pacer.due(again + AGAIN).as_deref(), Some("a"));
    }
}
