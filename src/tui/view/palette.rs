//! Symbols and colours of the statuses.

use ratatui::style::{Color, Modifier, Style};

use super::text::plain;

/// What the terminal can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Colours are wanted.
    pub(crate) has_colour: bool,
    /// Symbols and lines are ASCII.
    pub(crate) is_ascii: bool,
}

impl Look {
    /// The style, as far as it is wanted.
    pub(super) const fn style(self, style: Style) -> Style {
        if self.has_colour { style } else { plain(style) }
    }

    /// The symbol of a status.
    pub(super) fn symbol(self, status: &str) -> &'static str {
        let [unicode, ascii] = match status {
            "waiting" => ["◐", "?"],
            "starting" | "running" => ["●", "*"],
            "idle" => ["○", "-"],
            "paused" => ["‖", "="],
            "failed" | "errored" => ["✕", "x"],
            "completed" => ["✓", "+"],
            "stopped" => ["■", "."],
            _ => ["·", "~"],
        };
        if self.is_ascii { ascii } else { unicode }
    }

    /// The style of a status.
    pub(super) fn of_status(self, status: &str) -> Style {
        let style = Style::new();
        self.style(match status {
            "waiting" => style.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            "failed" | "errored" => style.fg(Color::Red).add_modifier(Modifier::BOLD),
            "starting" | "running" => style.fg(Color::Green),
            "idle" => style.fg(Color::Cyan),
            "paused" => style.fg(Color::Blue),
            _ => style.add_modifier(Modifier::DIM),
        })
    }

    /// Lines between the parts.
    pub(super) const fn lines(self) -> [&'static str; 2] {
        if self.is_ascii {
            ["-", "|"]
        } else {
            ["─", "│"]
        }
    }
}
