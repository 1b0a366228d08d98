//! A picture of a pane as tmux tells it, as escape sequences that draw it on a fresh terminal, and as readable lines.
//!
//! Contents and cursor alone are not enough for what is drawn afterwards to fall into place: the scroll region, the screen behind an
//! alternate one, tab stops and modes belong to it.

mod pen;

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;

use self::pen::Pen;
use super::line::LineAssembler;
use super::pane_screen::{Cursor, Modes, PaneScreen};

/// The sequences. They begin with a reset.
pub fn seed(screen: &PaneScreen) -> Vec<u8> {
    // Line drawing comes between SO and SI, which mean nothing until the second set of characters is chosen.
    let mut out = b"\x1bc\x1b)0".to_vec();
    let mut pen = Pen::default();
    for line in &screen.history {
        // The pen is put down at the end of each line: it would colour what scrolls in.
        draw(line, &mut pen, &mut out);
        out.extend_from_slice(b"\r\n");
    }
    if !screen.history.is_empty() {
        // What stands on the screen still scrolls off, too.
        out.extend(std::iter::repeat_n(b"\r\n", usize::from(screen.size.rows)).flatten());
    }
    if let Some(behind) = &screen.behind {
        rows(&behind.rows, &mut out);
        go_to(behind.cursor.unwrap_or_default(), &mut out);
        out.extend_from_slice(b"\x1b[?1049h\x1b[H\x1b[2J");
    }
    rows(&screen.rows, &mut out);
    let mut text = String::new();
    if let Some(tabs) = &screen.tabs {
        text.push_str("\x1b[3g");
        for col in tabs {
            // Writing to a String cannot fail.
            let _always_ok = write!(text, "\x1b[1;{}H\x1bH", u32::from(*col) + 1);
        }
    }
    text.push_str(&region(screen));
    out.extend_from_slice(text.as_bytes());
    place_cursor(screen, &mut out);
    out.extend_from_slice(modes(&screen.modes).as_bytes());
    out
}

/// The sequence that sets the scroll region, unless it is the whole screen.
fn region(screen: &PaneScreen) -> String {
    let (top, bottom) = screen.region;
    if bottom <= top || (top, bottom) == (0, screen.size.rows.saturating_sub(1)) {
        return String::new();
    }
    format!("\x1b[{};{}r", u32::from(top) + 1, u32::from(bottom) + 1)
}

fn rows(rows: &[Bytes], out: &mut Vec<u8>) {
    let mut pen = Pen::default();
    for (number, row) in rows.iter().enumerate() {
        out.extend_from_slice(format!("\x1b[{};1H", number + 1).as_bytes());
        draw(row, &mut pen, out);
    }
}

/// A captured row, with the pen that the rows before it left.
fn draw(row: &[u8], pen: &mut Pen, out: &mut Vec<u8>) {
    pen.write(out);
    out.extend_from_slice(row);
    out.extend_from_slice(b"\x1b[m\x0f");
    pen.follow(row);
}

fn go_to(cursor: Cursor, out: &mut Vec<u8>) {
    let (row, col) = (u32::from(cursor.row) + 1, u32::from(cursor.col) + 1);
    out.extend_from_slice(format!("\x1b[{row};{col}H").as_bytes());
}

/// With origin mode, rows count from the top of the scroll region, and no row outside of it can be named.
fn place_cursor(screen: &PaneScreen, out: &mut Vec<u8>) {
    let (top, bottom) = screen.region;
    let inside = (top..=bottom).contains(&screen.cursor.row);
    if screen.modes.origin && inside {
        out.extend_from_slice(b"\x1b[?6h");
        put_cursor(screen, screen.cursor.row.saturating_sub(top), out);
        return;
    }
    if screen.modes.origin {
        // The cursor is saved with origin mode on while the whole screen is the region, and taken back when it no longer is.
        out.extend_from_slice(b"\x1b[r\x1b[?6h");
        put_cursor(screen, screen.cursor.row, out);
        out.extend_from_slice(b"\x1b7");
        out.extend_from_slice(region(screen).as_bytes());
        out.extend_from_slice(b"\x1b8");
        return;
    }
    put_cursor(screen, screen.cursor.row, out);
}

/// To the cursor's column in a row as the terminal counts it now. Behind the last column the next character wraps, and only
/// printing gets there: the row is drawn again.
fn put_cursor(screen: &PaneScreen, row: u16, out: &mut Vec<u8>) {
    let Cursor { col, row: at } = screen.cursor;
    if col < screen.size.cols {
        return go_to(Cursor { col, row }, out);
    }
    let mut pen = Pen::default();
    let above = usize::from(at);
    for line in screen.rows.iter().take(above) {
        pen.follow(line);
    }
    let line = screen
        .rows
        .get(above)
        .map(AsRef::as_ref)
        .unwrap_or_default();
    if columns(line) >= usize::from(col) {
        go_to(Cursor { col: 0, row }, out);
        draw(line, &mut pen, out);
    } else {
        // It was erased since.
        let col = screen.size.cols.saturating_sub(1);
        go_to(Cursor { col, row }, out);
        out.push(b' ');
    }
}

/// How many columns a captured row takes.
fn columns(line: &[u8]) -> usize {
    text(line)
        .chars()
        .map(|c| if is_wide(c) { 2 } else { 1 })
        .sum()
}

/// True for characters that take two columns, as far as the end of a row cares.
const fn is_wide(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1f64f}' | '\u{1f900}'..='\u{1f9ff}'
        | '\u{20000}'..='\u{3fffd}')
}

fn modes(modes: &Modes) -> String {
    let mut text = String::new();
    let mut set = |is_on: bool, on: &str, off: &str| text.push_str(if is_on { on } else { off });
    set(modes.wrap, "", "\x1b[?7l");
    set(modes.insert, "\x1b[4h", "");
    set(modes.cursor_keys, "\x1b[?1h", "");
    set(modes.keypad, "\x1b=", "");
    set(modes.bracketed_paste == Some(true), "\x1b[?2004h", "");
    for mode in modes.mouse.iter().flatten() {
        set(true, &format!("\x1b[?{mode}h"), "");
    }
    set(modes.cursor_shows, "", "\x1b[?25l");
    text
}

/// What can be read of a pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readable {
    /// Lines of the history, oldest first.
    pub history: Vec<String>,
    /// Rows of the primary screen above the cursor's row, or up to it when something stands below.
    pub rows: Vec<String>,
}

impl Readable {
    /// All of them, oldest first.
    pub fn lines(self) -> Vec<String> {
        self.history.into_iter().chain(self.rows).collect()
    }
}

/// The readable lines of history and primary screen. The row of the cursor is left out while nothing stands below it: it is still
/// being written.
pub fn readable(screen: &PaneScreen) -> Readable {
    let (rows, cursor) = match &screen.behind {
        Some(behind) => (&behind.rows, behind.cursor.unwrap_or_default()),
        None => (&screen.rows, screen.cursor),
    };
    let mut texts: Vec<String> = rows.iter().map(|row| text(row)).collect();
    let used = texts
        .iter()
        .rposition(|row| !row.is_empty())
        .map_or(0, |last| last + 1);
    texts.truncate(used);
    if used == usize::from(cursor.row) + 1 {
        texts.pop();
    }
    Readable {
        history: screen.history.iter().map(|line| text(line)).collect(),
        rows: texts,
    }
}

/// Printable text of a captured line.
fn text(line: &[u8]) -> String {
    let mut assembler = LineAssembler::default();
    let mut parts: Vec<Arc<str>> = assembler
        .push(line)
        .into_iter()
        .map(|(_, part)| part)
        .collect();
    parts.extend(assembler.finish());
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pane_screen::Behind;
    use crate::domain::transcript::Size;
    use crate::domain::view::View;

    fn bytes(rows: &[&str]) -> Vec<Bytes> {
        rows.iter()
            .map(|row| Bytes::copy_from_slice(row.as_bytes()))
            .collect()
    }

    fn screen() -> PaneScreen {
        PaneScreen {
            size: Size { cols: 10, rows: 4 },
            history: bytes(&["old 1", "\x1b[31mold 2"]),
            rows: bytes(&["one", "\x1b[32mtwo\x1b[39m", "$ "]),
            cursor: Cursor { col: 2, row: 2 },
            region: (0, 3),
            modes: Modes {
                wrap: true,
                cursor_shows: true,
                ..Modes::default()
            },
            ..PaneScreen::default()
        }
    }

    fn drawn(screen: &PaneScreen) -> View {
        let mut view = View::new(screen.size);
        view.seed(screen.size, &seed(screen));
        view
    }

    #[test]
    fn a_drawn_picture_looks_like_the_pane() {
        let picture = drawn(&screen()).picture();
        assert_eq!(picture.rows, ["one", "two", "$", ""]);
        assert_eq!(picture.styled[1], "\x1b[0;32mtwo\x1b[0m");
        assert_eq!(picture.cursor, Some((2, 2)));
    }

    #[test]
    fn what_is_drawn_afterwards_falls_into_place() {
        let full = PaneScreen {
            rows: bytes(&["top", "1234567890", "mid", "low"]),
            cursor: Cursor { col: 10, row: 1 },
            region: (1, 2),
            behind: Some(Behind {
                rows: bytes(&["shell"]),
                cursor: Some(Cursor { col: 0, row: 1 }),
            }),
            ..screen()
        };
        let mut view = drawn(&full);
        assert!(view.picture().alternate);
        // The cursor waits behind the last column, and the region scrolls.
        view.output(b"x\r\ny", Default::default());
        assert_eq!(view.picture().rows, ["top", "xid", "y", "low"]);
        view.output(b"\x1b[?1049lback", Default::default());
        assert_eq!(view.picture().rows, ["shell", "back", "", ""]);
    }

    #[test]
    fn the_row_that_is_being_written_is_no_line_yet() {
        let lines = readable(&screen()).lines();
        assert_eq!(lines, ["old 1", "old 2", "one", "two"]);
        let above = PaneScreen {
            cursor: Cursor { col: 0, row: 0 },
            ..screen()
        };
        assert_eq!(readable(&above).rows, ["one", "two", "$"]);
    }
}
