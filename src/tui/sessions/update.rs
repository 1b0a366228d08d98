//! What keys, the mouse and answers make of the page of sessions, and when tmux is asked.

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use super::keys::{self, Command};
use super::{Mode, News, Node, Row, Wish, rows};
use crate::domain::text::printable;
use crate::tui::app::{App, Notice, Page};
use crate::tui::field::Field;
use crate::tui::list::{self, List};
use crate::tui::message::Target;
use crate::tui::message::{Act, Effect};
use crate::tui::view::session_at;
use crate::wire::{PaneView, SessionView};

/// How old what is shown may become, in milliseconds: tmux tells clients nothing of sessions that are not registered.
const SLOW: u64 = 10_000;

/// Fewest milliseconds between two questions.
const PACE: u64 = 500;

/// Shows the page.
pub(crate) fn open(app: &mut App) {
    app.page = Page::Sessions;
    app.sessions.mode = Mode::Tree;
    app.sessions.due_ms = 0;
}

/// The daemon told a change of the runners.
pub(crate) fn changed(app: &mut App) {
    let sessions = &mut app.sessions;
    sessions.due_ms = sessions.due_ms.min(sessions.asked_ms + PACE);
}

/// Asks for the sessions when the page is shown and that is due.
pub(crate) fn refresh(app: &mut App) -> Option<Effect> {
    let sessions = &mut app.sessions;
    let is_shown = matches!(app.page, Page::Sessions) && app.away.is_none();
    if !is_shown || sessions.is_asked || app.now_ms < sessions.due_ms {
        return None;
    }
    sessions.is_asked = true;
    sessions.asked_ms = app.now_ms;
    sessions.due_ms = app.now_ms + SLOW;
    Some(Effect::Sessions(Wish::List))
}

/// Something came of a wish.
pub(crate) fn came(app: &mut App, news: News) -> Vec<Effect> {
    match news {
        News::Listed(result) => {
            app.sessions.is_asked = false;
            match result {
                Ok(all) => {
                    app.sessions.trouble = None;
                    if app.sessions.all.is_none() {
                        app.sessions.selected = of_runner(&app.list, &all);
                    }
                    keep_place(app, |app| app.sessions.all = Some(all));
                }
                // What the bar says of an absent daemon is enough.
                Err(_) if app.away.is_some() => {}
                Err(trouble) => app.sessions.trouble = Some(trouble),
            }
        }
        News::Registered(result) => {
            app.notice = result.err().map(Notice::Wrong);
            app.sessions.due_ms = 0;
        }
        News::Way(Ok(view)) => return vec![Effect::Jump(view)],
        News::Way(Err(trouble)) => {
            app.notice = Some(Notice::Wrong(trouble));
            app.sessions.due_ms = 0;
        }
    }
    Vec::new()
}

/// A key was pressed.
pub(crate) fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Some(command) = keys::command(&app.sessions.mode, key) else {
        return Vec::new();
    };
    app.notice = None;
    obey(app, command)
}

/// Text was pasted: into the filter, never as commands.
pub(crate) fn paste(app: &mut App, pasted: &str) {
    if app.sessions.mode == Mode::Filter {
        keep_place(app, |app| app.sessions.filter.paste(pasted));
    }
}

/// The mouse was pressed or turned.
pub(crate) fn pointed(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    if matches!(app.sessions.mode, Mode::Forget(_)) {
        return Vec::new();
    }
    match mouse.kind {
        MouseEventKind::ScrollDown => move_by(app, 1),
        MouseEventKind::ScrollUp => move_by(app, -1),
        MouseEventKind::Down(MouseButton::Left) => {
            let Some(node) = session_at(app, mouse.row) else {
                return Vec::new();
            };
            if app.sessions.selected.as_ref() == Some(&node) {
                return go(app);
            }
            app.sessions.selected = Some(node);
        }
        _ => {}
    }
    Vec::new()
}

fn obey(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Back if !app.sessions.filter.text().is_empty() => {
            keep_place(app, |app| app.sessions.filter = Field::default());
        }
        Command::Back | Command::Leave => app.page = Page::Runners,
        Command::Move(by) => move_by(app, by),
        Command::Go => return go(app),
        Command::Register => return register(app),
        Command::Forget => ask_to_forget(app),
        Command::Filter => app.sessions.mode = Mode::Filter,
        Command::Type(key) => keep_place(app, |app| {
            app.sessions.filter.press(key);
        }),
        Command::Keep => app.sessions.mode = Mode::Tree,
        Command::Cancel => {
            if app.sessions.mode == Mode::Filter {
                keep_place(app, |app| app.sessions.filter = Field::default());
            }
            app.sessions.mode = Mode::Tree;
        }
        Command::Yes => {
            if let Mode::Forget(runner) = std::mem::take(&mut app.sessions.mode) {
                return list::ask(app, &Act::Forget, vec![runner]);
            }
        }
        Command::Refresh => app.sessions.due_ms = 0,
        Command::Help => app.help = Some(0),
    }
    Vec::new()
}

fn go(app: &mut App) -> Vec<Effect> {
    let Some(way) = current(app, |row| row.way()) else {
        return Vec::new();
    };
    vec![Effect::Sessions(Wish::Go(way))]
}

fn register(app: &mut App) -> Vec<Effect> {
    let Some((name, targets)) = current(app, |row| {
        let (name, places) = row.places();
        (printable(name), places)
    }) else {
        return Vec::new();
    };
    app.notice = Some(Notice::Busy(format!("Watch {name} …")));
    vec![Effect::Sessions(Wish::Register(targets))]
}

/// Only a pane has a runner.
fn ask_to_forget(app: &mut App) {
    let runner = current(app, |row| match row {
        Row::Pane(_, _, pane) => pane.runner.as_ref().map(|runner| Target {
            id: runner.id.clone(),
            name: printable(&runner.name),
        }),
        Row::Session(_) | Row::Window(..) => None,
    });
    if let Some(runner) = runner.flatten() {
        app.sessions.mode = Mode::Forget(runner);
    }
}

/// Where the runner lives that is selected in the list.
fn of_runner(list: &List, all: &[SessionView]) -> Option<Node> {
    let selected = list.selected.as_ref()?;
    all.iter().find_map(|session| {
        let windows = session.window_list.iter().flatten();
        let mut panes =
            windows.flat_map(|window| window.panes.iter().map(move |pane| (window, pane)));
        let is_it = |pane: &PaneView| pane.runner.as_ref().is_some_and(|one| one.id == *selected);
        panes
            .find(|(_, pane)| is_it(pane))
            .map(|(window, pane)| Row::Pane(session, window, pane).node())
    })
}

/// Something of the selected row.
fn current<T>(app: &App, of: impl FnOnce(&Row<'_>) -> T) -> Option<T> {
    let selected = app.sessions.selected.as_ref()?;
    let rows = rows(&app.sessions);
    let row = rows.iter().find(|row| row.node() == *selected)?;
    Some(of(row))
}

/// The place of the selected row among those that can be seen.
pub(crate) fn place(app: &App) -> Option<usize> {
    let selected = app.sessions.selected.as_ref()?;
    rows(&app.sessions)
        .iter()
        .position(|row| row.node() == *selected)
}

/// Changes the tree. What was selected stays so; when it can no longer be seen, whatever took its place is.
fn keep_place(app: &mut App, change: impl FnOnce(&mut App)) {
    let before = place(app).unwrap_or(0);
    change(app);
    if place(app).is_none() {
        select(app, before);
    }
}

fn move_by(app: &mut App, by: isize) {
    let from = place(app).unwrap_or(0);
    select(app, from.saturating_add_signed(by));
}

fn select(app: &mut App, at: usize) {
    let node: Option<Node> = {
        let rows = rows(&app.sessions);
        let last = rows.len().saturating_sub(1);
        rows.get(at.min(last)).map(Row::node)
    };
    app.sessions.selected = node;
}

#[cfg(test)]
mod tests;
