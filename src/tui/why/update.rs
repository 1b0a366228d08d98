//! What keys, the mouse, changes and answers make of the page that says why, and when the daemon is asked.

use ratatui::crossterm::event::{KeyEvent, MouseEvent, MouseEventKind};

use super::keys::{self, Command};
use super::{News, Why};
use crate::tui::app::{App, Page};
use crate::tui::light;
use crate::tui::message::{Effect, Target};
use crate::tui::view::why_end;
use crate::wire::Event;

/// How old what is shown may become, in milliseconds: evidence that changes no status is told to nobody.
const SLOW: u64 = 3000;

/// Fewest milliseconds between two questions.
const PACE: u64 = 300;

/// How far a turn of the wheel goes.
const WHEEL: isize = 3;

/// Shows the page.
pub(crate) fn open(app: &mut App, runner: Target) {
    app.page = Page::Why(Box::new(Why::new(runner)));
}

/// The daemon told a change.
pub(crate) fn changed(app: &mut App, event: &Event) {
    let Page::Why(why) = &mut app.page else {
        return;
    };
    let is_about_it = match event {
        // Also told when the daemon is back.
        Event::Snapshot { .. } => true,
        Event::Runner { runner } => runner.id == why.runner.id,
        Event::RunnerRemoved { runner_id } => *runner_id == why.runner.id,
        Event::Stats { .. }
        | Event::Log { .. }
        | Event::Lagged { .. }
        | Event::LogEnd { .. }
        | Event::Transcript { .. }
        | Event::Status { .. } => false,
    };
    if is_about_it {
        why.due_ms = why.due_ms.min(why.asked_ms + PACE);
    }
}

/// Asks when the page is shown and that is due.
pub(crate) fn refresh(app: &mut App) -> Option<Effect> {
    let Page::Why(why) = &mut app.page else {
        return None;
    };
    if app.away.is_some() || why.is_asked || app.now_ms < why.due_ms {
        return None;
    }
    why.is_asked = true;
    why.asked_ms = app.now_ms;
    why.due_ms = app.now_ms + SLOW;
    Some(Effect::Why(why.runner.id.clone()))
}

/// It was told, or not.
pub(crate) fn came(app: &mut App, news: News) {
    let Page::Why(why) = &mut app.page else {
        return;
    };
    if why.runner.id != news.runner {
        return;
    }
    why.is_asked = false;
    match news.told {
        Ok(told) => {
            why.told = Some(told);
            why.trouble = None;
        }
        // What the bar says of an absent daemon is enough.
        Err(_) if app.away.is_some() => {}
        Err(trouble) => why.trouble = Some(trouble),
    }
}

/// A key was pressed.
pub(crate) fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Some(command) = keys::command(key) else {
        return Vec::new();
    };
    app.notice = None;
    match command {
        Command::Back => app.page = Page::Runners,
        Command::Move(by) => move_by(app, by),
        Command::Help => app.help = Some(0),
        Command::Wrong => {
            if let Page::Why(why) = &app.page {
                let runner = why.runner.clone();
                return light::ask(app, runner).into_iter().collect();
            }
        }
    }
    Vec::new()
}

/// The mouse was turned.
pub(crate) fn pointed(app: &mut App, mouse: MouseEvent) {
    match mouse.kind {
        MouseEventKind::ScrollDown => move_by(app, WHEEL),
        MouseEventKind::ScrollUp => move_by(app, -WHEEL),
        _ => {}
    }
}

fn move_by(app: &mut App, by: isize) {
    let end = why_end(app);
    if let Page::Why(why) = &mut app.page {
        why.first = why.first.min(end).saturating_add_signed(by).min(end);
    }
}

#[cfg(test)]
mod tests;
