//! Tables for terminals: columns as wide as what is shown, not as many bytes. Cells lose control characters.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::failure::Failure;
use super::output::Output;
use crate::domain::text::printable;

/// Answers with a table, as wide as the output is.
///
/// # Errors
/// A [`Failure`] when the output takes nothing.
pub(crate) fn print<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    output: &mut Output,
) -> Result<(), Failure> {
    lines(head, rows, output.width())
        .into_iter()
        .try_for_each(|line| output.answer(line))
}

/// Lines of a table, the head first. With `width`, lines are cut there.
fn lines<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
    width: Option<usize>,
) -> Vec<String> {
    let cells: Vec<[String; N]> = std::iter::once(head.map(str::to_owned))
        .chain(rows)
        .map(|row| row.map(|cell| printable(&cell)))
        .collect();
    let mut columns = [0; N];
    for row in &cells {
        for (column, cell) in columns.iter_mut().zip(row) {
            *column = (*column).max(cell.width());
        }
    }
    cells.iter().map(|row| line(row, &columns, width)).collect()
}

fn line<const N: usize>(row: &[String; N], columns: &[usize; N], width: Option<usize>) -> String {
    let mut text = String::new();
    for (cell, column) in row.iter().zip(columns) {
        text.push_str(cell);
        let padding = column.saturating_sub(cell.width()) + 2;
        text.extend(std::iter::repeat_n(' ', padding));
    }
    cut(text.trim_end(), width.unwrap_or(usize::MAX))
}

/// `text` in at most `width` columns.
fn cut(text: &str, width: usize) -> String {
    let mut used = 0;
    text.chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_text_is_aligned_and_hostile_text_is_harmless() {
        let rows = [
            ["修复".to_owned(), "x\u{1b}[31m".to_owned()],
            ["a".to_owned(), "y".to_owned()],
        ];
        assert_eq!(
            lines(["NAME", "B"], rows, None),
            ["NAME  B", "修复  x[31m", "a     y"]
        );
    }

    #[test]
    fn lines_end_at_the_terminals_edge() {
        assert_eq!(cut("修复x", 3), "修");
        assert_eq!(
            lines(["LONG"], [["abcdefgh".to_owned()]], Some(4)),
            ["LONG", "abcd"]
        );
    }
}
