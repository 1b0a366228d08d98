//! What the keys mean on the page of all runners, and the same as text for people.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{Line, Mode};
use crate::tui::message::Act;
use crate::tui::moves;

/// The keys, as `?` shows them.
pub(crate) const KEYS: &[(&str, &str)] = &[
    ("j k, arrows", "move; Home, End, PageUp and PageDown too"),
    ("Enter", "go to the runner's pane"),
    ("l e", "its log, from the end; why it has its status"),
    ("w", "its light is wrong: say what is right"),
    ("a + -", "type a line; approve, deny what it asks"),
    ("s S x", "stop it (asks), start it; break off its turn"),
    ("p r", "freeze its processes, resume them"),
    ("R", "rename it"),
    ("f", "forget it (asks)"),
    ("n", "start a new runner"),
    ("t", "all sessions and panes of tmux: go there, watch them"),
    ("Space, A", "mark one, all; s S p r f then mean those"),
    ("/", "filter by typing; Enter keeps it, Esc ends it"),
    (
        "o g",
        "order: need, name, activity, age; group: idea, session",
    ),
    ("J K < >", "scroll its screen"),
    ("v", "list and screen, the list alone, the screen alone"),
    (
        "mouse",
        "click: select, twice: go there; wheel: move, scroll",
    ),
    ("?", "these keys"),
    ("q, Esc, C-c", "leave"),
];

/// Columns that one press scrolls to the side.
const ASIDE: i32 = 8;

/// What a key asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    /// Unmark, end the filter, or else leave.
    Back,
    Leave,
    /// Down by so many, up when negative.
    Move(isize),
    /// Look at another part of the screen: rows up, columns to the right.
    Scroll(i32, i32),
    /// Begin to type the filter.
    Filter,
    /// A key for the line that is being typed.
    Type(KeyEvent),
    /// Enter in a line.
    Keep,
    /// Esc in a line, anything but `y` in a question.
    Cancel,
    /// The question's answer is yes.
    Yes,
    Act(Act),
    /// Begin to type a line for the selected runner.
    Line(Line),
    Mark,
    MarkAll,
    Order,
    Group,
    Shares,
    Logs,
    /// To the page that says why.
    Why,
    /// The status is wrong.
    Wrong,
    Help,
    /// To the page of tmux's sessions.
    Sessions,
    /// To the form of a new runner.
    New,
}

/// What a key means; `None` when it means nothing.
pub(super) fn command(mode: &Mode, key: KeyEvent) -> Option<Command> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        let by = match key.code {
            KeyCode::Char('n') => Some(1),
            KeyCode::Char('p') => Some(-1),
            _ => None,
        };
        match (mode, by) {
            (Mode::List | Mode::Filter, Some(by)) => return Some(Command::Move(by)),
            (Mode::List, None) => return None,
            _ => {}
        }
    }
    match mode {
        Mode::List => moves::rows(key.code)
            .map(Command::Move)
            .or_else(|| in_list(key.code)),
        Mode::Filter => match key.code {
            KeyCode::Home | KeyCode::End => Some(Command::Type(key)),
            code => moves::rows(code)
                .map(Command::Move)
                .or_else(|| in_line(key)),
        },
        Mode::Line { .. } => in_line(key),
        Mode::Confirm { .. } => Some(match key.code {
            KeyCode::Char('y' | 'Y') => Command::Yes,
            _ => Command::Cancel,
        }),
    }
}

const fn in_list(code: KeyCode) -> Option<Command> {
    Some(match code {
        KeyCode::Char('q') => Command::Leave,
        KeyCode::Esc => Command::Back,
        KeyCode::Char('j') => Command::Move(1),
        KeyCode::Char('k') => Command::Move(-1),
        KeyCode::Char('J') => Command::Scroll(-1, 0),
        KeyCode::Char('K') => Command::Scroll(1, 0),
        KeyCode::Char('<') | KeyCode::Left => Command::Scroll(0, -ASIDE),
        KeyCode::Char('>') | KeyCode::Right => Command::Scroll(0, ASIDE),
        KeyCode::Char('/') => Command::Filter,
        KeyCode::Char('?') => Command::Help,
        KeyCode::Char('t') => Command::Sessions,
        KeyCode::Char('n') => Command::New,
        KeyCode::Char(' ') => Command::Mark,
        KeyCode::Char('A') => Command::MarkAll,
        KeyCode::Char('o') => Command::Order,
        KeyCode::Char('g') => Command::Group,
        KeyCode::Char('v') => Command::Shares,
        KeyCode::Char('l') => Command::Logs,
        KeyCode::Char('e') => Command::Why,
        KeyCode::Char('w') => Command::Wrong,
        KeyCode::Char('a') => Command::Line(Line::Answer),
        KeyCode::Char('R') => Command::Line(Line::Rename),
        KeyCode::Char('+') => Command::Act(Act::Approve { prompt: None }),
        KeyCode::Char('-') => Command::Act(Act::Deny { prompt: None }),
        KeyCode::Char('x') => Command::Act(Act::Interrupt),
        KeyCode::Char('s') => Command::Act(Act::Stop),
        KeyCode::Char('S') => Command::Act(Act::Start),
        KeyCode::Char('p') => Command::Act(Act::Pause),
        KeyCode::Char('r') => Command::Act(Act::Resume),
        KeyCode::Char('f') => Command::Act(Act::Forget),
        KeyCode::Enter => Command::Act(Act::Jump),
        _ => return None,
    })
}

const fn in_line(key: KeyEvent) -> Option<Command> {
    Some(match key.code {
        KeyCode::Enter => Command::Keep,
        KeyCode::Esc => Command::Cancel,
        _ => Command::Type(key),
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
        let typed = Command::Type(KeyEvent::from(letter));
        assert_eq!(of(&Mode::Filter, letter), Some(typed));
    }

    #[test]
    fn only_yes_is_yes() {
        let asked = Mode::Confirm {
            act: Act::Stop,
            runners: Vec::new(),
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
}
