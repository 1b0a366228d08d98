//! The first row, with the counts, and the last rows: keys, the filter, a question, or what went wrong.

use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::palette::Look;
use super::text::{cut, fold};
use crate::tui::app::{App, Mode, Notice, Trouble};
use crate::tui::keymap::SHORT;

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
    let whole = counts(app, look, true);
    if whole.width() <= usize::from(columns) {
        return whole;
    }
    counts(app, look, false)
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
    let columns = usize::from(columns);
    let mut lines = Vec::new();
    if let Some(trouble) = &app.away {
        lines.extend(trouble_lines(trouble, columns));
    }
    let bar = Style::new().add_modifier(Modifier::REVERSED);
    let ask = Style::new()
        .fg(Color::Yellow)
        .add_modifier(Modifier::REVERSED | Modifier::BOLD);
    match (&app.mode, &app.notice) {
        (Mode::Confirm { act, name, .. }, _) => {
            let question = format!("? y/n {} ", act.verb());
            // The question is seen whole even where the name is not.
            let room = columns.saturating_sub(question.len());
            let text = format!("{} {}? y/n", act.verb(), cut(name, room));
            lines.push(Line::styled(cut(&text, columns), ask));
        }
        (Mode::Filter, _) => {
            let text = format!("/{}_  {}", app.filter, fitting(app));
            lines.push(Line::styled(cut(&text, columns), bar));
        }
        (_, Some(Notice::Wrong(trouble))) => lines.extend(trouble_lines(trouble, columns)),
        (_, Some(Notice::Busy(text))) => lines.push(Line::styled(cut(text, columns), bar)),
        (Mode::List, None) if !app.filter.is_empty() => {
            let text = format!("/{}  {}  Esc: all", app.filter, fitting(app));
            lines.push(Line::styled(cut(&text, columns), bar));
        }
        (Mode::List | Mode::Help, None) => {
            let dim = Style::new().add_modifier(Modifier::DIM);
            lines.push(Line::styled(cut(SHORT, columns), dim));
        }
    }
    lines
}

fn fitting(app: &App) -> String {
    format!("{} of {}", app.visible().len(), app.runners.len())
}

fn trouble_lines(trouble: &Trouble, columns: usize) -> Vec<Line<'static>> {
    let red = Style::new().fg(Color::Red).add_modifier(Modifier::BOLD);
    let text = fold(&trouble.text, columns)
        .into_iter()
        .map(|row| Line::styled(row, red));
    let hint = fold(trouble.hint.as_deref().unwrap_or_default(), columns)
        .into_iter()
        .map(Line::raw);
    text.chain(hint).take(TROUBLE_ROWS).collect()
}
