//! What the keys mean on the page of sessions, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Mode;
use crate::tui::moves;

/// The keys, as `?` shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("j k, arrows", "move; Home, End, PageUp and PageDown too"),
    ("Enter", "go to the pane, or to what the session shows"),
    (
        "G, r",
        "watch the pane, the window's panes, or the whole session",
    ),
    ("x", "forget the pane's runner (asks)"),
    ("/", "filter by typing; Enter keeps it, Esc ends it"),
    ("C-l", "ask tmux again"),
    ("mouse", "click: select, twice: go there; wheel: move"),
    ("?", "these keys"),
    ("q, Esc, t", "back to the runners"),
    ("C-c", "leave"),
];

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// End the filter, or else go back to the list.
    Back,
    Leave,
    /// Down by so many, up when negative.
    Move(isize),
    Go,
    Register,
    Forget,
    /// Begin to type the filter.
    Filter,
    /// A key for the filter.
    Type(KeyEvent),
    /// Enter in the filter.
    Keep,
    /// Esc in the filter, anything but `y` in a question.
    Cancel,
    /// The question's answer is yes.
    Yes,
    Refresh,
    Help,
}

/// What a key means; `None` when it means nothing.
pub(super) fn command(mode: &Mode, key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::CONTROL) && !matches!(mode, Mode::Forget(_)) {
        match key.code {
            KeyCode::Char('n') => return Some(Command::Move(1)),
            KeyCode::Char('p') => return Some(Command::Move(-1)),
            KeyCode::Char('l') => return Some(Command::Refresh),
            _ if *mode == Mode::Tree => return None,
            _ => {}
        }
    }
    match mode {
        Mode::Tree => moves::rows(key.code)
            .map(Command::Move)
            .or_else(|| in_tree(key.code)),
        Mode::Filter => Some(match key.code {
            KeyCode::Enter => Command::Keep,
            KeyCode::Esc => Command::Cancel,
            KeyCode::Home | KeyCode::End => Command::Type(key),
            code => moves::rows(code).map_or(Command::Type(key), Command::Move),
        }),
        Mode::Forget(_) => Some(match key.code {
            KeyCode::Char('y' | 'Y') => Command::Yes,
            _ => Command::Cancel,
        }),
    }
}

const fn in_tree(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char('q' | 't') => Command::Leave,
        KeyCode::Esc => Command::Back,
        KeyCode::Char('j') => Command::Move(1),
        KeyCode::Char('k') => Command::Move(-1),
        KeyCode::Char('/') => Command::Filter,
        KeyCode::Char('?') => Command::Help,
        KeyCode::Char('G' | 'r') => Command::Register,
        KeyCode::Char('x') => Command::Forget,
        KeyCode::Enter => Command::Go,
        _ => return None,
    })
}
