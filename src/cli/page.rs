//! Rows for a screen: texts cut and folded to its columns. Pure; what comes in is hostile text, what goes out holds
//! no control characters but the styles that are put here.

use unicode_width::UnicodeWidthChar;

use super::screen::Size;
use crate::domain::text::printable;
use crate::wire::LogView;

/// Inverse, for the bar and for the chosen row.
const INVERSE: &str = "\x1b[7m";

/// Dim, for what geppetto says itself.
const DIM: &str = "\x1b[2m";

/// What a log without entries shows: an empty page looks broken.
const NOTHING_YET: &str = "It has printed nothing since it is watched.";

/// As much of `text` as fits.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    fold(text, columns).into_iter().next().unwrap_or_default()
}

/// `text` in rows of at most `columns`; one empty row for an empty text.
fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut rows = vec![String::new()];
    let mut used = 0;
    for c in printable(text).chars() {
        let width = c.width().unwrap_or(0);
        if used + width > columns && used > 0 {
            rows.push(String::new());
            used = 0;
        }
        if let Some(row) = rows.last_mut() {
            row.push(c);
        }
        used += width;
    }
    rows
}

/// The newest entries that fit, and a bar below them.
pub(crate) fn log<'a>(
    entries: impl DoubleEndedIterator<Item = &'a LogView>,
    bar: &str,
    size: Size,
) -> Vec<String> {
    let room = size.rows.saturating_sub(1);
    let mut rows: Vec<String> = Vec::new();
    'fill: for entry in entries.rev() {
        let style = if entry.source == "pane" { "" } else { DIM };
        for row in fold(&entry.text, size.columns).into_iter().rev() {
            if rows.len() == room {
                break 'fill;
            }
            rows.push(format!("{style}{row}"));
        }
    }
    rows.reverse();
    if rows.is_empty() && room > 0 {
        rows.push(format!("{DIM}{}", cut(NOTHING_YET, size.columns)));
    }
    rows.resize(room, String::new());
    rows.push(format!("{INVERSE}{}", fill(bar, size.columns)));
    rows
}

/// A list with one row chosen, scrolled so that it is seen, and a bar below.
pub(crate) fn choice(items: &[String], chosen: usize, bar: &str, size: Size) -> Vec<String> {
    let room = size.rows.saturating_sub(1);
    let first = (chosen + 1).saturating_sub(room);
    let mut rows: Vec<String> = items
        .iter()
        .enumerate()
        .skip(first)
        .take(room)
        .map(|(at, item)| {
            let style = if at == chosen { INVERSE } else { "" };
            format!("{style}{}", cut(item, size.columns))
        })
        .collect();
    rows.resize(room, String::new());
    rows.push(format!("{DIM}{}", cut(bar, size.columns)));
    rows
}

/// `text` cut, or filled with spaces, to the whole width.
fn fill(text: &str, columns: usize) -> String {
    let text = cut(text, columns);
    let used: usize = text.chars().map(|c| c.width().unwrap_or(0)).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(used)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> LogView {
        LogView {
            run: 0,
            seq: 1,
            at_ms: 0,
            source: "pane".to_owned(),
            text: text.to_owned(),
        }
    }

    fn size(columns: usize, rows: usize) -> Size {
        Size { columns, rows }
    }

    #[test]
    fn long_lines_are_folded_and_the_newest_rows_win() {
        let entries = [entry("first"), entry("abcdefghij"), entry("")];
        let rows = log(entries.iter(), "bar", size(4, 5));
        assert_eq!(rows, ["abcd", "efgh", "ij", "", "\x1b[7mbar "]);
        assert_eq!(log(entries.iter(), "bar", size(4, 1)), ["\x1b[7mbar "]);
    }

    #[test]
    fn an_empty_log_says_so() {
        let rows = log([].iter(), "bar", size(12, 2));
        assert_eq!(rows.first().unwrap(), "\u{1b}[2mIt has print");
    }

    #[test]
    fn wide_characters_never_pass_the_edge() {
        assert_eq!(fold("a漢字b", 3), ["a漢", "字b"]);
        assert_eq!(cut("漢字", 3), "漢");
        assert_eq!(fold("漢", 1), ["漢"]);
    }

    #[test]
    fn escapes_of_others_do_not_reach_the_terminal() {
        let rows = log(
            [entry("a\x1b]0;x\x07b\u{202e}")].iter(),
            "\x1b[2J",
            size(20, 2),
        );
        assert_eq!(rows, ["a]0;xb", "\x1b[7m[2J                 "]);
    }

    #[test]
    fn the_chosen_row_is_always_seen() {
        let items: Vec<String> = (1..=9).map(|n| format!("runner {n}")).collect();
        let rows = choice(&items, 5, "Enter", size(20, 4));
        assert_eq!(
            rows,
            ["runner 4", "runner 5", "\x1b[7mrunner 6", "\x1b[2mEnter"]
        );
    }
}
