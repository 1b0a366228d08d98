//! The first row, with the counts, and the last rows: keys, the filter, a question, or what went wrong.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::page;
use super::palette::Look;
use super::text::{cut, fold, width};
use crate::tui::app::{App, Notice};
use crate::tui::field::Field;
use crate::tui::list::{Group, Line as Typed, Mode, Order, named};
use crate::tui::message::Trouble;

/// The most important keys.
const SHORT: &str =
    "?:keys  Enter:go  a:answer  e:why  s:stop  S:start  p:freeze  /:filter  q:leave";

/// Most rows that a trouble may take from the list.
const TROUBLE_ROWS: usize = 4;

/// The statuses in the order of the list.
const ORDER: [&str; 10] = [
    "waiting",
    "failed",
    "errored",
    "idle",
    "unknown",
    "starting",
    "running",
    "paused",
    "completed",
    "stopped",
];

pub(super) fn top(app: &App, columns: u16, look: Look) -> Line<'static> {
    let columns = usize::from(columns);
    let whole = counts(app, look, true);
    let mut line = if whole.width() <= columns {
        whole
    } else {
        counts(app, look, false)
    };
    let arranged = arranged(app);
    let room = columns.saturating_sub(line.width());
    if width(&arranged) + 2 <= room {
        line.push_span(Span::raw(" ".repeat(room - width(&arranged))));
        line.push_span(Span::styled(
            arranged,
            Style::new().add_modifier(Modifier::DIM),
        ));
    }
    line
}

/// How the list is arranged, where that is not the usual way.
fn arranged(app: &App) -> String {
    let order = match app.list.order {
        Order::Need => String::new(),
        other => format!("by {}", other.word()),
    };
    let group = match app.list.group {
        Group::All => String::new(),
        other => format!("each {}", other.word()),
    };
    [group, order].join(" ").trim().to_owned()
}

fn counts(app: &App, look: Look, has_words: bool) -> Line<'static> {
    let mut spans = vec![Span::styled(
        "geppetto",
        Style::new().add_modifier(Modifier::BOLD),
    )];
    for status in ORDER {
        let count = app
            .runners
            .iter()
            .filter(|one| one.status == status)
            .count();
        if count > 0 {
            let symbol = look.symbol(status);
            let text = if has_words {
                format!("{symbol} {count} {status}")
            } else {
                format!("{symbol}{count}")
            };
            spans.extend([Span::raw("  "), Span::styled(text, look.of_status(status))]);
        }
    }
    Line::from(spans)
}

/// Never empty.
pub(super) fn bottom(app: &App, columns: u16) -> Vec<Line<'static>> {
    let whole = columns;
    let columns = usize::from(columns);
    let mut lines = page::away(app, columns);
    let bar = page::bar();
    if let Some(Notice::Wrong(trouble)) = &app.notice {
        lines.extend(trouble_lines(trouble, columns));
    }
    if let Some(light) = app.asked_light() {
        lines.push(page::choice(light, columns));
        return lines;
    }
    match (&app.list.mode, &app.notice) {
        (Mode::Confirm { act, runners }, _) => {
            lines.push(page::question(act.verb(), &named(runners), whole));
        }
        (Mode::Filter, _) => {
            let behind = format!("  {}", fitting(app));
            lines.push(field("/", &app.list.filter, &behind, columns).style(bar));
        }
        (Mode::Line { to, runner, text }, _) => {
            let before = match to {
                Typed::Rename => format!("Name of {}: ", runner.name),
                Typed::Answer => format!("Answer {}: ", runner.name),
            };
            lines.push(field(&cut(&before, columns / 2), text, "", columns).style(bar));
        }
        (Mode::List, Some(Notice::Wrong(_))) => {}
        (Mode::List, Some(Notice::Busy(text))) => lines.push(Line::styled(cut(text, columns), bar)),
        (Mode::List, Some(Notice::Kept(path))) => lines.extend(page::kept(path, columns)),
        (Mode::List, None) if !app.list.marked.is_empty() => {
            let count = app.list.marked.len();
            let text = format!("{count} marked  s S p r f: all of them  Esc: unmark");
            lines.push(Line::styled(cut(&text, columns), bar));
        }
        (Mode::List, None) if !app.list.filter.text().is_empty() => {
            let text = format!("/{}  {}  Esc: all", app.list.filter.text(), fitting(app));
            lines.push(Line::styled(cut(&text, columns), bar));
        }
        (Mode::List, None) => {
            let dim = Style::new().add_modifier(Modifier::DIM);
            lines.push(Line::styled(cut(SHORT, columns), dim));
        }
    }
    lines
}

/// A line that is being typed: the part around its cursor, which is always seen.
pub(super) fn field(before: &str, field: &Field, behind: &str, columns: usize) -> Line<'static> {
    let (left, right) = field.parts();
    let room = columns.saturating_sub(width(before) + 1);
    let mut left = left;
    while width(left) > room {
        let mut chars = left.chars();
        chars.next();
        left = chars.as_str();
    }
    let mut chars = right.chars();
    let under = chars.next().map_or_else(|| " ".to_owned(), String::from);
    let rest = format!("{}{behind}", chars.as_str());
    let rest = cut(&rest, room.saturating_sub(width(left) + width(&under) - 1));
    Line::from(vec![
        Span::raw(format!("{before}{left}")),
        // On a reversed bar the cursor is what is not reversed.
        Span::styled(
            under,
            Style::new().add_modifier(Modifier::UNDERLINED | Modifier::BOLD),
        ),
        Span::raw(rest),
    ])
}

fn fitting(app: &App) -> String {
    format!("{} of {}", app.visible().len(), app.runners.len())
}

pub(super) fn trouble_lines(trouble: &Trouble, columns: usize) -> Vec<Line<'static>> {
    let red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    let text = fold(&trouble.text, columns)
        .into_iter()
        .map(|row| Line::styled(row, red));
    let hint = fold(trouble.hint.as_deref().unwrap_or_default(), columns)
        .into_iter()
        .map(Line::raw);
    text.chain(hint).take(TROUBLE_ROWS).collect()
}
