//! What a message makes of the dashboard. Pure: the time comes in, what is to be done outside comes out.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{App, Page};
use super::list;
use super::logs;
use super::message::{Effect, Message};

/// Takes a message in.
pub(crate) fn update(app: &mut App, message: Message, now_ms: u64) -> Vec<Effect> {
    app.now_ms = now_ms;
    app.is_stale = true;
    let mut effects = take_in(app, message);
    effects.extend(logs::settle(app));
    effects
}

fn take_in(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => press(app, key),
        Message::Paste(text) => match app.page {
            Page::Runners => list::paste(app, &text),
            Page::Logs(_) => {
                logs::paste(app, &text);
                Vec::new()
            }
        },
        Message::Mouse(mouse) => match app.page {
            Page::Runners => list::pointed(app, mouse),
            Page::Logs(_) => logs::pointed(app, mouse),
        },
        Message::Resized { columns, rows } => {
            app.size = (columns, rows);
            Vec::new()
        }
        Message::Tick => Vec::new(),
        Message::Change(event) => {
            logs::told(app, &event);
            list::change(app, event)
        }
        Message::Logs(came) => logs::came(app, came),
        Message::Away(trouble) => {
            app.away = Some(trouble);
            Vec::new()
        }
        Message::Screen { runner, screen } => {
            let next = list::screen_came(app, runner, screen);
            next.into_iter().collect()
        }
        Message::Done { act, name, result } => list::done(app, &act, &name, result),
        Message::End => vec![Effect::Leave],
    }
}

fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
        return vec![Effect::Leave];
    }
    if std::mem::take(&mut app.is_help) {
        return match key.code {
            KeyCode::Char('q') => vec![Effect::Leave],
            _ => Vec::new(),
        };
    }
    match app.page {
        Page::Runners => list::press(app, key),
        Page::Logs(_) => logs::press(app, key),
    }
}
