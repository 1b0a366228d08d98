//! What the dashboard looks like: a row of counts, the list, the screen of the selected runner, and a last row for keys,
//! questions and troubles. Draws what is known and changes nothing. Everything fits any size, also one of no columns.

mod bars;
mod list;
mod palette;
mod preview;
mod text;

#[cfg(test)]
mod tests;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

pub(crate) use palette::Look;

use super::app::{App, Mode};
use super::keymap::KEYS;
use text::{cut, fold};

/// Columns from which on the screen is beside the list.
const WIDE: u16 = 100;

/// Rows from which on there is a screen below the list.
const TALL: u16 = 8;

/// Fewest rows of the list above a screen.
const SHORT_LIST: u16 = 3;

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &App, look: Look) {
    let whole = frame.area();
    let bottom = bars::bottom(app, whole.width);
    let below = u16::try_from(bottom.len()).unwrap_or(1).min(whole.height);
    let above = u16::from(whole.height > below);
    frame.render_widget(
        bars::top(app, whole.width, look),
        Rect {
            height: above,
            ..whole
        },
    );
    let body = Rect {
        y: whole.y + above,
        height: whole.height - above - below,
        ..whole
    };
    let foot = Rect {
        y: whole.y + whole.height - below,
        height: below,
        ..whole
    };
    for (line, row) in bottom.into_iter().zip(rows(foot)) {
        frame.render_widget(look_of(line, look), row);
    }
    match said(app) {
        Some(sentences) => tell(frame, body, &sentences),
        None => parts(frame, body, app, look),
    }
}

/// The list and the screen, beside or below each other.
fn parts(frame: &mut Frame<'_>, body: Rect, app: &App, look: Look) {
    let (list, screen) = if body.width >= WIDE {
        let width = body.width * 45 / 100;
        let [_, down] = look.lines();
        for row in rows(body) {
            let place = Rect {
                x: body.x + width,
                width: 1,
                ..row
            };
            frame.render_widget(Line::raw(down), place);
        }
        let list = Rect { width, ..body };
        let screen = Rect {
            x: body.x + width + 1,
            width: body.width - width - 1,
            ..body
        };
        (list, Some(screen))
    } else if body.height >= TALL {
        let count = u16::try_from(app.visible().len()).unwrap_or(u16::MAX);
        let height = count.clamp(SHORT_LIST, (body.height * 2 / 5).max(SHORT_LIST));
        let list = Rect { height, ..body };
        let screen = Rect {
            y: body.y + height,
            height: body.height - height,
            ..body
        };
        (list, Some(screen))
    } else {
        (body, None)
    };
    list::draw(frame, list, app, look);
    if let Some(screen) = screen {
        preview::draw(frame, screen, app, look);
    }
}

/// What stands in the place of the list, if anything.
fn said(app: &App) -> Option<Vec<String>> {
    if app.mode == Mode::Help {
        let keys = KEYS.iter().map(|(key, what)| format!("{key:<14}{what}"));
        return Some(keys.collect());
    }
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
