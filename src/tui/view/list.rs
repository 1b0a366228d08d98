//! The list of runners: one a row, in as many columns as there is room for.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::palette::Look;
use super::rows;
use super::text::{cut, fill, width};
use crate::tui::app::App;
use crate::tui::list::{Row, age, order};
use crate::wire::RunnerView;

/// Columns of the longest status and its symbol.
const STATUS: usize = 11;

/// Columns of the symbol alone.
const SYMBOL: usize = 1;

/// Columns of a time.
const AGE: usize = 3;

/// Most columns of a name, kind, key and session.
const MOST: [usize; 4] = [24, 11, 24, 20];

/// Fewest columns of a name for which something else is left out.
const SHORT_NAME: usize = 12;

/// Columns of each part; 0 leaves it out.
#[derive(Debug, Clone, Copy)]
struct Columns {
    status: usize,
    name: usize,
    kind: usize,
    key: usize,
    session: usize,
}

/// How many rows all of it takes.
pub(super) fn height(app: &App) -> usize {
    order::rows(app).len()
}

/// The id of the runner in a row of the area.
pub(super) fn at(app: &App, area: Rect, row: usize) -> Option<&str> {
    let rows = order::rows(app);
    let first = first(&rows, app, usize::from(area.height));
    match rows.get(first + row) {
        Some(Row::Runner(_, runner)) => Some(&runner.id),
        Some(Row::Heading(_)) | None => None,
    }
}

/// The first row that is seen: the selected one always is.
fn first(rows: &[Row<'_>], app: &App, room: usize) -> usize {
    let selected = app.list.selected.as_deref();
    let place = rows.iter().position(
        |row| matches!(row, Row::Runner(_, runner) if Some(runner.id.as_str()) == selected),
    );
    (place.unwrap_or(0) + 1).saturating_sub(room)
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let all = order::rows(app);
    let first = first(&all, app, usize::from(area.height));
    let columns = columns(&app.visible(), usize::from(area.width));
    for (row, place) in all.iter().skip(first).zip(rows(area)) {
        let line = match row {
            Row::Heading(text) => heading(text, area.width),
            Row::Runner(_, runner) => marked(line(runner, columns, app.now_ms, look), runner, app),
        };
        frame.render_widget(line, place);
    }
}

fn heading(text: &str, columns: u16) -> Line<'static> {
    let style = Style::new().add_modifier(Modifier::UNDERLINED);
    Line::styled(cut(text, usize::from(columns)), style)
}

/// The line with what says that its runner is selected or marked.
fn marked(mut line: Line<'static>, runner: &RunnerView, app: &App) -> Line<'static> {
    let is_selected = app.list.selected.as_ref() == Some(&runner.id);
    let is_marked = app.list.marked.contains(&runner.id);
    if is_selected {
        line = line.style(Style::new().add_modifier(Modifier::REVERSED));
    }
    if let Some(mark) = line.spans.first_mut() {
        *mark = Span::raw(match (is_selected, is_marked) {
            (_, true) => "*",
            (true, false) => ">",
            (false, false) => " ",
        });
    }
    line
}

fn line(runner: &RunnerView, columns: Columns, now_ms: u64, look: Look) -> Line<'static> {
    let status = &runner.status;
    let symbol = look.symbol(status);
    let word = match columns.status {
        SYMBOL => symbol.to_owned(),
        _ => format!("{symbol} {status}"),
    };
    let style = look.of_status(status);
    let mut name = Style::new();
    if style.add_modifier.contains(Modifier::BOLD) {
        name = name.add_modifier(Modifier::BOLD);
    }
    let mut spans = vec![
        Span::raw(" "),
        Span::styled(fill(&word, columns.status), style),
        Span::styled(format!(" {}", fill(&runner.name, columns.name)), name),
        Span::raw(format!(" {:>AGE$}", age(runner.since_ms, now_ms))),
    ];
    let more = [
        (columns.kind, runner.kind.as_str()),
        (columns.key, runner.key.as_deref().unwrap_or_default()),
        (
            columns.session,
            runner.session_name.as_deref().unwrap_or_default(),
        ),
    ];
    for (columns, text) in more.into_iter().filter(|(columns, _)| *columns > 0) {
        spans.push(Span::raw(format!("  {}", fill(text, columns))));
    }
    // To the end of the row, so that the selected one is marked as a whole.
    spans.push(Span::raw(" ".repeat(400)));
    Line::from(spans)
}

/// Shares the room out: what matters most takes its part first.
fn columns(runners: &[&RunnerView], room: usize) -> Columns {
    let longest = |most: usize, text: fn(&RunnerView) -> &str| {
        runners
            .iter()
            .map(|runner| width(&cut(text(runner), most)))
            .max()
            .unwrap_or(0)
    };
    let [name, kind, key, session] = MOST;
    let mut columns = Columns {
        status: STATUS,
        name: longest(name, |runner| &runner.name),
        kind: 0,
        key: 0,
        session: 0,
    };
    let base = 1 + STATUS + 1 + columns.name + 1 + AGE;
    let mut left = room.saturating_sub(base);
    let mut take = |wanted: usize| {
        let taken = if wanted > 0 && wanted + 2 <= left {
            wanted
        } else {
            0
        };
        left -= if taken > 0 { taken + 2 } else { 0 };
        taken
    };
    columns.key = take(longest(key, |runner| {
        runner.key.as_deref().unwrap_or_default()
    }));
    columns.kind = take(longest(kind, |runner| &runner.kind));
    columns.session = take(longest(session, |runner| {
        runner.session_name.as_deref().unwrap_or_default()
    }));
    if base > room && room < 1 + STATUS + 1 + SHORT_NAME + 1 + AGE {
        columns.status = SYMBOL;
    }
    let others = 1 + columns.status + 1 + 1 + AGE;
    columns.name = columns.name.min(room.saturating_sub(others));
    columns
}
