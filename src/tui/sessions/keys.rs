//! What the keys mean on the page of sessions, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Mode;

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

/// How far a page goes.
const PAGE: isize = 10;

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
        Mode::Tree => moving(key.code).or_else(|| in_tree(key.code)),
        Mode::Filter => Some(match key.code {
            KeyCode::Enter => Command::Keep,
            KeyCode::Esc => Command::Cancel,
            KeyCode::Home | KeyCode::End => Command::Type(key),
            code => moving(code).unwrap_or(Command::Type(key)),
        }),
        Mode::Forget(_) => Some(match key.code {
            KeyCode::Char('y' | 'Y') => Command::Yes,
            _ => Command::Cancel,
        }),
    }
}

const fn moving(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Down => Command::Move(1),
        KeyCode::Up => Command::Move(-1),
        KeyCode::PageDown => Command::Move(PAGE),
        KeyCode::PageUp => Command::Move(-PAGE),
        KeyCode::Home => Command::Move(isize::MIN),
        KeyCode::End => Command::Move(isize::MAX),
        _ => return None,
    })
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
