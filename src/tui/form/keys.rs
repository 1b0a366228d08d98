//! What the keys mean in the form, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{PARTS, Part};

/// The keys, as F1 shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("Up, Down", "the part above, below; Tab and Shift-Tab too"),
    ("Tab", "completes a directory that was typed"),
    ("Left, Right", "another kind; or its first letter"),
    ("C-u, C-w", "remove the line, the word before the cursor"),
    ("Enter", "the next part; in the last one, start"),
    ("C-s", "start"),
    ("Esc", "back to the runners; what was typed stays"),
    ("F1", "these keys"),
    ("C-c", "leave"),
];

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    Back,
    Start,
    /// Down by so many parts, up when negative.
    Move(isize),
    /// Complete, or else go to the next part.
    Complete,
    /// The next kind, or the one before.
    Turn(isize),
    /// The next kind with this first letter.
    Letter(char),
    /// A key for the line that is being typed.
    Type(KeyEvent),
    Help,
}

/// What a key means; `None` when it means nothing.
pub(super) fn command(focus: Part, key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        match key.code {
            KeyCode::Char('s') => return Some(Command::Start),
            KeyCode::Char('n') => return Some(Command::Move(1)),
            KeyCode::Char('p') => return Some(Command::Move(-1)),
            _ => {}
        }
    }
    Some(match (key.code, focus) {
        (KeyCode::Esc, _) => Command::Back,
        (KeyCode::F(1), _) | (KeyCode::Char('?'), Part::Kind) => Command::Help,
        (KeyCode::Enter, _) if PARTS.last() == Some(&focus) => Command::Start,
        (KeyCode::Enter | KeyCode::Down, _) => Command::Move(1),
        (KeyCode::Up | KeyCode::BackTab, _) => Command::Move(-1),
        (KeyCode::Tab, Part::Directory) => Command::Complete,
        (KeyCode::Tab, _) => Command::Move(1),
        (KeyCode::Right | KeyCode::Char(' '), Part::Kind) => Command::Turn(1),
        (KeyCode::Left, Part::Kind) => Command::Turn(-1),
        (KeyCode::Char(letter), Part::Kind) => Command::Letter(letter),
        (_, Part::Kind) => return None,
        _ => Command::Type(key),
    })
}
