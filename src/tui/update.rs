//! What a message makes of the dashboard. Pure: the time comes in, what is to be done outside comes out.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent};

use super::app::{App, Page};
use super::message::{Effect, Message};
use super::{form, light, list, logs, sessions, why};

/// Takes a message in.
pub(crate) fn update(app: &mut App, message: Message, now_ms: u64) -> Vec<Effect> {
    app.now_ms = now_ms;
    app.is_stale = true;
    let mut effects = take_in(app, message);
    effects.extend(sessions::refresh(app));
    effects.extend(why::refresh(app));
    effects.extend(logs::settle(app));
    effects
}

fn take_in(app: &mut App, message: Message) -> Vec<Effect> {
    match message {
        Message::Key(key) => press(app, key),
        Message::Paste(text) => paste(app, &text),
        Message::Mouse(mouse) => pointed(app, mouse),
        Message::Resized { columns, rows } => {
            app.size = (columns, rows);
            Vec::new()
        }
        Message::Tick => Vec::new(),
        Message::Change(event) => {
            sessions::changed(app);
            logs::told(app, &event);
            why::changed(app, &event);
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
        Message::Done {
            act,
            runner,
            result,
        } => list::done(app, &act, runner, result),
        Message::Sessions(news) => sessions::came(app, news),
        Message::Form(news) => form::came(app, news),
        Message::Why(news) => {
            why::came(app, news);
            Vec::new()
        }
        Message::Light(news) => light::came(app, news).into_iter().collect(),
        Message::End => vec![Effect::Leave],
    }
}

fn press(app: &mut App, key: KeyEvent) -> Vec<Effect> {
    if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
        return vec![Effect::Leave];
    }
    if let Some(first) = app.help.take() {
        app.help = match key.code {
            KeyCode::Char('j') | KeyCode::Down => Some(first.saturating_add(1)),
            KeyCode::Char('k') | KeyCode::Up => Some(first.saturating_sub(1)),
            KeyCode::Char('q') if matches!(app.page, Page::Runners) => {
                return vec![Effect::Leave];
            }
            _ => None,
        };
        return Vec::new();
    }
    if app.asked_light().is_some() {
        return light::press(app, key).into_iter().collect();
    }
    match app.page {
        Page::Runners => list::press(app, key),
        Page::Sessions => sessions::press(app, key),
        Page::Form => form::press(app, key),
        Page::Logs(_) => logs::press(app, key),
        Page::Why(_) => why::press(app, key),
    }
}

fn paste(app: &mut App, text: &str) -> Vec<Effect> {
    if app.asked_light().is_some() {
        return Vec::new();
    }
    match app.page {
        Page::Runners => return list::paste(app, text),
        Page::Sessions => sessions::paste(app, text),
        Page::Form => form::paste(app, text),
        Page::Logs(_) => logs::paste(app, text),
        Page::Why(_) => {}
    }
    Vec::new()
}

fn pointed(app: &mut App, mouse: MouseEvent) -> Vec<Effect> {
    if app.asked_light().is_some() {
        return Vec::new();
    }
    match app.page {
        Page::Runners => list::pointed(app, mouse),
        Page::Sessions => sessions::pointed(app, mouse),
        Page::Logs(_) => logs::pointed(app, mouse),
        Page::Form => {
            form::pointed(app, mouse);
            Vec::new()
        }
        Page::Why(_) => {
            why::pointed(app, mouse);
            Vec::new()
        }
    }
}
