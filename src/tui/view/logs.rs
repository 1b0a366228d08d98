//! The log of one runner: a row that says whose and where one is, the lines, and a last row for what is typed or said.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};

use super::palette::Look;
use super::text::{cut, fill, from_column, width};
use super::{bars, rows, tell};
use crate::tui::app::{App, Page};
use crate::tui::list::age;
use crate::tui::logs::{KEYS, Logs, Mode, Place, Room, Said, Times, breaks};
use crate::wire::{LogView, RunnerView};

/// The most important keys.
const SHORT: &str = "h:keys  / ?:search  n N:next  g G:ends  F:follow  t:time  y:copy  q:back";

/// Fewest columns of text beside the times.
const NARROW: usize = 10;

/// The room that there is for entries.
pub(crate) fn log_room(app: &App) -> Room {
    let (width, height) = app.size;
    let Page::Logs(logs) = &app.page else {
        return Room {
            columns: 0,
            rows: 0,
        };
    };
    let body = body(app, logs, Rect::new(0, 0, width, height));
    let times = times_width(logs, body);
    let columns = if logs.is_wrapped {
        usize::from(body.width).saturating_sub(times)
    } else {
        usize::MAX
    };
    Room {
        columns,
        rows: usize::from(body.height),
    }
}

/// All between the first and the last rows.
fn body(app: &App, logs: &Logs, whole: Rect) -> Rect {
    let below = bottom(app, logs, whole.width).len();
    let below = u16::try_from(below).unwrap_or(1).min(whole.height);
    let above = u16::from(whole.height > below);
    Rect {
        y: above,
        height: whole.height - above - below,
        ..whole
    }
}

/// Columns of the times; none where they would leave too little.
fn times_width(logs: &Logs, body: Rect) -> usize {
    let wanted = logs.times.width();
    if usize::from(body.width) < wanted + NARROW {
        0
    } else {
        wanted
    }
}

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, logs: &Logs, look: Look) {
    let whole = frame.area();
    let body = body(app, logs, whole);
    let top = Rect {
        height: body.y,
        ..whole
    };
    frame.render_widget(head(app, logs, usize::from(whole.width), look), top);
    let bottom_area = Rect {
        y: body.bottom(),
        height: whole.height - body.bottom(),
        ..whole
    };
    for (line, row) in bottom(app, logs, whole.width)
        .into_iter()
        .zip(rows(bottom_area))
    {
        frame.render_widget(super::look_of(line, look), row);
    }
    if let Some(first) = app.help {
        super::page::help(frame, body, KEYS, first);
        return;
    }
    if logs.window.is_empty() {
        let said = if logs.window.is_first {
            "It has printed nothing since it is watched."
        } else {
            "Asking the daemon."
        };
        tell(frame, body, &[said.to_owned()]);
        return;
    }
    for (line, row) in lines(app, logs, body, look).into_iter().zip(rows(body)) {
        frame.render_widget(line, row);
    }
}

/// Whose log, what the runner does, and where in the log one is.
fn head(app: &App, logs: &Logs, columns: usize, look: Look) -> Line<'static> {
    let runner = app.runners.iter().find(|one| one.id == logs.runner.id);
    let name = runner.map_or(logs.runner.name.as_str(), |runner| &runner.name);
    let place = cut(&where_in(logs, runner), columns);
    let left = columns.saturating_sub(width(&place));
    let mut spans = vec![Span::styled(
        cut(&format!("log of {name}"), left.saturating_sub(1)),
        Style::new().add_modifier(Modifier::BOLD),
    )];
    if let Some(runner) = runner {
        let (symbol, status) = (look.symbol(&runner.status), &runner.status);
        let text = cut(
            &format!("  {symbol} {status}"),
            left.saturating_sub(1 + spans.iter().map(Span::width).sum::<usize>()),
        );
        spans.push(Span::styled(text, look.of_status(status)));
    }
    let used: usize = spans.iter().map(Span::width).sum();
    spans.push(Span::raw(" ".repeat(left.saturating_sub(used))));
    spans.push(Span::raw(place));
    Line::from(spans)
}

fn where_in(logs: &Logs, runner: Option<&RunnerView>) -> String {
    if logs.is_following {
        return match runner {
            Some(runner) if runner.exit.is_some() => "the end".to_owned(),
            _ => "following".to_owned(),
        };
    }
    let Some(place) = logs.window.get(logs.top.number).map(Place::of) else {
        return String::new();
    };
    match runner {
        Some(runner) if runner.run == place.run && runner.last_seq > 0 => {
            let share = place.seq.saturating_mul(100) / runner.last_seq;
            format!("{} %", share.min(100))
        }
        _ => format!("run {}", place.run),
    }
}

/// Never empty.
fn bottom(app: &App, logs: &Logs, columns: u16) -> Vec<Line<'static>> {
    let columns = usize::from(columns);
    let mut lines = Vec::new();
    if let Some(trouble) = &app.away {
        lines.extend(bars::trouble_lines(trouble, columns));
    }
    if let Some(Said::Wrong(trouble)) = &logs.said {
        lines.extend(bars::trouble_lines(trouble, columns));
    }
    let bar = Style::new().add_modifier(Modifier::REVERSED);
    let line = match (&logs.mode, &logs.said) {
        (Mode::Search { back, text }, _) => {
            let before = if *back { "?" } else { "/" };
            bars::field(before, text, "", columns).style(bar)
        }
        (Mode::Time(text), _) => {
            bars::field("Time (10m ago, 14:30, a date): ", text, "", columns).style(bar)
        }
        (Mode::Read, Some(Said::Word(word))) => Line::styled(cut(word, columns), bar),
        (Mode::Read, Some(Said::Wrong(_))) => return lines,
        (Mode::Read, None) => match resting(logs) {
            Some(text) => Line::styled(cut(&text, columns), bar),
            None => {
                let dim = Style::new().add_modifier(Modifier::DIM);
                Line::styled(cut(SHORT, columns), dim)
            }
        },
    };
    lines.push(line);
    lines
}

/// What is under way.
fn resting(logs: &Logs) -> Option<String> {
    let typed = logs.pattern.as_ref().map(|pattern| &pattern.typed);
    if logs.is_searching() {
        let typed = typed.cloned().unwrap_or_default();
        return Some(format!("Looking for {typed} …  Esc: give up"));
    }
    if let Some(chosen) = logs.selection {
        let count = chosen.from.abs_diff(chosen.cursor) + 1;
        let lines = if count == 1 { "line" } else { "lines" };
        return Some(format!("{count} {lines} selected  y: copy  Esc: none"));
    }
    typed.map(|typed| format!("/{typed}  n N: next, before  h: keys  q: back"))
}

fn lines(app: &App, logs: &Logs, body: Rect, look: Look) -> Vec<Line<'static>> {
    let room = log_room(app);
    let times = times_width(logs, body);
    let mut lines = Vec::new();
    let mut skip = logs.top.row;
    for number in logs.top.number..logs.window.numbers().end {
        let Some(entry) = logs.window.get(number) else {
            break;
        };
        let time = match times {
            0 => String::new(),
            columns => fill(&time(app, logs.times, entry), columns),
        };
        let styled = Styled::of(logs, number, entry, look);
        let begins = breaks(&entry.text, room.columns);
        let ends = begins.iter().skip(1).copied().chain([entry.text.len()]);
        let rows = begins.iter().copied().zip(ends).enumerate().skip(skip);
        for (row, (begin, end)) in rows {
            let text = Line::from(styled.spans(&entry.text, begin..end));
            let text = from_column(text, logs.aside);
            let before = if row == 0 { &time } else { "" };
            let dim = Style::new().add_modifier(Modifier::DIM);
            let mut spans = vec![Span::styled(fill(before, times), dim)];
            spans.extend(text.spans);
            lines.push(Line::from(spans).style(styled.row));
            if lines.len() >= room.rows {
                return lines;
            }
        }
        skip = 0;
    }
    lines
}

fn time(app: &App, times: Times, entry: &LogView) -> String {
    let zoned = || {
        let at = jiff::Timestamp::from_millisecond(i64::try_from(entry.at_ms).ok()?).ok()?;
        Some(at.to_zoned(app.zone.clone()))
    };
    let format =
        |format: &str| zoned().map_or_else(String::new, |zoned| zoned.strftime(format).to_string());
    match times {
        Times::Off => String::new(),
        Times::Clock => format("%H:%M:%S%.3f"),
        Times::Date => format("%Y-%m-%d %H:%M:%S"),
        Times::Ago => age(entry.at_ms, app.now_ms),
    }
}

/// How an entry looks.
struct Styled {
    /// The whole row.
    row: Style,
    text: Style,
    hit: Style,
    /// Where the text fits what is looked for, in bytes.
    hits: Vec<Range<usize>>,
}

impl Styled {
    fn of(logs: &Logs, number: i64, entry: &LogView, look: Look) -> Self {
        let is_selected = logs.selection.is_some_and(|chosen| chosen.has(number));
        let own = Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD);
        let hit = Style::new()
            .fg(Color::Yellow)
            .add_modifier(Modifier::REVERSED);
        let hit = if logs.hit == Some(number) {
            hit.add_modifier(Modifier::BOLD | Modifier::UNDERLINED)
        } else {
            hit
        };
        let pattern = logs.pattern.as_ref();
        Self {
            row: if is_selected {
                Style::new().add_modifier(Modifier::REVERSED)
            } else {
                Style::new()
            },
            text: if entry.source == "pane" {
                Style::new()
            } else {
                look.style(own)
            },
            hit: look.style(hit),
            hits: pattern.map_or_else(Vec::new, |pattern| pattern.places(&entry.text)),
        }
    }

    /// A part of the text.
    fn spans(&self, text: &str, part: Range<usize>) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        let mut at = part.start;
        let mut push = |range: Range<usize>, style: Style| {
            let text = text.get(range).unwrap_or_default();
            if !text.is_empty() {
                spans.push(Span::styled(text.to_owned(), style));
            }
        };
        for hit in &self.hits {
            let (begin, end) = (hit.start.max(at), hit.end.min(part.end));
            if begin < end {
                push(at..begin, self.text);
                push(begin..end, self.hit);
                at = end;
            }
        }
        push(at..part.end, self.text);
        spans
    }
}

#[cfg(test)]
mod tests;
