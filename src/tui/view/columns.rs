//! The columns of the list: what stands in a row, and in how many columns each part of it. What matters most takes its
//! room first.

use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::palette::Look;
use super::spending::{SPENDING, is_known, spending};
use super::text::{cut, fill, width};
use super::usage::{USAGE, usage};
use crate::tui::app::App;
use crate::tui::list::age;
use crate::wire::{RunnerView, StatsView};

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

/// Fewest columns of a last line that say anything.
const LAST: usize = 12;

/// How far the second row of a card is indented: below the name.
const INDENT: usize = 1 + STATUS + 1;

/// Columns of each part; 0 leaves it out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    status: usize,
    name: usize,
    kind: usize,
    key: usize,
    session: usize,
    usage: usize,
    spending: usize,
    last: usize,
}

/// A row with everything that there is room for.
pub(super) fn row(runner: &RunnerView, columns: Columns, app: &App, look: Look) -> Line<'static> {
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
        Span::raw(format!(" {:>AGE$}", age(runner.since_ms, app.now_ms))),
    ];
    let stats = app.stats.get(&runner.id);
    let more = [
        (columns.kind, runner.kind.as_str()),
        (columns.key, runner.key.as_deref().unwrap_or_default()),
        (
            columns.session,
            runner.session_name.as_deref().unwrap_or_default(),
        ),
        (columns.usage, &usage(stats)),
        (columns.spending, &spending(runner, app)),
        (columns.last, last(stats)),
    ];
    for (columns, text) in more.into_iter().filter(|(columns, _)| *columns > 0) {
        spans.push(Span::raw(format!("  {}", fill(text, columns))));
    }
    to_the_end(&mut spans);
    Line::from(spans)
}

/// The second row of a card: what the runner uses, and what it printed last.
pub(super) fn second_row(runner: &RunnerView, columns: usize, app: &App) -> Line<'static> {
    let stats = app.stats.get(&runner.id);
    let spent = spending(runner, app);
    let spent = match spent.as_str() {
        "" => spent,
        _ => format!("{spent}  "),
    };
    let room = columns.saturating_sub(INDENT + USAGE + 2 + width(&spent));
    let dim = Style::new().add_modifier(Modifier::DIM);
    let mut spans = vec![
        Span::raw(" ".repeat(INDENT)),
        Span::styled(format!("{}  {spent}", usage(stats)), dim),
        Span::styled(cut(last(stats), room), dim),
    ];
    to_the_end(&mut spans);
    Line::from(spans)
}

/// So that the selected one is marked as a whole.
fn to_the_end(spans: &mut Vec<Span<'static>>) {
    spans.push(Span::raw(" ".repeat(400)));
}

fn last(stats: Option<&StatsView>) -> &str {
    stats
        .and_then(|stats| stats.last_line.as_deref())
        .unwrap_or_default()
}

/// Shares the room out. On cards the second row has what a runner uses and printed.
pub(super) fn columns(runners: &[&RunnerView], room: usize, is_card: bool) -> Columns {
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
        usage: 0,
        spending: 0,
        last: 0,
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
    if !is_card {
        columns.usage = take(USAGE);
        if is_known(runners) {
            columns.spending = take(SPENDING);
        }
    }
    columns.kind = take(longest(kind, |runner| &runner.kind));
    columns.session = take(longest(session, |runner| {
        runner.session_name.as_deref().unwrap_or_default()
    }));
    if !is_card && left >= LAST + 2 {
        columns.last = left - 2;
    }
    if base > room && room < 1 + STATUS + 1 + SHORT_NAME + 1 + AGE {
        columns.status = SYMBOL;
    }
    let others = 1 + columns.status + 1 + 1 + AGE;
    columns.name = columns.name.min(room.saturating_sub(others));
    columns
}
