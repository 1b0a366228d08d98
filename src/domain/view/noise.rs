//! What a line is known by, so that what is only drawn again is not logged again. Numbers, spinners and elapsed times make no
//! difference where only one line can be meant; where many lines are alike they do, since a list of numbered lines is text.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Lines that are remembered: a few large screens of a program that prints all that it ever said with every frame.
const REMEMBERED: usize = 2000;

/// A line with fewer letters is like many others: a bracket, a number. Only the very same is the same.
const LETTERS: usize = 3;

/// What a line is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Mark {
    /// The very line, but for blanks at its end.
    exact: u64,
    /// The line without what is fleeting in it; the very line when that is hardly anything.
    essence: u64,
}

impl Mark {
    pub(super) fn of(line: &str) -> Self {
        let line = line.trim_end();
        let (mut whole, mut lasting) = (DefaultHasher::new(), DefaultHasher::new());
        line.hash(&mut whole);
        let mut letters = 0;
        for c in line.chars().filter(|c| !is_fleeting(*c)) {
            letters += usize::from(c.is_alphabetic());
            c.hash(&mut lasting);
        }
        let exact = whole.finish();
        let essence = if letters < LETTERS {
            exact
        } else {
            lasting.finish()
        };
        Self { exact, essence }
    }

    pub(super) const fn essence(self) -> u64 {
        self.essence
    }
}

/// Lines that are expected again, each as often as it is there.
#[derive(Debug, Default)]
pub(super) struct Expected(HashMap<u64, Vec<Mark>>);

impl Expected {
    pub(super) fn add(&mut self, mark: Mark) {
        self.0.entry(mark.essence).or_default().push(mark);
    }

    /// True when that line was expected; it is not any more then.
    pub(super) fn take(&mut self, mark: Mark) -> bool {
        let Some(alike) = self.0.get_mut(&mark.essence) else {
            return false;
        };
        let found = alike
            .iter()
            .position(|other| *other == mark)
            .or((alike.len() == 1).then_some(0));
        let Some(found) = found else { return false };
        alike.swap_remove(found);
        if alike.is_empty() {
            self.0.remove(&mark.essence);
        }
        true
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The lines that were logged last.
#[derive(Debug, Default)]
pub(super) struct Recent {
    order: VecDeque<Mark>,
}

impl Recent {
    pub(super) fn remember(&mut self, mark: Mark) {
        self.order.push_back(mark);
        if self.order.len() > REMEMBERED {
            self.order.pop_front();
        }
    }

    pub(super) fn marks(&self) -> impl Iterator<Item = Mark> {
        self.order.iter().copied()
    }

    /// The exact and the essential hashes.
    pub(super) fn known(&self) -> (HashSet<u64>, HashSet<u64>) {
        (
            self.marks().map(|mark| mark.exact).collect(),
            self.marks().map(|mark| mark.essence).collect(),
        )
    }
}

/// Which of the rows a memory has: the very row, or one that differs in what is fleeting when no other row is like it.
pub(super) fn known_rows(rows: &[Mark], recent: &Recent) -> Vec<bool> {
    let (exact, essences) = recent.known();
    let alike = counts(rows);
    rows.iter()
        .map(|row| {
            exact.contains(&row.exact)
                || (alike.get(&row.essence) == Some(&1) && essences.contains(&row.essence))
        })
        .collect()
}

/// How many rows have each essence.
pub(super) fn counts(rows: &[Mark]) -> HashMap<u64, usize> {
    let mut counts = HashMap::new();
    for row in rows {
        *counts.entry(row.essence).or_default() += 1;
    }
    counts
}

/// Digits, white space, and the glyphs that spinners are made of.
const fn is_fleeting(c: char) -> bool {
    matches!(c,
        '0'..='9' | ' ' | '\u{a0}' | '.' | '\u{2026}' | '\u{2800}'..='\u{28ff}' | '|' | '/' | '-' | '\\'
        | '\u{2580}'..='\u{259f}' | '\u{25d0}'..='\u{25d7}' | '\u{25dc}'..='\u{25e6}' | '*' | '\u{b7}' | '\u{2022}'
        | '\u{2722}'..='\u{2724}' | '\u{2731}'..='\u{273f}' | '\u{2500}'..='\u{257f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_numbers_and_spinners_only_is_expected() {
        let mut expected = Expected::default();
        for spinner in [
            "✶ Thinking… (13s · 1.3k tokens)",
            "⠋ Thinking... (9s · 900k tokens)",
        ] {
            expected.add(Mark::of("✻ Thinking… (12s · 1.2k tokens)"));
            assert!(expected.take(Mark::of(spinner)));
            assert!(!expected.take(Mark::of(spinner)), "once for each");
        }
        expected.add(Mark::of("✻ Thinking… (12s)"));
        assert!(!expected.take(Mark::of("✻ Reading… (12s)")));
    }

    #[test]
    fn of_many_that_are_alike_only_the_very_same_is_expected() {
        let mut expected = Expected::default();
        for line in ["test 1 ok", "test 2 ok", "}", "214"] {
            expected.add(Mark::of(line));
        }
        assert!(!expected.take(Mark::of("test 3 ok")));
        assert!(expected.take(Mark::of("test 1 ok  ")));
        assert!(!expected.take(Mark::of("215")));
        assert!(expected.take(Mark::of("}")) && !expected.take(Mark::of("}")));
    }

    #[test]
    fn the_memory_is_short() {
        let mut recent = Recent::default();
        recent.remember(Mark::of("first"));
        assert_eq!(known_rows(&[Mark::of("first")], &recent), [true]);
        for number in 0..REMEMBERED {
            recent.remember(Mark::of(&format!("x{number}")));
        }
        assert_eq!(known_rows(&[Mark::of("first")], &recent), [false]);
    }
}
