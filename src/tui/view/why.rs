//! Why a runner has its status: sentences, and a table of the evidence. Where the table does not fit, what was seen and why
//! it does not count stand below each piece.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::bars::trouble_lines;
use super::page::{self, Parts};
use super::palette::Look;
use super::text::{cut, fill, fold, width};
use super::{look_of, rows, tell};
use crate::tui::app::{App, Page};
use crate::tui::why::{COLUMNS, KEYS, Piece, Told, Why};

/// The most important keys.
const SHORT: &str = "?:keys  j k:move  w:wrong light  q:back";

/// Columns of the table that stand beside each other also where there is little room.
const FEW: usize = COLUMNS - 2;

/// Between two columns.
const GAP: usize = 2;

/// Draws the page.
pub(super) fn draw(frame: &mut Frame<'_>, app: &App, why: &Why, look: Look) {
    let whole = frame.area();
    let bottom = bottom(app, why, whole.width);
    let parts = page::parts(whole, bottom.len());
    let top = page::top(&title(app, why), "", whole.width);
    page::bars(frame, parts, top, bottom, look);
    if let Some(first) = app.help {
        page::help(frame, parts.body, KEYS, first);
        return;
    }
    let lines = lines(why, usize::from(whole.width));
    if lines.is_empty() && why.trouble.is_none() {
        tell(frame, parts.body, &["Asking the daemon.".to_owned()]);
        return;
    }
    let first = why.first.min(last(lines.len(), parts));
    for (line, row) in lines.into_iter().skip(first).zip(rows(parts.body)) {
        frame.render_widget(look_of(line, look), row);
    }
}

/// The last row that can be the first one that is seen.
pub(crate) fn why_end(app: &App) -> usize {
    let Page::Why(why) = &app.page else {
        return 0;
    };
    let (width, height) = app.size;
    let below = bottom(app, why, width).len();
    let parts = page::parts(Rect::new(0, 0, width, height), below);
    last(lines(why, usize::from(width)).len(), parts)
}

/// Why it is not known, where nothing else is to be said there.
fn bottom(app: &App, why: &Why, columns: u16) -> Vec<Line<'static>> {
    let is_free = app.notice.is_none() && app.away.is_none() && app.asked_light().is_none();
    match &why.trouble {
        Some(trouble) if is_free => trouble_lines(trouble, usize::from(columns)),
        _ => page::bottom(app, SHORT, columns),
    }
}

fn last(count: usize, parts: Parts) -> usize {
    count.saturating_sub(usize::from(parts.body.height))
}

fn title(app: &App, why: &Why) -> String {
    let known = app.runners.iter().find(|one| one.id == why.runner.id);
    match known {
        Some(runner) => format!("why {} is {}", runner.name, runner.status),
        None => format!("why {}", why.runner.name),
    }
}

/// None before anything is known.
fn lines(why: &Why, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(told) = &why.told {
        lines.extend(sentences(told, columns));
        if !told.evidence.is_empty() {
            lines.push(Line::default());
            lines.extend(table(told, columns));
        }
    }
    lines
}

/// What it does stands out.
fn sentences(told: &Told, columns: usize) -> impl Iterator<Item = Line<'static>> {
    let folded = told
        .sentences
        .iter()
        .enumerate()
        .flat_map(move |(at, one)| {
            let is_first = at == 0;
            let rows = fold(one, columns).into_iter();
            rows.map(move |row| (row, is_first))
        });
    folded.map(|(row, is_first)| {
        let style = Style::new();
        let style = if is_first {
            style.add_modifier(Modifier::BOLD)
        } else {
            style
        };
        Line::styled(row, style)
    })
}

fn table(told: &Told, columns: usize) -> Vec<Line<'static>> {
    let widths = widths(told);
    let needed = widths.iter().sum::<usize>() + GAP * (COLUMNS - 1);
    let shown = if needed <= columns { COLUMNS } else { FEW };
    let head = told.head.map(str::to_owned);
    let underlined = Style::new().add_modifier(Modifier::UNDERLINED);
    let mut lines = vec![Line::styled(
        row(&head, &widths, shown, columns),
        underlined,
    )];
    for piece in &told.evidence {
        let style = if piece.counts {
            Style::new()
        } else {
            Style::new().add_modifier(Modifier::DIM)
        };
        let first = row(&piece.cells, &widths, shown, columns);
        lines.push(Line::styled(first, style));
        if shown == FEW {
            let below = below(piece, columns).into_iter();
            lines.extend(below.map(|text| Line::styled(text, style)));
        }
    }
    lines
}

/// What each column needs.
fn widths(told: &Told) -> [usize; COLUMNS] {
    let mut widths = told.head.map(width);
    for piece in &told.evidence {
        for (most, cell) in widths.iter_mut().zip(&piece.cells) {
            *most = (*most).max(width(&cut(cell, usize::from(u16::MAX))));
        }
    }
    widths
}

/// The first `shown` cells beside each other.
fn row(
    cells: &[String; COLUMNS],
    widths: &[usize; COLUMNS],
    shown: usize,
    columns: usize,
) -> String {
    let cells = cells.iter().zip(widths).take(shown);
    let cells: Vec<String> = cells.map(|(cell, width)| fill(cell, *width)).collect();
    cut(cells.join(&" ".repeat(GAP)).trim_end(), columns)
}

/// What was seen, and why it does not count.
fn below(piece: &Piece, columns: usize) -> Vec<String> {
    let [.., seen, counts] = &piece.cells;
    let mut texts = vec![seen.clone()];
    if !piece.counts {
        texts.push(format!("Does not count: {counts}"));
    }
    let room = columns.saturating_sub(GAP);
    let rows = texts.iter().flat_map(|text| fold(text, room));
    rows.map(|row| format!("{}{row}", " ".repeat(columns.min(GAP))))
        .collect()
}

#[cfg(test)]
mod tests;
