//! Entries as rows of the terminal: where long ones are broken, and moving by rows.

use unicode_width::UnicodeWidthChar;

use super::Window;

/// A row: that of an entry, counted from its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Spot {
    /// The number of the entry.
    pub(crate) number: i64,
    pub(crate) row: usize,
}

/// The room for entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Room {
    /// Columns for text, without times; where lines are not broken, as many as there may be.
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

/// Where the rows of a text begin, in bytes. There is always one row.
pub(crate) fn breaks(text: &str, columns: usize) -> Vec<usize> {
    let (mut begins, mut used) = (vec![0], 0);
    for (at, c) in text.char_indices() {
        let width = c.width().unwrap_or(0);
        if used + width > columns && used > 0 {
            begins.push(at);
            used = 0;
        }
        used += width;
    }
    begins
}

impl Room {
    /// How many rows an entry takes.
    pub(super) fn height(self, window: &Window, number: i64) -> usize {
        window.get(number).map_or(1, |entry| {
            // A byte takes at most a column: most lines need no counting.
            if entry.text.is_ascii() {
                entry.text.len().div_ceil(self.columns.max(1)).max(1)
            } else {
                breaks(&entry.text, self.columns).len()
            }
        })
    }

    /// So many rows further down, up when negative; at most to the first or last row of the window.
    pub(super) fn step(self, window: &Window, from: Spot, by: isize) -> Spot {
        let mut spot = from;
        let mut left = by.unsigned_abs();
        while left > 0 {
            if by > 0 {
                let below = self
                    .height(window, spot.number)
                    .saturating_sub(spot.row + 1);
                if left <= below {
                    spot.row += left;
                    return spot;
                }
                if spot.number >= window.last() {
                    spot.row += below;
                    return spot;
                }
                left -= below + 1;
                spot = Spot {
                    number: spot.number + 1,
                    row: 0,
                };
            } else {
                if left <= spot.row {
                    spot.row -= left;
                    return spot;
                }
                if spot.number <= window.numbers().start {
                    spot.row = 0;
                    return spot;
                }
                left -= spot.row + 1;
                let number = spot.number - 1;
                spot = Spot {
                    number,
                    row: self.height(window, number).saturating_sub(1),
                };
            }
        }
        spot
    }

    /// The row at the top when that one is at the bottom.
    pub(super) fn top_of(self, window: &Window, bottom: Spot) -> Spot {
        self.step(window, bottom, -self.page())
    }

    /// The row at the bottom when that one is at the top.
    pub(super) fn bottom_of(self, window: &Window, top: Spot) -> Spot {
        self.step(window, top, self.page())
    }

    /// The last row of an entry.
    pub(super) fn end(self, window: &Window, number: i64) -> Spot {
        let row = self.height(window, number).saturating_sub(1);
        Spot { number, row }
    }

    /// Rows from the top to the bottom.
    pub(super) fn page(self) -> isize {
        isize::try_from(self.rows.saturating_sub(1)).unwrap_or(isize::MAX)
    }
}
