//! One line of text that a person types, with a cursor and a bound. What cannot be shown cannot be typed.

use ratatui::crossterm::event::{Event, KeyEvent};
use tui_input::backend::crossterm::EventHandler;
use tui_input::{Input, InputRequest};

use crate::domain::text::printable;

/// Most characters of a line.
const LONGEST: usize = 1000;

/// The line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Field(Input);

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        (self.text(), self.0.cursor()) == (other.text(), other.0.cursor())
    }
}

impl Eq for Field {}

impl Field {
    /// With some text in it and the cursor behind that.
    pub(crate) fn new(text: &str) -> Self {
        Self(Input::new(printable(text)))
    }

    /// What is in it.
    pub(crate) fn text(&self) -> &str {
        self.0.value()
    }

    /// What stands before the cursor, and from it on.
    pub(crate) fn parts(&self) -> (&str, &str) {
        let text = self.text();
        let at = text
            .char_indices()
            .nth(self.0.cursor())
            .map_or(text.len(), |(at, _)| at);
        text.split_at_checked(at).unwrap_or((text, ""))
    }

    /// Takes a key in; false when it means nothing in a line of text.
    pub(crate) fn press(&mut self, key: KeyEvent) -> bool {
        let before = self.clone();
        let is_known = self.0.handle_event(&Event::Key(key)).is_some();
        if self.text().chars().count() > LONGEST {
            *self = before;
        }
        is_known
    }

    /// Takes in pasted text; its line breaks become spaces.
    pub(crate) fn paste(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text().chars().count());
        let spaced: String = text
            .chars()
            .map(|c| if c.is_whitespace() { ' ' } else { c })
            .collect();
        for c in printable(&spaced).chars().take(room) {
            self.0.handle(InputRequest::InsertChar(c));
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    #[test]
    fn a_line_is_typed_pasted_and_corrected() {
        let mut field = Field::new("ab\u{1b}[c");
        assert_eq!(field.text(), "ab[c");
        for code in [KeyCode::Left, KeyCode::Backspace, KeyCode::Char('修')] {
            assert!(field.press(KeyEvent::from(code)));
        }
        assert_eq!(field.parts(), ("ab修", "c"));
        field.paste(" x\ny\u{202e}");
        assert_eq!(field.text(), "ab修 x yc");
        assert!(field.press(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        assert_eq!(field.text(), "");
        assert!(!field.press(KeyEvent::from(KeyCode::Enter)));
        field.paste(&"x".repeat(2 * LONGEST));
        field.press(KeyEvent::from(KeyCode::Char('y')));
        assert_eq!(field.text(), "x".repeat(LONGEST));
    }
}
