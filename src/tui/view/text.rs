//! Hostile text in so many columns: cut, filled, folded, and rows with colours as spans.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::domain::text::printable;

/// Columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// As much of `text` as fits into so many columns, with a mark where something was cut off.
pub(super) fn cut(text: &str, columns: usize) -> String {
    // No more is looked at than could fit: a name may be a megabyte long.
    let short: String = text.chars().take(columns * 8 + 8).collect();
    let clean = printable(&short);
    if width(&clean) <= columns {
        return clean;
    }
    let mut kept = clean;
    while width(&kept) >= columns.max(1) {
        kept.pop();
    }
    if columns > 0 {
        kept.push('…');
    }
    kept
}

/// `text` cut, or filled with spaces, to exactly so many columns.
pub(super) fn fill(text: &str, columns: usize) -> String {
    let mut text = cut(text, columns);
    let missing = columns.saturating_sub(width(&text));
    text.push_str(&" ".repeat(missing));
    text
}

/// `text` in rows of at most so many columns, broken between words where that can be.
pub(super) fn fold(text: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in printable(text).split_whitespace() {
        match rows.last_mut() {
            Some(row) if width(row) + 1 + width(word) <= columns => {
                row.push(' ');
                row.push_str(word);
            }
            Some(_) | None => rows.push(cut(word, columns)),
        }
    }
    rows
}

/// `text` in rows of at most so many columns, broken anywhere: a path has no words. None where there are no columns.
pub(super) fn broken(text: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for c in printable(text).chars() {
        let needed = c.width().unwrap_or(0);
        match rows.last_mut() {
            Some(row) if width(row) + needed <= columns => row.push(c),
            Some(_) | None if needed <= columns => rows.push(c.into()),
            Some(_) | None => {}
        }
    }
    rows
}

/// A row with colours (`ESC [ … m`) as spans; without colours when none are wanted.
pub(super) fn styled(row: &str, has_colour: bool) -> Line<'static> {
    let mut spans = Vec::new();
    let mut style = Style::new();
    for (at, part) in row.split("\u{1b}[").enumerate() {
        let text = match part.split_once('m') {
            Some((codes, text)) if at > 0 && codes.chars().all(is_code) => {
                style = styled_by(style, codes);
                text
            }
            _ => part,
        };
        let text = printable(text);
        if !text.is_empty() {
            spans.push(Span::styled(
                text,
                if has_colour { style } else { plain(style) },
            ));
        }
    }
    Line::from(spans)
}

/// The line without its first columns; of a character that is cut in two a blank is left.
pub(super) fn from_column(line: Line<'static>, columns: usize) -> Line<'static> {
    if columns == 0 {
        return line;
    }
    let mut at = 0;
    let spans = line.spans.into_iter().map(|span| {
        let mut kept = String::new();
        for c in span.content.chars() {
            let end = at + c.width().unwrap_or(0);
            if at >= columns && end > columns {
                kept.push(c);
            } else {
                kept.extend((columns.max(at)..end).map(|_| ' '));
            }
            at = end;
        }
        Span::styled(kept, span.style)
    });
    Line::from(spans.collect::<Vec<_>>())
}

/// The line with the cell of this column, which may be behind its end, marked as the place of the cursor.
pub(super) fn under_cursor(line: Line<'static>, column: u16) -> Line<'static> {
    let column = usize::from(column);
    let mut at = 0;
    let mut spans = Vec::new();
    for span in line.spans {
        for c in span.content.chars() {
            let end = at + c.width().unwrap_or(0);
            let is_under = (at..end).contains(&column);
            let style = if is_under {
                reversed(span.style)
            } else {
                span.style
            };
            match spans.last_mut() {
                Some(Span {
                    content,
                    style: last,
                }) if *last == style && !is_under => {
                    content.to_mut().push(c);
                }
                _ => spans.push(Span::styled(c.to_string(), style)),
            }
            at = end;
        }
    }
    if at <= column {
        spans.push(Span::raw(" ".repeat(column - at)));
        spans.push(Span::styled(" ", reversed(Style::new())));
    }
    Line::from(spans)
}

const fn reversed(style: Style) -> Style {
    style.add_modifier(Modifier::REVERSED)
}

/// The style without its colours.
pub(super) const fn plain(mut style: Style) -> Style {
    style.fg = None;
    style.bg = None;
    style
}

const fn is_code(c: char) -> bool {
    c.is_ascii_digit() || c == ';'
}

fn styled_by(before: Style, codes: &str) -> Style {
    let numbers: Vec<u8> = codes
        .split(';')
        .map(|code| code.parse().unwrap_or(0))
        .collect();
    let mut style = before;
    let mut rest = numbers.as_slice();
    while let [code, more @ ..] = rest {
        rest = more;
        style = match code {
            0 => Style::new(),
            1 => style.add_modifier(Modifier::BOLD),
            2 => style.add_modifier(Modifier::DIM),
            3 => style.add_modifier(Modifier::ITALIC),
            4 => style.add_modifier(Modifier::UNDERLINED),
            7 => style.add_modifier(Modifier::REVERSED),
            9 => style.add_modifier(Modifier::CROSSED_OUT),
            30..=37 => style.fg(Color::Indexed(code - 30)),
            40..=47 => style.bg(Color::Indexed(code - 40)),
            90..=97 => style.fg(Color::Indexed(code - 82)),
            100..=107 => style.bg(Color::Indexed(code - 92)),
            38 | 48 => {
                let (colour, left) = match rest {
                    [5, index, left @ ..] => (Color::Indexed(*index), left),
                    [2, r, g, b, left @ ..] => (Color::Rgb(*r, *g, *b), left),
                    _ => break,
                };
                rest = left;
                if *code == 38 {
                    style.fg(colour)
                } else {
                    style.bg(colour)
                }
            }
            // Blinking is left out: it would distract from the list.
            _ => style,
        };
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_take_exactly_their_columns() {
        for text in [
            "",
            "plain",
            "修理修理",
            "a\u{1b}[31m\u{202e}b",
            "\u{1f600}\u{1f3fd}\u{2764}\u{fe0f}",
            "e\u{301}e\u{301}",
        ] {
            for columns in 0..12 {
                assert_eq!(
                    width(&fill(text, columns)),
                    columns,
                    "{text:?} in {columns}"
                );
            }
        }
        assert_eq!(cut("修理修理", 4), "修…");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!(cut("abcd", 4), "abcd");
    }

    #[test]
    fn sentences_are_folded_between_words() {
        assert_eq!(fold("one two three", 8), ["one two", "three"]);
        assert_eq!(fold("incomprehensible x", 6), ["incom…", "x"]);
        assert_eq!(fold("", 6), Vec::<String>::new());
    }

    #[test]
    fn paths_are_broken_anywhere() {
        assert_eq!(broken("/ab/修理\u{1b}[x", 4), ["/ab/", "修理", "[x"]);
        assert_eq!(broken("a修b", 1), ["a", "b"]);
        assert_eq!(broken("ab", 0), Vec::<String>::new());
    }

    #[test]
    fn a_line_is_scrolled_and_has_a_cursor() {
        let line = || styled("ab\u{1b}[0;1m修理\u{1b}[0mcd", true);
        for (columns, expected) in [(0, "ab修理cd"), (2, "修理cd"), (3, " 理cd"), (9, "")] {
            assert_eq!(
                from_column(line(), columns).to_string(),
                expected,
                "{columns}"
            );
        }
        for (column, before, under, after) in [
            (0, "", "a", "b修理cd"),
            (3, "ab", "修", "理cd"),
            (9, "ab修理cd ", " ", ""),
        ] {
            let line = under_cursor(line(), column);
            let at = line
                .spans
                .iter()
                .position(|span| span.style.add_modifier.contains(Modifier::REVERSED))
                .unwrap();
            let text = |spans: &[Span<'_>]| {
                spans
                    .iter()
                    .map(|span| span.content.as_ref())
                    .collect::<String>()
            };
            let (left, right) = line.spans.split_at(at);
            assert_eq!(
                (text(left), text(&right[..1]), text(&right[1..])),
                (before.to_owned(), under.to_owned(), after.to_owned())
            );
        }
    }

    #[test]
    fn colours_become_spans() {
        let row = "a\u{1b}[0;1;31mred\u{1b}[0;38;5;200;48;2;1;2;3mx\u{1b}[0m end";
        let line = styled(row, true);
        let found: Vec<(&str, Style)> = line
            .spans
            .iter()
            .map(|span| (span.content.as_ref(), span.style))
            .collect();
        let red = Style::new()
            .add_modifier(Modifier::BOLD)
            .fg(Color::Indexed(1));
        let x = Style::new().fg(Color::Indexed(200)).bg(Color::Rgb(1, 2, 3));
        assert_eq!(
            found,
            [
                ("a", Style::new()),
                ("red", red),
                ("x", x),
                (" end", Style::new())
            ]
        );
        assert!(
            styled(row, false)
                .spans
                .iter()
                .all(|span| span.style.fg.is_none())
        );
        assert_eq!(styled("a\u{1b}[2Jb\u{7}", true).to_string(), "a2Jb");
    }
}
