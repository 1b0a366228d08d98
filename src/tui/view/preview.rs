//! The screen of the selected runner, with rows above it that say whose it is, why it has its status, and what else is
//! known of it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::palette::Look;
use super::rows;
use super::text::{cut, fold, from_column, styled, under_cursor, width};
use super::usage::short;
use crate::tui::app::App;
use crate::tui::list::Preview;
use crate::tui::message::Trouble;
use crate::wire::RunnerView;

/// Rows from which on there is a row of facts.
const TALL: u16 = 6;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let Some((_, runner)) = app.current() else {
        return;
    };
    let mut places = rows(area);
    let columns = usize::from(area.width);
    if let Some(place) = places.next() {
        frame.render_widget(head(runner, columns, look), place);
    }
    let mut room = usize::from(area.height).saturating_sub(1);
    if area.height >= TALL
        && let Some(place) = places.next()
    {
        frame.render_widget(facts(runner, app, columns), place);
        room -= 1;
    }
    let lines = match &app.list.preview {
        Some(preview) => shown(preview, room, columns, look),
        None => Vec::new(),
    };
    for (line, place) in lines.into_iter().zip(places) {
        frame.render_widget(line, place);
    }
}

fn head(runner: &RunnerView, columns: usize, look: Look) -> Line<'static> {
    let [across, _] = look.lines();
    let text = cut(
        &format!("{} {}", runner.name, runner.reason),
        columns.saturating_sub(4),
    );
    let rest = columns.saturating_sub(4 + width(&text));
    let dim = Style::new().add_modifier(Modifier::DIM);
    Line::from(vec![
        Span::styled(across.repeat(2), dim),
        Span::raw(format!(" {text} ")),
        Span::styled(across.repeat(rest), dim),
    ])
}

/// What the list may have had no room for.
fn facts(runner: &RunnerView, app: &App, columns: usize) -> Line<'static> {
    let stats = app.stats.get(&runner.id);
    let mut facts = vec![runner.kind.clone()];
    facts.extend(runner.key.clone());
    let place = [&runner.session_name, &runner.pane_id];
    let place: Vec<&str> = place.into_iter().filter_map(Option::as_deref).collect();
    facts.push(place.join(" "));
    facts.extend((runner.run > 1).then(|| format!("run {}", runner.run)));
    if let Some(used) = stats.and_then(|stats| stats.usage) {
        let cpu = used.cpu_permille.unwrap_or_default().div_ceil(10);
        let memory = short(used.memory_bytes, 1024);
        facts.push(format!("{cpu}% {memory}B"));
        facts.push(match used.processes {
            1 => "1 process".to_owned(),
            more => format!("{more} processes"),
        });
    }
    if let Some(stats) = stats {
        facts.push(format!("{}B printed", short(stats.output_bytes, 1000)));
    }
    facts.retain(|fact| !fact.is_empty());
    let dim = Style::new().add_modifier(Modifier::DIM);
    Line::styled(cut(&facts.join("  "), columns), dim)
}

/// The last rows that hold anything, or those that were scrolled to, with the cursor.
fn shown(preview: &Preview, room: usize, columns: usize, look: Look) -> Vec<Line<'static>> {
    let screen = match &preview.screen {
        Ok(screen) => screen,
        Err(trouble) => return told(trouble, columns),
    };
    let (up, right) = preview.scroll;
    let end = preview.end();
    let end = end.saturating_sub(usize::from(up)).max(room.min(end));
    screen
        .styled
        .iter()
        .enumerate()
        .take(end)
        .skip(end.saturating_sub(room))
        .map(|(row, text)| {
            let line = styled(text, look.has_colour);
            let line = match screen.cursor {
                Some((column, at)) if usize::from(at) == row => under_cursor(line, column),
                _ => line,
            };
            from_column(line, usize::from(right))
        })
        .collect()
}

fn told(trouble: &Trouble, columns: usize) -> Vec<Line<'static>> {
    let hint = trouble.hint.as_deref().unwrap_or_default();
    [fold(&trouble.text, columns), fold(hint, columns)]
        .concat()
        .into_iter()
        .map(Line::from)
        .collect()
}
