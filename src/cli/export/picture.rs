//! The screen as a picture (SVG) that needs nothing else: text in a monospaced font, each part as wide as its columns.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::page::escaped;
use super::pen::{self, INK, PAPER, Pen};
use super::sink::Sink;
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
         fill=\"{INK}\" xml:space=\"preserve\">\n",
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
    let width = pixels(text.width() * COLUMN);
    if let Some(paper) = &pen.paper {
        let _always_ok = writeln!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{}\" fill=\"{paper}\"/>",
            pixels(x),
            pixels(y),
            pixels(ROW)
        );
    }
    if text.trim().is_empty() && !pen.is_underlined {
        return;
    }
    let mut style = String::new();
    if let Some(ink) = &pen.ink {
        let _always_ok = write!(style, " fill=\"{ink}\"");
    }
    let words = [
        (pen.is_bold, " font-weight=\"bold\""),
        (pen.is_dim, " opacity=\".6\""),
        (pen.is_italic, " font-style=\"italic\""),
        (pen.is_underlined, " text-decoration=\"underline\""),
        (pen.is_struck, " text-decoration=\"line-through\""),
    ];
    for (_, word) in words.into_iter().filter(|(is_on, _)| *is_on) {
        style.push_str(word);
    }
    let _always_ok = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" textLength=\"{width}\" lengthAdjust=\"spacingAndGlyphs\"{style}>{}</text>",
        pixels(x),
        pixels(y + BASELINE),
        escaped(text)
    );
}

/// Tenths of a pixel as a number of SVG.
fn pixels(tenths: usize) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}
