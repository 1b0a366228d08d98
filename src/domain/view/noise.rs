//! A short memory of lines that were logged, so that what is only drawn again is not logged again. Numbers, spinners and elapsed times
//! make no difference.

use std::collections::{HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Lines that are remembered: a few large screens.
const REMEMBERED: usize = 600;

/// A line with fewer letters is like many others: a bracket, a number.
const LETTERS: usize = 3;

/// The memory.
#[derive(Debug, Default)]
pub(super) struct Noise {
    order: VecDeque<u64>,
    known: HashSet<u64>,
}

impl Noise {
    /// True when such a line was logged lately; one with hardly a letter never counts as known.
    pub(super) fn knows(&self, line: &str) -> bool {
        essence(line).is_some_and(|essence| self.known.contains(&essence))
    }

    /// Remembers a line.
    pub(super) fn remember(&mut self, line: &str) {
        let Some(essence) = essence(line) else { return };
        if !self.known.insert(essence) {
            return;
        }
        self.order.push_back(essence);
        while self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// What makes a line that line; `None` when nothing does.
fn essence(line: &str) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let mut letters = 0;
    for c in line.chars().filter(|c| !is_fleeting(*c)) {
        letters += usize::from(c.is_alphabetic());
        c.hash(&mut hasher);
    }
    (letters >= LETTERS).then(|| hasher.finish())
}

/// Digits, white space, and the glyphs that spinners are made of.
const fn is_fleeting(c: char) -> bool {
    matches!(c,
        '0'..='9' | ' ' | '\u{a0}' | '.' | '\u{2026}' | '\u{2800}'..='\u{28ff}' | '|' | '/' | '-' | '\\'
        | '\u{2580}'..='\u{259f}' | '\u{25d0}'..='\u{25d7}' | '\u{25dc}'..='\u{25df}' | '*' | '\u{b7}' | '\u{2022}'
        | '\u{2722}'..='\u{2724}' | '\u{2731}'..='\u{273f}' | '\u{2500}'..='\u{257f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_in_numbers_and_spinners_only_is_known() {
        let mut noise = Noise::default();
        noise.remember("✻ Thinking… (12s · 1.2k tokens)");
        assert!(noise.knows("✶ Thinking… (13s · 1.3k tokens)"));
        assert!(noise.knows("⠋ Thinking... (9s · 900k tokens)"));
        assert!(!noise.knows("✻ Reading… (12s)"));
        noise.remember("");
        assert!(!noise.knows("  "), "blank lines are never known");
        noise.remember("}");
        assert!(!noise.knows("}"));
        for number in 0..REMEMBERED {
            let letters: String = format!("{number:05}")
                .bytes()
                .map(|d| char::from(d + 50))
                .collect();
            noise.remember(&letters);
        }
        assert!(!noise.knows("✻ Thinking… (12s · 1.2k tokens)"));
    }
}
