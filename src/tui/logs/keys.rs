//! What the keys mean in a log, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Mode;

/// The keys, as `h` shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("j k, arrows", "a line down, up"),
    (
        "Space b",
        "a page; PageDown, PageUp too; C-d C-u: half a page",
    ),
    ("g, Home", "the beginning"),
    ("G, End", "the end, and follow"),
    ("F", "follow what is printed; again: stay here"),
    ("/ ?", "look for a regular expression, downwards, upwards"),
    ("n N", "the next one, the one before"),
    ("t", "go to a time: 10m (ago), 14:30, 2026-11-26 14:30"),
    ("T", "times: none, clock, date, how long ago"),
    ("w", "break long lines, or not; Left, Right then scroll"),
    ("v", "select lines: move, then y; Esc ends it"),
    ("y", "copy what is selected, or all that is seen"),
    ("mouse", "wheel: scroll"),
    ("h", "these keys"),
    ("q, Esc", "back; C-c: leave"),
];

/// Columns that one press scrolls to the side.
const ASIDE: isize = 8;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    /// Away from this page.
    Leave,
    /// Ends what is under way, or else leaves.
    Back,
    /// Rows down, up when negative.
    Move(isize),
    /// So many half pages.
    Halves(isize),
    First,
    Last,
    Follow,
    Search {
        back: bool,
    },
    Again {
        other_way: bool,
    },
    Time,
    Times,
    Wrap,
    /// Columns to the right.
    Aside(isize),
    Select,
    Copy,
    Help,
    /// A key for the line that is being typed.
    Type(KeyEvent),
    /// Enter in a line.
    Keep,
    /// Esc in a line.
    Cancel,
}

/// What a key means; `None` when it means nothing.
pub(super) fn command(mode: &Mode, key: KeyEvent) -> Option<Command> {
    match mode {
        Mode::Read if key.modifiers.contains(KeyModifiers::CONTROL) => controlled(key.code),
        Mode::Read => moving(key.code).or_else(|| reading(key.code)),
        Mode::Search { .. } | Mode::Time(_) => Some(match key.code {
            KeyCode::Enter => Command::Keep,
            KeyCode::Esc => Command::Cancel,
            _ => Command::Type(key),
        }),
    }
}

const fn controlled(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char('d') => Command::Halves(1),
        KeyCode::Char('u') => Command::Halves(-1),
        KeyCode::Char('f') => Command::Halves(2),
        KeyCode::Char('b') => Command::Halves(-2),
        KeyCode::Char('n' | 'e') => Command::Move(1),
        KeyCode::Char('p' | 'y') => Command::Move(-1),
        _ => return None,
    })
}

const fn moving(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Down | KeyCode::Char('j') | KeyCode::Enter => Command::Move(1),
        KeyCode::Up | KeyCode::Char('k') => Command::Move(-1),
        KeyCode::PageDown | KeyCode::Char(' ') => Command::Halves(2),
        KeyCode::PageUp | KeyCode::Char('b') => Command::Halves(-2),
        KeyCode::Home | KeyCode::Char('g') => Command::First,
        KeyCode::End | KeyCode::Char('G') => Command::Last,
        KeyCode::Left => Command::Aside(-ASIDE),
        KeyCode::Right => Command::Aside(ASIDE),
        _ => return None,
    })
}

const fn reading(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char('q') => Command::Leave,
        KeyCode::Esc => Command::Back,
        KeyCode::Char('F') => Command::Follow,
        KeyCode::Char('/') => Command::Search { back: false },
        KeyCode::Char('?') => Command::Search { back: true },
        KeyCode::Char('n') => Command::Again { other_way: false },
        KeyCode::Char('N') => Command::Again { other_way: true },
        KeyCode::Char('t') => Command::Time,
        KeyCode::Char('T') => Command::Times,
        KeyCode::Char('w') => Command::Wrap,
        KeyCode::Char('v') => Command::Select,
        KeyCode::Char('y') => Command::Copy,
        KeyCode::Char('h') | KeyCode::F(1) => Command::Help,
        _ => return None,
    })
}
