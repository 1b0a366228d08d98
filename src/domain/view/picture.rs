//! What a terminal shows, as plain values: text, and text with its colours.

use avt::{Cell, Color, Line, Pen};

use super::Size;
use crate::domain::text::is_invisible;

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Size of the pane.
    pub size: Size,
    /// Column and row of the cursor, from 0; `None` while it is hidden.
    pub cursor: Option<(u16, u16)>,
    /// Printable text of each row, without trailing blanks.
    pub rows: Vec<String>,
    /// Each row with its colours as escape sequences, and no others.
    pub styled: Vec<String>,
    /// True when a full-screen program has the alternate screen.
    pub alternate: bool,
}

impl Picture {
    pub(super) fn of(terminal: &avt::Terminal, size: Size) -> Self {
        let narrow = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        let cursor = terminal.cursor().position();
        Self {
            size,
            cursor: cursor.map(|(col, row)| (narrow(col), narrow(row))),
            rows: rows(terminal),
            styled: terminal.screen().visible_lines().map(styled).collect(),
            alternate: terminal.active_screen_kind() == avt::ScreenKind::Alternate,
        }
    }
}

/// Printable text of each row, without trailing blanks.
pub(super) fn rows(terminal: &avt::Terminal) -> Vec<String> {
    terminal.screen().visible_lines().map(row_text).collect()
}

fn is_shown(c: char) -> bool {
    // Nearly all that programs print.
    matches!(c, ' '..='~') || !c.is_control() && !is_invisible(c)
}

fn row_text(line: &Line) -> String {
    // Most of a screen is blank, and rows are read again and again.
    let last = line.cells().iter().rposition(|cell| cell.char() != ' ');
    let Some(last) = last else {
        return String::new();
    };
    let mut text = String::with_capacity(last + 1);
    for c in line.chars().take(last + 1) {
        if is_shown(c) {
            text.push(c);
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// A row with colours, without blanks at its end that have none.
fn styled(line: &Line) -> String {
    let is_blank = |cell: &Cell| cell.char() == ' ' && cell.pen().is_default();
    let cells: Vec<&Cell> = line
        .cells()
        .iter()
        .filter(|cell| cell.width() > 0)
        .collect();
    let len = cells
        .iter()
        .rposition(|cell| !is_blank(cell))
        .map_or(0, |last| last + 1);
    let (mut text, mut present) = (String::new(), Pen::default());
    for cell in cells
        .into_iter()
        .take(len)
        .filter(|cell| is_shown(cell.char()))
    {
        if *cell.pen() != present {
            present = *cell.pen();
            text.push_str(&sgr(&present));
        }
        text.push(cell.char());
    }
    if !present.is_default() {
        text.push_str("\x1b[0m");
    }
    text
}

/// The sequence that sets a pen from any other.
fn sgr(pen: &Pen) -> String {
    let mut codes = vec!["0".to_owned()];
    let flags = [
        (pen.is_bold(), "1"),
        (pen.is_faint(), "2"),
        (pen.is_italic(), "3"),
        (pen.is_underline(), "4"),
        (pen.is_blink(), "5"),
        (pen.is_inverse(), "7"),
        (pen.is_strikethrough(), "9"),
    ];
    codes.extend(
        flags
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, code)| code.to_owned()),
    );
    codes.extend(pen.foreground().map(|color| color_code(color, 30)));
    codes.extend(pen.background().map(|color| color_code(color, 40)));
    format!("\x1b[{}m", codes.join(";"))
}

fn color_code(color: Color, base: u8) -> String {
    match color {
        Color::Indexed(index @ 0..=7) => (base + index).to_string(),
        Color::Indexed(index @ 8..=15) => (base + 52 + index).to_string(),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::RGB(rgb) => format!("{};2;{};{};{}", base + 8, rgb.r, rgb.g, rgb.b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_come_out_as_they_went_in() {
        let mut terminal = avt::Terminal::new(20, 2).unwrap();
        terminal.feed(
            "\x1b[1;31mred\x1b[0m plain \x1b[48;5;200mx\x1b[38;2;1;2;3my\x1b[0m\r\n修 \x1b[97mw",
        );
        let picture = Picture::of(&terminal, Size { cols: 20, rows: 2 });
        assert_eq!(picture.rows, ["red plain xy", "修 w"]);
        assert_eq!(
            picture.styled,
            [
                "\x1b[0;1;31mred\x1b[0m plain \x1b[0;48;5;200mx\x1b[0;38;2;1;2;3;48;5;200my\x1b[0m",
                "修 \x1b[0;97mw\x1b[0m"
            ]
        );
        assert_eq!(picture.cursor, Some((4, 1)));
    }
}
