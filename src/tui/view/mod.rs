//! What the dashboard looks like: a row of counts, the list, the screen of the selected runner, and a last row for keys,
//! questions and troubles. Draws what is known and changes nothing. Everything fits any size, also one of no columns.

mod bars;
mod columns;
mod form;
mod list;
mod logs;
mod page;
mod palette;
mod places;
mod preview;
mod sessions;
mod spending;
mod text;
mod usage;
mod why;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

pub(crate) use form::part_at;
pub(crate) use logs::log_room;
pub(crate) use palette::Look;
pub(crate) use places::{Spot, spot};
pub(crate) use sessions::session_at;
pub(crate) use why::why_end;

use super::app::{App, Page};
use super::list::KEYS;
use text::{cut, fold};

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &App, look: Look) {
    match &app.page {
        Page::Runners => runners(frame, app, look),
        Page::Sessions => sessions::draw(frame, app, look),
        Page::Form => form::draw(frame, app, look),
        Page::Logs(logs) => logs::draw(frame, app, logs, look),
        Page::Why(why) => why::draw(frame, app, why, look),
    }
}

/// The page of all runners.
fn runners(frame: &mut Frame<'_>, app: &App, look: Look) {
    let places = places::places(app, frame.area());
    let columns = places.top.width;
    frame.render_widget(bars::top(app, columns, look), places.top);
    let bottom = bars::bottom(app, columns);
    for (line, row) in bottom.into_iter().zip(rows(places.bottom)) {
        frame.render_widget(look_of(line, look), row);
    }
    if let Some(first) = app.help {
        page::help(frame, places.body(), KEYS, first);
        return;
    }
    if let Some(sentences) = said(app) {
        tell(frame, places.body(), &sentences);
        return;
    }
    let [_, down] = look.lines();
    for row in rows(places.line) {
        frame.render_widget(Line::raw(down), row);
    }
    list::draw(frame, places.list, app, look);
    preview::draw(frame, places.screen, app, look);
}

/// What stands in the place of the list, if anything.
fn said(app: &App) -> Option<Vec<String>> {
    if !app.visible().is_empty() {
        return None;
    }
    let sentences: &[&str] = match (app.is_loaded, app.runners.is_empty()) {
        (false, _) if app.away.is_some() => &[],
        (false, _) => &["Asking the daemon."],
        (true, true) => &[
            "No runner is watched.",
            "",
            "Press prefix + G in a session to watch it, or run `geppetto new -- COMMAND`.",
        ],
        (true, false) => &["No runner fits the filter."],
    };
    Some(sentences.iter().map(|&one| one.to_owned()).collect())
}

fn tell(frame: &mut Frame<'_>, area: Rect, sentences: &[String]) {
    let columns = usize::from(area.width);
    let lines = sentences.iter().flat_map(|sentence| {
        let is_table = sentence.contains("  ") || sentence.is_empty();
        if is_table {
            vec![cut(sentence, columns)]
        } else {
            fold(sentence, columns)
        }
    });
    for (line, row) in lines.zip(rows(area)) {
        frame.render_widget(Line::raw(line), row);
    }
}

fn look_of(line: Line<'static>, look: Look) -> Line<'static> {
    let style = look.style(line.style);
    line.style(style)
}

/// The rows of an area, from its top.
fn rows(area: Rect) -> impl Iterator<Item = Rect> {
    (area.y..area.y.saturating_add(area.height)).map(move |y| Rect {
        y,
        height: 1,
        ..area
    })
}
