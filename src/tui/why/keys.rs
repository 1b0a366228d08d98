//! What the keys mean on the page that says why, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::moves;

/// The keys, as `?` shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("j k, arrows", "move; Home, End, PageUp and PageDown too"),
    ("w", "its light is wrong: say what is right"),
    ("?", "these keys"),
    ("q, Esc, e", "back to the runners"),
    ("C-c", "leave"),
];

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// Back to the list.
    Back,
    /// Down by so many rows, up when negative.
    Move(isize),
    /// The status is wrong.
    Wrong,
    Help,
}

/// What a key means; `None` when it means nothing.
pub(super) fn command(key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('n') => Some(Command::Move(1)),
            KeyCode::Char('p') => Some(Command::Move(-1)),
            _ => None,
        };
    }
    moves::rows(key.code).map(Command::Move).or(match key.code {
        KeyCode::Char('q' | 'e') | KeyCode::Esc => Some(Command::Back),
        KeyCode::Char('j') => Some(Command::Move(1)),
        KeyCode::Char('k') => Some(Command::Move(-1)),
        KeyCode::Char('w') => Some(Command::Wrong),
        KeyCode::Char('?') => Some(Command::Help),
        _ => None,
    })
}
