//! What the keys mean, in each mode, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::app::{Act, Mode};

/// The keys, as `?` shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("j k, arrows", "move; Home, End, PageUp and PageDown too"),
    ("/", "filter by typing; Enter keeps it, Esc ends it"),
    ("Enter", "go to the runner's pane"),
    ("s", "stop its program (asks)"),
    ("S", "start it again"),
    ("p", "freeze its processes"),
    ("r", "resume them"),
    ("f", "forget it (asks)"),
    ("?", "these keys"),
    ("q, Esc, C-c", "leave"),
];

/// The most important of them, for the last row.
pub(crate) const SHORT: &str =
    "?:keys  /:filter  Enter:go  s:stop  S:start  p:freeze  r:resume  q:leave";

/// How far a page goes.
const PAGE: isize = 10;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    Leave,
    /// End the filter if there is one, else leave.
    Back,
    /// Down by so many, up when negative.
    Move(isize),
    First,
    Last,
    /// Begin to type the filter.
    Filter,
    Type(char),
    Erase,
    /// Enter in the filter: keep it.
    Keep,
    /// Esc in the filter, anything but `y` in a question, any key in the help.
    Cancel,
    /// The question's answer is yes.
    Yes,
    Act(Act),
    Help,
}

/// What a key means; `None` when it means nothing.
pub(crate) fn command(mode: &Mode, key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match (key.code, mode) {
            (KeyCode::Char('c'), _) => Some(Command::Leave),
            (KeyCode::Char('u'), Mode::Filter) => Some(Command::Cancel),
            (KeyCode::Char('n'), Mode::List | Mode::Filter) => Some(Command::Move(1)),
            (KeyCode::Char('p'), Mode::List | Mode::Filter) => Some(Command::Move(-1)),
            _ => None,
        };
    }
    match mode {
        Mode::List => moving(key.code).or_else(|| in_list(key.code)),
        Mode::Filter => moving(key.code).or_else(|| in_filter(key.code)),
        Mode::Confirm { .. } => Some(match key.code {
            KeyCode::Char('y' | 'Y') => Command::Yes,
            _ => Command::Cancel,
        }),
        Mode::Help => Some(match key.code {
            KeyCode::Char('q') => Command::Leave,
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
        KeyCode::Home => Command::First,
        KeyCode::End => Command::Last,
        _ => return None,
    })
}

const fn in_list(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char('q') => Command::Leave,
        KeyCode::Esc => Command::Back,
        KeyCode::Char('j') => Command::Move(1),
        KeyCode::Char('k') => Command::Move(-1),
        KeyCode::Char('/') => Command::Filter,
        KeyCode::Char('?') => Command::Help,
        KeyCode::Char('s') => Command::Act(Act::Stop),
        KeyCode::Char('S') => Command::Act(Act::Start),
        KeyCode::Char('p') => Command::Act(Act::Pause),
        KeyCode::Char('r') => Command::Act(Act::Resume),
        KeyCode::Char('f') => Command::Act(Act::Forget),
        KeyCode::Enter => Command::Act(Act::Jump),
        _ => return None,
    })
}

const fn in_filter(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char(c) => Command::Type(c),
        KeyCode::Backspace => Command::Erase,
        KeyCode::Enter => Command::Keep,
        KeyCode::Esc => Command::Cancel,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(mode: &Mode, code: KeyCode) -> Option<Command> {
        command(mode, KeyEvent::from(code))
    }

    #[test]
    fn a_letter_is_a_command_in_the_list_and_itself_in_the_filter() {
        let letter = KeyCode::Char('q');
        assert_eq!(of(&Mode::List, letter), Some(Command::Leave));
        assert_eq!(of(&Mode::Filter, letter), Some(Command::Type('q')));
        assert_eq!(of(&Mode::Help, letter), Some(Command::Leave));
    }

    #[test]
    fn only_yes_is_yes() {
        let asked = Mode::Confirm {
            act: Act::Stop,
            runner: String::new(),
            name: String::new(),
        };
        assert_eq!(of(&asked, KeyCode::Char('y')), Some(Command::Yes));
        for other in [
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Char('n'),
            KeyCode::Char('s'),
        ] {
            assert_eq!(of(&asked, other), Some(Command::Cancel), "{other:?}");
        }
    }

    #[test]
    fn control_c_leaves_from_everywhere() {
        let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        for mode in [Mode::List, Mode::Filter, Mode::Help] {
            assert_eq!(command(&mode, key), Some(Command::Leave));
        }
    }
}
