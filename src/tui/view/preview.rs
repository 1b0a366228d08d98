//! The screen of the selected runner, with a row above it that says whose it is and why it has its status.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::palette::Look;
use super::rows;
use super::text::{cut, fold, styled, width};
use crate::tui::app::{App, Trouble};
use crate::wire::{RunnerView, ScreenView};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, app: &App, look: Look) {
    let Some((_, runner)) = app.current() else {
        return;
    };
    let mut places = rows(area);
    if let Some(place) = places.next() {
        frame.render_widget(head(runner, usize::from(area.width), look), place);
    }
    let room = usize::from(area.height).saturating_sub(1);
    let lines = match app.preview.as_ref().map(|preview| &preview.screen) {
        Some(Ok(screen)) => shown(screen, room, look),
        Some(Err(trouble)) => told(trouble, usize::from(area.width)),
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

/// The last rows that hold anything: that is where a program asks.
fn shown(screen: &ScreenView, room: usize, look: Look) -> Vec<Line<'static>> {
    let cursor = screen.cursor.map_or(0, |(_, row)| usize::from(row) + 1);
    let last = screen
        .styled
        .iter()
        .rposition(|row| !row.is_empty())
        .map_or(0, |last| last + 1);
    let end = last.max(cursor).min(screen.styled.len());
    screen
        .styled
        .iter()
        .take(end)
        .skip(end.saturating_sub(room))
        .map(|row| styled(row, look.has_colour))
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
