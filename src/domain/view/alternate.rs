//! Rows of an alternate screen that are new. Nothing scrolls off such a screen, so what it shows is compared with what it showed: rows
//! that only moved are not new, and neither is a block of rows that were all there before.

use avt::{Line, Terminal};

use super::noise::{Mark, Recent, counts, known_rows};

/// Rows that are compared: more than any real screen has, since comparing takes the square of it.
const MOST_ROWS: usize = 500;

/// So few rows that are there once more than before are new; more of them are text that was scrolled back to.
const FEW: usize = 2;

/// What was there when somebody last looked.
#[derive(Debug, Default)]
pub(super) struct Alternate {
    /// Rows with text, from the top.
    shown: Vec<Mark>,
    /// What was logged.
    recent: Recent,
}

impl Alternate {
    /// Rows that were not there before.
    pub(super) fn look(&mut self, terminal: &Terminal) -> Vec<String> {
        let rows: Vec<String> = terminal
            .screen()
            .visible_lines()
            .map(Line::text)
            .filter(|row| !row.trim().is_empty())
            .take(MOST_ROWS)
            .collect();
        let marks: Vec<Mark> = rows.iter().map(|row| Mark::of(row)).collect();
        let mut stays = common(&self.shown, &marks);
        self.forgive_fleeting(&marks, &mut stays);
        let known = known_rows(&marks, &self.recent);
        let times = |marks: &[Mark], wanted| marks.iter().filter(|mark| **mark == wanted).count();
        let more = |row: usize| {
            marks.get(row).is_some_and(|mark| {
                let before = times(&self.shown, *mark);
                before > 0 && times(&marks, *mark) > before
            })
        };
        let mut new = Vec::new();
        let mut block: Vec<usize> = Vec::new();
        for at in 0..=rows.len() {
            if stays.get(at) == Some(&false) {
                block.push(at);
                continue;
            }
            // A block in which something is new is told whole, as repeated lines in it belong there.
            let is_new = block.iter().any(|row| known.get(*row) == Some(&false))
                || (block.len() <= FEW && block.iter().any(|row| more(*row)));
            new.extend(block.drain(..).filter(|_| is_new));
        }
        for mark in new.iter().filter_map(|at| marks.get(*at)) {
            self.recent.remember(*mark);
        }
        self.shown = marks;
        new.iter().filter_map(|at| rows.get(*at).cloned()).collect()
    }

    /// The program has left the screen.
    pub(super) fn leave(&mut self) {
        self.shown.clear();
    }

    /// A row that changed in what is fleeting only stays, when no other row is like it.
    fn forgive_fleeting(&self, marks: &[Mark], stays: &mut [bool]) {
        let (before, now) = (counts(&self.shown), counts(marks));
        for (mark, stays) in marks.iter().zip(stays) {
            let essence = mark.essence();
            *stays |= before.get(&essence) == Some(&1) && now.get(&essence) == Some(&1);
        }
    }
}

/// Which of the rows belong to the longest sequence that both have in common.
fn common(before: &[Mark], now: &[Mark]) -> Vec<bool> {
    let width = now.len() + 1;
    // How much the rests behind each pair of rows have in common, from the end.
    let mut lengths = vec![0_u16; (before.len() + 1) * width];
    let length =
        |lengths: &[u16], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, one) in before.iter().enumerate().rev() {
        for (j, other) in now.iter().enumerate().rev() {
            let best = if one == other {
                length(&lengths, i + 1, j + 1) + 1
            } else {
                length(&lengths, i + 1, j).max(length(&lengths, i, j + 1))
            };
            if let Some(place) = lengths.get_mut(i * width + j) {
                *place = best;
            }
        }
    }
    let mut stays = vec![false; now.len()];
    let (mut i, mut j) = (0, 0);
    while let (Some(one), Some(other)) = (before.get(i), now.get(j)) {
        if one == other {
            if let Some(place) = stays.get_mut(j) {
                *place = true;
            }
            (i, j) = (i + 1, j + 1);
        } else if length(&lengths, i + 1, j) >= length(&lengths, i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(alternate: &mut Alternate, rows: &[&str]) -> Vec<String> {
        let mut terminal = Terminal::new(40, rows.len() + 1).unwrap();
        terminal.feed(rows.join("\r\n"));
        let new = alternate.look(&terminal).into_iter();
        new.map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn numbers_are_told_once_each_and_not_again() {
        let mut alternate = Alternate::default();
        let first = ["test 1 ok", "1795", "}", "Working 1s"];
        assert_eq!(look(&mut alternate, &first), first);
        assert_eq!(
            look(&mut alternate, &["test 1 ok", "1795", "}", "Working 2s"]),
            Vec::<String>::new()
        );
        assert_eq!(
            look(
                &mut alternate,
                &["1795", "}", "test 1 ok", "test 2 ok", "Working 3s"]
            )
            .last(),
            Some(&"test 2 ok".to_owned())
        );
    }

    #[test]
    fn repeated_lines_within_new_text_stay_and_text_that_comes_back_does_not() {
        let mut alternate = Alternate::default();
        let one = ["fn a() {", "return None;", "}", "status"];
        let two = ["fn b() {", "return None;", "}", "return None;", "status"];
        assert_eq!(look(&mut alternate, &one), one);
        assert_eq!(look(&mut alternate, &two).len(), 2, "what moved is not new");
        assert_eq!(
            look(&mut alternate, &["other text", "status"]),
            ["other text"]
        );
        assert_eq!(
            look(&mut alternate, &one),
            Vec::<String>::new(),
            "scrolled back"
        );
    }
}
