//! What keys, the mouse, changes and answers make of the page of all runners.

use ratatui::crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};

use super::keys::{self, Command};
use super::order::sort;
use super::screen::{look, scroll};
use super::{Line, Mode, Shares};
use crate::domain::text::printable;
use crate::tui::app::{App, Notice};
use crate::tui::field::Field;
use crate::tui::message::{Act, Effect, Target, Trouble};
use crate::tui::view::{Spot, spot};
use crate::tui::{form, light, sessions, why};
use crate::wire::RunnerView;

/// How far a turn of the wheel goes.
const WHEEL: i32 = 3;

/// A key was pressed.
pub(crate) fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let Some(command) = keys::command(&app.list.mode, key) else {
        return Vec::new();
    };
    app.notice = None;
    let mut effects = obey(app, command);
    effects.extend(look(app, false));
    effects
}

/// Text was pasted: into a line, never as commands.
pub(crate) fn paste(app: &mut App, pasted: &str) -> Vec<Effect> {
    match &mut app.list.mode {
        Mode::Filter => keep_place(app, |app| app.list.filter.paste(pasted)),
        Mode::Line { text, .. } => text.paste(pasted),
        Mode::List | Mode::Confirm { .. } => {}
    }
    look(app, false).into_iter().collect()
}

/// The mouse was pressed or turned.
pub(crate) fn pointed(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    if matches!(app.list.mode, Mode::Confirm { .. } | Mode::Line { .. }) {
        return Vec::new();
    }
    let down = match mouse.kind {
        MouseEventKind::ScrollDown => Some(1),
        MouseEventKind::ScrollUp => Some(-1),
        MouseEventKind::Down(MouseButton::Left) => None,
        _ => return Vec::new(),
    };
    let mut effects = match (spot(app, mouse.column, mouse.row), down) {
        (Spot::Screen, Some(down)) => {
            scroll(app, (-down * WHEEL, 0));
            Vec::new()
        }
        (Spot::Runner(_) | Spot::Elsewhere, Some(down)) => {
            move_by(app, down as isize);
            Vec::new()
        }
        (Spot::Runner(id), None) if app.list.selected.as_ref() == Some(&id) => {
            begin(app, &Act::Jump)
        }
        (Spot::Runner(id), None) => {
            app.list.selected = Some(id);
            Vec::new()
        }
        (Spot::Screen | Spot::Elsewhere, None) => Vec::new(),
    };
    effects.extend(look(app, false));
    effects
}

fn obey(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Back if !app.list.marked.is_empty() => app.list.marked.clear(),
        Command::Back if !app.list.filter.text().is_empty() => refilter(app, Field::default()),
        Command::Back | Command::Leave => return vec![Effect::Leave],
        Command::Move(by) => move_by(app, by),
        Command::Scroll(up, right) => scroll(app, (up, right)),
        Command::Filter => app.list.mode = Mode::Filter,
        Command::Type(key) => type_key(app, key),
        Command::Keep => return keep(app),
        Command::Cancel => {
            if app.list.mode == Mode::Filter {
                refilter(app, Field::default());
            }
            app.list.mode = Mode::List;
        }
        Command::Logs => {
            if let Some(Target { id, name }) = selected(app) {
                app.open_logs(id, &name, false);
            }
        }
        Command::Why => {
            if let Some(runner) = selected(app) {
                why::open(app, runner);
            }
        }
        Command::Wrong => return wrong(app),
        Command::Help => app.help = Some(0),
        Command::Sessions => sessions::open(app),
        Command::New => form::open(app),
        Command::Mark => mark(app),
        Command::MarkAll => mark_all(app),
        Command::Order => {
            app.list.order = app.list.order.next();
            keep_place(app, |_| {});
        }
        Command::Group => {
            app.list.group = app.list.group.next();
            keep_place(app, |_| {});
        }
        Command::Shares => {
            app.list.shares = match app.list.shares {
                Shares::Both => Shares::List,
                Shares::List => Shares::Screen,
                Shares::Screen => Shares::Both,
            }
        }
        Command::Yes => {
            if let Mode::Confirm { act, runners } = std::mem::take(&mut app.list.mode) {
                app.list.marked.clear();
                return ask(app, &act, runners);
            }
        }
        Command::Act(act) => return begin(app, &act),
        Command::Line(to) => begin_line(app, to),
    }
    Vec::new()
}

fn type_key(app: &mut App, key: KeyEvent) {
    match &mut app.list.mode {
        Mode::Filter => {
            let mut filter = app.list.filter.clone();
            filter.press(key);
            refilter(app, filter);
        }
        Mode::Line { text, .. } => {
            text.press(key);
        }
        Mode::List | Mode::Confirm { .. } => {}
    }
}

/// Enter in a line.
fn keep(app: &mut App) -> Vec<Effect> {
    match std::mem::take(&mut app.list.mode) {
        Mode::Line { to, runner, text } => {
            let act = match to {
                Line::Rename => Act::Rename(text.text().trim().to_owned()),
                Line::Answer => Act::Answer(text.text().to_owned()),
            };
            ask(app, &act, vec![runner])
        }
        Mode::Filter | Mode::List | Mode::Confirm { .. } => Vec::new(),
    }
}

fn begin_line(app: &mut App, to: Line) {
    let Some((_, runner)) = app.current() else {
        return;
    };
    let text = match to {
        Line::Rename => Field::new(&runner.name),
        Line::Answer => Field::default(),
    };
    app.list.mode = Mode::Line {
        to,
        runner: target(runner),
        text,
    };
}

fn selected(app: &App) -> Option<Target> {
    app.current().map(|(_, runner)| target(runner))
}

/// The light of the selected one is wrong.
fn wrong(app: &mut App) -> Vec<Effect> {
    let asked = selected(app).and_then(|runner| light::ask(app, runner));
    asked.into_iter().collect()
}

fn target(runner: &RunnerView) -> Target {
    Target {
        id: runner.id.clone(),
        name: printable(&runner.name),
    }
}

/// Does it, or asks first where it cannot be undone.
fn begin(app: &mut App, act: &Act) -> Vec<Effect> {
    let marked = || {
        let marked = |runner: &&&RunnerView| app.list.marked.contains(&runner.id);
        let visible = app.visible();
        let all: Vec<Target> = visible
            .iter()
            .filter(marked)
            .map(|one| target(one))
            .collect();
        (!all.is_empty()).then_some(all)
    };
    let current = || Some(vec![selected(app)?]);
    // The question that is shown, and no other.
    let shown = || {
        app.current()?
            .1
            .prompt
            .as_ref()
            .map(|shown| shown.id.clone())
    };
    let act = &match act {
        Act::Approve { .. } => Act::Approve { prompt: shown() },
        Act::Deny { .. } => Act::Deny { prompt: shown() },
        other => other.clone(),
    };
    if let Act::Approve { prompt: None } | Act::Deny { prompt: None } = act {
        app.notice = Some(Notice::Wrong(Trouble::nothing_asked()));
        return Vec::new();
    }
    let runners = match act {
        Act::Jump | Act::Approve { .. } | Act::Deny { .. } => current(),
        _ => marked().or_else(current),
    };
    let Some(runners) = runners else {
        return Vec::new();
    };
    if act.is_final() {
        let act = act.clone();
        app.list.mode = Mode::Confirm { act, runners };
        return Vec::new();
    }
    ask(app, act, runners)
}

/// Asks the daemon for it.
pub(crate) fn ask(app: &mut App, act: &Act, runners: Vec<Target>) -> Vec<Effect> {
    app.notice = Some(Notice::Busy(format!(
        "{} {} …",
        act.verb(),
        named(&runners)
    )));
    app.list.open_acts += runners.len();
    runners
        .into_iter()
        .map(|runner| Effect::Ask {
            act: act.clone(),
            runner,
        })
        .collect()
}

/// The name of the one, or how many they are.
pub(crate) fn named(runners: &[Target]) -> String {
    match runners {
        [one] => one.name.clone(),
        more => format!("{} runners", more.len()),
    }
}

/// Changes the list. Who was selected stays so; when they can no longer be seen, whoever took their place is.
pub(super) fn keep_place(app: &mut App, change: impl FnOnce(&mut App)) {
    let place = app.current().map_or(0, |(place, _)| place);
    change(app);
    sort(app);
    if app.current().is_none() {
        let visible = app.visible();
        let last = visible.len().saturating_sub(1);
        app.list.selected = visible.get(place.min(last)).map(|runner| runner.id.clone());
    }
}

fn refilter(app: &mut App, filter: Field) {
    keep_place(app, |app| app.list.filter = filter);
}

fn move_by(app: &mut App, by: isize) {
    let visible = app.visible();
    let place = app.current().map_or(0, |(place, _)| place);
    let last = visible.len().saturating_sub(1);
    let to = place.saturating_add_signed(by).min(last);
    app.list.selected = visible.get(to).map(|runner| runner.id.clone());
}

/// Marks the selected one, or no longer, and goes on to the next.
fn mark(app: &mut App) {
    let Some(id) = app.current().map(|(_, runner)| runner.id.clone()) else {
        return;
    };
    if !app.list.marked.remove(&id) {
        app.list.marked.insert(id);
    }
    move_by(app, 1);
}

/// Marks all that can be seen, or none when all of them are.
fn mark_all(app: &mut App) {
    let visible: Vec<String> = app.visible().iter().map(|one| one.id.clone()).collect();
    let is_all = visible.iter().all(|id| app.list.marked.contains(id));
    if is_all {
        app.list.marked.clear();
    } else {
        app.list.marked.extend(visible);
    }
}

#[cfg(test)]
mod tests;
