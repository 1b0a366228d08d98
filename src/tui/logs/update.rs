//! What keys and the mouse make of a log.

use ratatui::crossterm::event::{KeyEvent, MouseEvent, MouseEventKind};

use super::fetch::{Ask, What, page};
use super::keys::{self, Command};
use super::pattern::Pattern;
use super::rows::{Room, Spot};
use super::search::{say, search};
use super::{Logs, Mode, Said, Selection, copy};
use crate::tui::app::{App, Page};
use crate::tui::field::Field;
use crate::tui::message::{Effect, Trouble};
use crate::tui::view;
use crate::wire::GetRunnerLogs;

/// How far a turn of the wheel goes.
const WHEEL: isize = 3;

/// A key was pressed.
pub(in crate::tui) fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    let room = view::log_room(app);
    let Page::Logs(logs) = &mut app.page else {
        return Vec::new();
    };
    let Some(command) = keys::command(&logs.mode, key) else {
        return Vec::new();
    };
    logs.said = None;
    logs.is_stuck = false;
    match command {
        Command::Leave => return leave(app),
        Command::Back if !end(logs) => return leave(app),
        Command::Back => {}
        Command::Help => app.help = Some(0),
        command => {
            let asks = obey(logs, command, room);
            return asks.into_iter().map(Effect::Logs).collect();
        }
    }
    Vec::new()
}

/// Text was pasted: into a line, never as commands.
pub(in crate::tui) fn paste(app: &mut App, pasted: &str) {
    if let Page::Logs(logs) = &mut app.page {
        match &mut logs.mode {
            Mode::Search { text, .. } | Mode::Time(text) => text.paste(pasted),
            Mode::Read => {}
        }
    }
}

/// The mouse was pressed or turned.
pub(in crate::tui) fn pointed(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    let room = view::log_room(app);
    let Page::Logs(logs) = &mut app.page else {
        return Vec::new();
    };
    let by = match mouse.kind {
        MouseEventKind::ScrollDown => WHEEL,
        MouseEventKind::ScrollUp => -WHEEL,
        _ => return Vec::new(),
    };
    let ask = move_by(logs, by, room);
    ask.map(Effect::Logs).into_iter().collect()
}

/// Back to the page that this one was opened from.
fn leave(app: &mut App) -> Vec<Effect> {
    let Page::Logs(logs) = &app.page else {
        return Vec::new();
    };
    if logs.is_direct {
        return vec![Effect::Leave];
    }
    app.page = Page::Runners;
    vec![Effect::Logs(Ask::Rest)]
}

/// Ends what is under way; false when nothing is.
fn end(logs: &mut Logs) -> bool {
    if logs.is_searching() {
        logs.asked = None;
        say(logs, "The search was given up.");
        return true;
    }
    logs.selection.take().is_some()
}

fn obey(logs: &mut Logs, command: Command, room: Room) -> Vec<Ask> {
    let half = isize::try_from(room.rows / 2).unwrap_or(1).max(1);
    let ask = match command {
        Command::Move(by) => move_by(logs, by, room),
        // A whole page leaves one row that was seen before.
        Command::Halves(by @ (2 | -2)) => move_by(logs, by / 2 * room.page().max(1), room),
        Command::Halves(by) => move_by(logs, by * half, room),
        Command::First => return first(logs),
        Command::Last => last(logs),
        Command::Follow if logs.is_following => logs.rest(),
        Command::Follow => follow(logs),
        Command::Search { back } => {
            let text = Field::default();
            logs.mode = Mode::Search { back, text };
            None
        }
        Command::Again { other_way } => {
            logs.asked = None;
            return search(logs, logs.is_back != other_way, room);
        }
        Command::Time => {
            logs.mode = Mode::Time(Field::default());
            None
        }
        Command::Times => {
            logs.times = logs.times.next();
            None
        }
        Command::Wrap => {
            logs.is_wrapped = !logs.is_wrapped;
            logs.aside = 0;
            None
        }
        Command::Aside(by) => {
            aside(logs, by);
            None
        }
        Command::Select => select(logs, room),
        Command::Copy => copy::copy(logs, room),
        Command::Type(key) => {
            if let Mode::Search { text, .. } | Mode::Time(text) = &mut logs.mode {
                text.press(key);
            }
            None
        }
        Command::Keep => return keep(logs, room),
        Command::Cancel => {
            logs.mode = Mode::Read;
            None
        }
        Command::Leave | Command::Back | Command::Help => None,
    };
    ask.into_iter().collect()
}

fn move_by(logs: &mut Logs, by: isize, room: Room) -> Option<Ask> {
    if logs.window.is_empty() || (by > 0 && logs.is_following) {
        return None;
    }
    logs.stay();
    if let Some(selection) = logs.selection {
        let to = selection
            .cursor
            .saturating_add(i64::try_from(by).unwrap_or(0));
        point(logs, to, room);
        return None;
    }
    let ask = logs.rest();
    let to = room.step(&logs.window, logs.top, by);
    let bottom = room.bottom_of(&logs.window, logs.top);
    if by > 0 && bottom.number == logs.window.last() {
        // There may be more by now.
        logs.window.is_last = false;
    }
    logs.top = to;
    ask
}

/// Moves the cursor of the selection, which is always seen.
fn point(logs: &mut Logs, to: i64, room: Room) {
    let Some(selection) = &mut logs.selection else {
        return;
    };
    let window = &logs.window;
    let cursor = to.clamp(window.numbers().start, window.last());
    selection.cursor = cursor;
    if cursor != to && window.is_full() {
        let word = "A selection cannot be larger than this.";
        logs.said = Some(Said::Word(word.to_owned()));
    }
    let begin = Spot {
        number: cursor,
        row: 0,
    };
    let end = room.end(window, cursor);
    let top = logs.top.max(room.top_of(window, end));
    logs.top = top.min(begin);
}

fn first(logs: &mut Logs) -> Vec<Ask> {
    if logs.selection.is_some() {
        let cursor = logs.window.numbers().start;
        logs.reveal(cursor);
        logs.selection = logs.selection.map(|chosen| Selection { cursor, ..chosen });
        return Vec::new();
    }
    if logs.window.is_empty() {
        return Vec::new();
    }
    logs.stay();
    let mut asks: Vec<Ask> = logs.rest().into_iter().collect();
    if logs.window.is_first {
        let number = logs.window.numbers().start;
        logs.top = Spot { number, row: 0 };
        return asks;
    }
    let request = GetRunnerLogs {
        oldest: true,
        ..page()
    };
    asks.push(logs.ask(What::Oldest, request));
    asks
}

fn last(logs: &mut Logs) -> Option<Ask> {
    if logs.selection.is_none() {
        return follow(logs);
    }
    let cursor = logs.window.last();
    logs.reveal(cursor);
    logs.selection = logs.selection.map(|chosen| Selection { cursor, ..chosen });
    None
}

/// From now on; the stream is opened by whoever looks what is missing.
fn follow(logs: &mut Logs) -> Option<Ask> {
    logs.stay();
    logs.selection = None;
    logs.asked = None;
    logs.is_following = true;
    None
}

fn aside(logs: &mut Logs, by: isize) {
    if logs.is_wrapped {
        say(logs, "Long lines are broken; w ends that.");
    } else {
        logs.aside = logs.aside.saturating_add_signed(by);
    }
}

/// Begins a selection at what was found, or at the edge where something happens; ends one.
fn select(logs: &mut Logs, room: Room) -> Option<Ask> {
    if logs.selection.take().is_some() || logs.window.is_empty() {
        return None;
    }
    let bottom = room.bottom_of(&logs.window, logs.top).number;
    let edge = if logs.is_following {
        bottom
    } else {
        logs.top.number
    };
    let hit = logs
        .hit
        .filter(|hit| (logs.top.number..=bottom).contains(hit));
    let from = hit.unwrap_or(edge);
    logs.selection = Some(Selection { from, cursor: from });
    logs.stay();
    logs.rest()
}

/// Enter in a line.
fn keep(logs: &mut Logs, room: Room) -> Vec<Ask> {
    match std::mem::take(&mut logs.mode) {
        Mode::Search { back, text } => {
            // An empty line means what was looked for before.
            if !text.text().is_empty() {
                match Pattern::new(text.text()) {
                    Ok(pattern) => logs.pattern = Some(pattern),
                    Err(reason) => {
                        logs.said = Some(Said::Wrong(Trouble {
                            text: format!(
                                "{:?} is not a regular expression: {reason}.",
                                text.text()
                            ),
                            hint: None,
                        }));
                        logs.mode = Mode::Search { back, text };
                        return Vec::new();
                    }
                }
                logs.hit = None;
            }
            logs.is_back = back;
            logs.asked = None;
            search(logs, back, room)
        }
        Mode::Time(text) => {
            let request = GetRunnerLogs {
                oldest: true,
                limit: Some(1),
                ..GetRunnerLogs::default()
            };
            let (id, request) = logs.question(What::Since, request);
            let typed = text.text().to_owned();
            vec![Ask::Since { id, typed, request }]
        }
        Mode::Read => Vec::new(),
    }
}
