//! The screen as a picture (SVG) that needs nothing else: text in a monospaced font, each part as wide as its columns.

use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::page::escaped;
use super::pen::{self, INK, PAPER, Pen};
use super::sink::Sink;
use super::strokes;
use crate::cli::client::{Client, PATIENCE};
use crate::cli::context::missing;
use crate::cli::failure::Failure;
use crate::domain::redact::{Counts, Redactor};
use crate::wire::{GetScreen, Request, RunnerView, ScreenView};

/// Width of a column, height of a row, and the room around all, in tenths of a pixel.
const COLUMN: usize = 84;
const ROW: usize = 180;
const EDGE: usize = 120;

/// Where the letters stand in their row.
const BASELINE: usize = 135;

/// Writes the picture; returns what was starred out.
///
/// # Errors
/// The daemon's refusal, or that the sink takes no more.
pub(crate) fn write(
    client: &mut Client<'_>,
    runner: &RunnerView,
    redactor: Option<&Redactor>,
    sink: &mut Sink<'_>,
) -> Result<Counts, Failure> {
    let asked = Request::GetScreen(GetScreen {
        runner: runner.id.clone(),
        at: None,
        at_ms: None,
    });
    let answer = client.ask(asked, Some(PATIENCE))?;
    let screen = answer.screen.ok_or_else(|| missing("screen"))?;
    let mut counts = Counts::new();
    sink.write(picture(&screen, &runner.name, redactor, &mut counts).as_bytes())?;
    Ok(counts)
}

fn picture(
    screen: &ScreenView,
    name: &str,
    redactor: Option<&Redactor>,
    counts: &mut Counts,
) -> String {
    let width = pixels(usize::from(screen.cols) * COLUMN + 2 * EDGE);
    let height = pixels(usize::from(screen.rows) * ROW + 2 * EDGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{PAPER}\"/>\n\
         <g font-family=\"ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\" \
         fill=\"{INK}\" shape-rendering=\"crispEdges\">\n",
        escaped(name)
    );
    for (number, row) in screen.styled.iter().enumerate() {
        let mut bytes = row.clone().into_bytes();
        if let Some(redactor) = redactor {
            redactor.bytes(&mut bytes, counts);
        }
        let mut column = 0;
        for (pen, text) in pen::parts(&String::from_utf8_lossy(&bytes)) {
            draw(&mut svg, &pen, text, (column, number));
            column += text.width();
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Draws a part from its column and row on.
fn draw(svg: &mut String, pen: &Pen, text: &str, (column, row): (usize, usize)) {
    let (x, y) = (EDGE + column * COLUMN, EDGE + row * ROW);
    let whole = x..x + text.width() * COLUMN;
    if let Some(paper) = &pen.paper {
        let _always_ok = writeln!(
            svg,
            "<path fill=\"{paper}\" d=\"{}\"/>",
            outline(&whole, &(y..y + ROW))
        );
    }
    let style = style(pen);
    let lines = [
        (pen.is_underlined, BASELINE + 15),
        (pen.is_struck, BASELINE - 45),
    ];
    for (_, below) in lines.into_iter().filter(|(is_on, _)| *is_on) {
        let line = outline(&whole, &(y + below..y + below + 10));
        let _always_ok = writeln!(svg, "<path{style} d=\"{line}\"/>");
    }
    let mut x = x;
    for (class, piece) in pieces(text) {
        let width = piece.width() * COLUMN;
        let _always_ok = match class {
            Class::Blank => Ok(()),
            Class::Drawn => writeln!(svg, "<path{style} d=\"{}\"/>", strokes_of(piece, (x, y))),
            Class::Plain | Class::Symbol | Class::Wide => writeln!(
                svg,
                "<text x=\"{}\" y=\"{}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"{style}>{}</text>",
                pixels(x),
                pixels(y + BASELINE),
                pixels(width),
                escaped(piece)
            ),
        };
        x += width;
    }
}

fn style(pen: &Pen) -> String {
    let mut style = String::new();
    if let Some(ink) = &pen.ink {
        let _always_ok = write!(style, " fill=\"{ink}\"");
    }
    let words = [
        (pen.is_bold, " font-weight=\"bold\""),
        (pen.is_dim, " opacity=\".6\""),
        (pen.is_italic, " font-style=\"italic\""),
    ];
    for (_, word) in words.into_iter().filter(|(is_on, _)| *is_on) {
        style.push_str(word);
    }
    style
}

/// What a character needs to stay in its columns. Blanks are left out, since not every program keeps them; the others
/// come from different fonts, and a piece that is stretched to its width must be of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Blank,
    Plain,
    Symbol,
    Wide,
    Drawn,
}

fn class(character: char) -> Class {
    if character.is_whitespace() {
        Class::Blank
    } else if !strokes::patches(character, (COLUMN, ROW)).is_empty() {
        Class::Drawn
    } else if character.width() == Some(2) {
        Class::Wide
    } else if character.is_alphanumeric() || character.is_ascii() {
        Class::Plain
    } else {
        Class::Symbol
    }
}

/// A text in pieces of one class; what has no width of its own stays with what is before it.
fn pieces(text: &str) -> Vec<(Class, &str)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(class_here) = rest.chars().next().map(class) {
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.width() != Some(0) && class(*c) != class_here)
            .map_or(rest.len(), |(at, _)| at);
        let (piece, behind) = rest.split_at(end);
        pieces.push((class_here, piece));
        rest = behind;
    }
    pieces
}

fn strokes_of(piece: &str, (x, y): (usize, usize)) -> String {
    let cells = piece.chars().enumerate().flat_map(|(column, character)| {
        let left = x + column * COLUMN;
        strokes::patches(character, (COLUMN, ROW))
            .into_iter()
            .map(move |patch| {
                outline(
                    &(left + patch.x.start..left + patch.x.end),
                    &(y + patch.y.start..y + patch.y.end),
                )
            })
    });
    cells.collect()
}

/// A box as a path.
fn outline(x: &Range<usize>, y: &Range<usize>) -> String {
    format!(
        "M{} {}H{}V{}H{}z",
        pixels(x.start),
        pixels(y.start),
        pixels(x.end),
        pixels(y.end),
        pixels(x.start)
    )
}

/// Tenths of a pixel as a number of SVG.
fn pixels(tenths: usize) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_another_font_may_be_needed() {
        assert_eq!(
            pieces("● a\u{301}bc  訳す│"),
            [
                (Class::Symbol, "●"),
                (Class::Blank, " "),
                (Class::Plain, "a\u{301}bc"),
                (Class::Blank, "  "),
                (Class::Wide, "訳す"),
                (Class::Drawn, "│"),
            ]
        );
    }

    #[test]
    fn each_piece_stands_in_its_columns() {
        let mut svg = String::new();
        let pen = Pen {
            is_underlined: true,
            ..Pen::default()
        };
        draw(&mut svg, &pen, "a  訳─", (1, 0));
        insta::assert_snapshot!(svg, @r#"
        <path d="M20.4 27.0H70.8V28.0H20.4z"/>
        <text x="20.4" y="25.5" textLength="8.4" lengthAdjust="spacingAndGlyphs">a</text>
        <text x="45.6" y="25.5" textLength="16.8" lengthAdjust="spacingAndGlyphs">訳</text>
        <path d="M62.4 20.5H70.8V21.5H62.4z"/>
        "#);
    }
}
