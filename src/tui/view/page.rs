//! What pages with one part have in common: a row above it, rows below it, and what stands in its place.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::bars::trouble_lines;
use super::palette::Look;
use super::text::{broken, cut, fold, width};
use super::{look_of, rows, tell};
use crate::tui::app::{App, Notice};
use crate::tui::light::Light;

/// Most rows that the path of a file may take.
const KEPT_ROWS: usize = 4;

/// Fewest columns for which a name is put into a question.
const SHORT_NAME: usize = 6;

/// The parts; those that there is no room for are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts {
    pub(super) top: Rect,
    pub(super) body: Rect,
    pub(super) bottom: Rect,
}

/// Shares the terminal out, with so many rows at the bottom.
pub(super) fn parts(whole: Rect, bottom: usize) -> Parts {
    let below = u16::try_from(bottom).unwrap_or(1).min(whole.height);
    let above = u16::from(whole.height > below);
    let row = |y: u16, height: u16| Rect { y, height, ..whole };
    Parts {
        top: row(0, above),
        body: row(above, whole.height - above - below),
        bottom: row(whole.height - below, below),
    }
}

/// Draws the rows above and below.
pub(super) fn bars(
    frame: &mut Frame<'_>,
    parts: Parts,
    top: Line<'static>,
    bottom: Vec<Line<'static>>,
    look: Look,
) {
    frame.render_widget(top, parts.top);
    for (line, row) in bottom.into_iter().zip(rows(parts.bottom)) {
        frame.render_widget(look_of(line, look), row);
    }
}

/// The keys, as a table, from one of its rows on where there is no room for all.
pub(super) fn help(frame: &mut Frame<'_>, body: Rect, keys: &[(&str, &str)], first: u16) {
    let room = usize::from(body.height);
    let most = keys.len().saturating_sub(room);
    let first = usize::from(first).min(most);
    let mut lines: Vec<String> = keys
        .iter()
        .skip(first)
        .take(room)
        .map(|(key, what)| format!("{key:<14}{what}"))
        .collect();
    if first < most
        && let Some(last) = lines.last_mut()
    {
        "j             more".clone_into(last);
    }
    tell(frame, body, &lines);
}

/// The first row: where one is, and more about it where there is room.
pub(super) fn top(title: &str, more: &str, columns: u16) -> Line<'static> {
    let columns = usize::from(columns);
    let title = cut(&format!("geppetto  {title}"), columns);
    let room = columns.saturating_sub(width(&title) + 2);
    Line::from(vec![
        Span::styled(title, Style::new().add_modifier(Modifier::BOLD)),
        Span::raw(if more.is_empty() {
            String::new()
        } else {
            format!("  {}", cut(more, room))
        }),
    ])
}

/// The last rows where nothing is typed or asked: why there is no daemon, what the last command came to, or the keys.
pub(super) fn bottom(app: &App, keys: &str, columns: u16) -> Vec<Line<'static>> {
    let columns = usize::from(columns);
    let mut lines = away(app, columns);
    if let Some(light) = app.asked_light() {
        lines.push(choice(light, columns));
        return lines;
    }
    match &app.notice {
        Some(Notice::Wrong(trouble)) => lines.extend(trouble_lines(trouble, columns)),
        Some(Notice::Busy(text)) => lines.push(Line::styled(cut(text, columns), bar())),
        Some(Notice::Kept(path)) => lines.extend(kept(path, columns)),
        None => {
            let dim = Style::new().add_modifier(Modifier::DIM);
            lines.push(Line::styled(cut(keys, columns), dim));
        }
    }
    lines
}

/// Why there is no daemon.
pub(super) fn away(app: &App, columns: usize) -> Vec<Line<'static>> {
    let trouble = app.away.as_ref();
    trouble.map_or_else(Vec::new, |trouble| trouble_lines(trouble, columns))
}

/// The style of a row in which something is typed.
pub(super) const fn bar() -> Style {
    Style::new().add_modifier(Modifier::REVERSED)
}

/// Where a fixture is, all of it, and what to do with it.
pub(super) fn kept(path: &str, columns: usize) -> Vec<Line<'static>> {
    let whole = broken(&format!("Kept: {path}"), columns);
    let advice = fold("Read it before you give it to others.", columns);
    let rows = whole.into_iter().take(KEPT_ROWS).chain(advice);
    rows.map(|row| Line::styled(row, bar())).collect()
}

/// The question what a light should be; what it can be is seen whole even where the name is not.
pub(super) fn choice(light: &Light, columns: usize) -> Line<'static> {
    let choices = "i:idle  r:running  w:waiting  Esc:no matter";
    let name = &light.runner.name;
    let between = " is really: ";
    let room = columns.saturating_sub(between.len() + choices.len());
    let text = if room < SHORT_NAME.min(width(name)) {
        choices.to_owned()
    } else {
        format!("{}{between}{choices}", cut(name, room))
    };
    let ask = bar().fg(Color::Yellow).add_modifier(Modifier::BOLD);
    Line::styled(cut(&text, columns), ask)
}

/// A question that `y` affirms, seen whole even where the name is not.
pub(super) fn question(verb: &str, name: &str, columns: u16) -> Line<'static> {
    let columns = usize::from(columns);
    let room = columns.saturating_sub(verb.len() + "? y/n ".len());
    let text = format!("{verb} {}? y/n", cut(name, room));
    let ask = bar().fg(Color::Yellow).add_modifier(Modifier::BOLD);
    Line::styled(cut(&text, columns), ask)
}
