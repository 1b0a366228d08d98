//! Lines on their way to a log file, in order, with a mark wherever some are missing. Bounded: what does not fit is
//! counted, not kept.

use std::fmt::Write as _;

use super::limits::HELD_BYTES;

/// Text that is not in the file yet.
#[derive(Debug, Default)]
pub(super) struct Held {
    text: String,
    /// Lines that are missing behind the text.
    missing: u64,
}

impl Held {
    /// Takes a line, if there is room for it.
    pub(super) fn push(&mut self, line: &str) {
        if self.text.len() + line.len() >= HELD_BYTES {
            self.missing += 1;
            return;
        }
        mark(&mut self.text, std::mem::take(&mut self.missing));
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// So many lines are missing here.
    pub(super) const fn miss(&mut self, lines: u64) {
        self.missing = self.missing.saturating_add(lines);
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.text.is_empty() && self.missing == 0
    }

    /// All of it as it shall stand in the file. It stays held: writing may fail.
    pub(super) fn text(&self) -> String {
        let mut text = self.text.clone();
        mark(&mut text, self.missing);
        text
    }

    /// It is in the file.
    pub(super) fn clear(&mut self) {
        // The room is given back too: it may have been a whole megabyte.
        *self = Self::default();
    }
}

fn mark(text: &mut String, missing: u64) {
    if missing > 0 {
        // Writing to a String cannot fail.
        let _always_ok = writeln!(text, "[geppetto: {missing} lines are missing here]");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_do_not_fit_are_counted_where_they_are_missing() {
        let mut held = Held::default();
        let large = "x".repeat(HELD_BYTES / 2);
        for line in ["first", &large, &large, &large, "last"] {
            held.push(line);
        }
        let mark = "[geppetto: 2 lines are missing here]";
        assert_eq!(held.text(), format!("first\n{large}\n{mark}\nlast\n"));
    }

    #[test]
    fn a_hole_at_the_end_is_told_and_what_is_held_stays_until_it_is_written() {
        let mut held = Held::default();
        held.push("one");
        held.miss(3);
        held.miss(4);
        let text = "one\n[geppetto: 7 lines are missing here]\n";
        assert_eq!((held.text().as_str(), held.text().as_str()), (text, text));
        held.clear();
        assert!(held.is_empty());
    }
}
