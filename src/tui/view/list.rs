//! The list of runners: a card of two rows each where there is room for all, else one row each.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::columns::{columns, row, second_row};
use super::palette::Look;
use super::rows;
use super::text::cut;
use crate::tui::app::App;
use crate::tui::list::{Row, order};
use crate::wire::RunnerView;

/// Columns from which on a card has room for what it is there for.
const CARD: u16 = 50;

/// How many rows all of it takes, when it is so many columns wide.
pub(super) fn height(app: &App, columns: u16) -> usize {
    let rows = order::rows(app).len();
    if columns < CARD {
        return rows;
    }
    rows + app.visible().len()
}

/// A row of the terminal.
#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Heading(&'a str),
    /// The row of a runner, the first one of its card.
    First(&'a RunnerView),
    /// The second row of its card.
    Second(&'a RunnerView),
}

/// The rows that are seen of the list in this area, and whether they are cards.
fn parts(app: &App, area: Rect) -> (Vec<Part<'_>>, bool) {
    let room = usize::from(area.height);
    let is_card = area.width >= CARD && height(app, area.width) <= room;
    let mut parts = Vec::new();
    let mut end = 0;
    for row in order::rows(app) {
        match row {
            Row::Heading(text) => parts.push(Part::Heading(text)),
            Row::Runner(_, runner) => {
                parts.push(Part::First(runner));
                if is_card {
                    parts.push(Part::Second(runner));
                }
                if app.list.selected.as_ref() == Some(&runner.id) {
                    end = parts.len();
                }
            }
        }
    }
    // The selected one is always seen.
    parts.drain(..end.saturating_sub(room));
    (parts, is_card)
}

/// The id of the runner in a row of the area.
pub(super) fn at(app: &App, area: Rect, row: usize) -> Option<&str> {
    match parts(app, area).0.get(row)? {
        Part::First(runner) | Part::Second(runner) => Some(&runner.id),
        Part::Heading(_) => None,
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let (parts, is_card) = parts(app, area);
    let width = usize::from(area.width);
    let columns = columns(&app.visible(), width, is_card);
    for (part, place) in parts.into_iter().zip(rows(area)) {
        let line = match part {
            Part::Heading(text) => heading(text, width),
            Part::First(runner) => marked(row(runner, columns, app, look), runner, app),
            Part::Second(runner) => selected(second_row(runner, width, app), runner, app),
        };
        frame.render_widget(line, place);
    }
}

fn heading(text: &str, columns: usize) -> Line<'static> {
    let style = Style::new().add_modifier(Modifier::UNDERLINED);
    Line::styled(cut(text, columns), style)
}

/// The line with what says that its runner is selected or marked.
fn marked(mut line: Line<'static>, runner: &RunnerView, app: &App) -> Line<'static> {
    let is_selected = app.list.selected.as_ref() == Some(&runner.id);
    let is_marked = app.list.marked.contains(&runner.id);
    if let Some(mark) = line.spans.first_mut() {
        *mark = Span::raw(match (is_selected, is_marked) {
            (_, true) => "*",
            (true, false) => ">",
            (false, false) => " ",
        });
    }
    selected(line, runner, app)
}

/// The line reversed, when its runner is selected.
fn selected(line: Line<'static>, runner: &RunnerView, app: &App) -> Line<'static> {
    if app.list.selected.as_ref() == Some(&runner.id) {
        line.style(Style::new().add_modifier(Modifier::REVERSED))
    } else {
        line
    }
}
