//! What tmux has of a pane at one place of its stream: its screen, its history and its modes, as tmux tells them.

use bytes::Bytes;

use super::transcript::Size;

/// A pane's screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaneScreen {
    /// Size of the pane.
    pub size: Size,
    /// Lines that have scrolled off the primary screen, oldest first; wrapped rows are joined. Text with colours as escape
    /// sequences, without line ends.
    pub history: Vec<Bytes>,
    /// Rows of the screen that shows, from the top; trailing blank rows may be missing. Text with colours as escape sequences.
    pub rows: Vec<Bytes>,
    /// Rows of the primary screen behind it, and its cursor, while a full-screen program has the alternate one.
    pub behind: Option<Behind>,
    /// The cursor, from 0.
    pub cursor: Cursor,
    /// First and last row of the scroll region, from 0.
    pub region: (u16, u16),
    /// Columns with a tab stop, from 0; `None` where tmux does not tell.
    pub tabs: Option<Vec<u16>>,
    /// Modes.
    pub modes: Modes,
}

/// The primary screen while the alternate one shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Behind {
    /// As [`PaneScreen::rows`].
    pub rows: Vec<Bytes>,
    /// Where the cursor will be again; `None` when the program did not save it.
    pub cursor: Option<Cursor>,
}

/// A place on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Column from 0; equal to the number of columns when the next character wraps.
    pub col: u16,
    /// Row from 0.
    pub row: u16,
}

/// Modes of a terminal, as far as tmux tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Modes {
    /// Lines wrap at the right edge.
    pub wrap: bool,
    /// Characters are inserted.
    pub insert: bool,
    /// Rows count from the top of the scroll region.
    pub origin: bool,
    /// The cursor shows.
    pub cursor_shows: bool,
    /// Cursor keys send application sequences.
    pub cursor_keys: bool,
    /// The keypad sends application sequences.
    pub keypad: bool,
    /// Pastes are bracketed; `None` before tmux 3.7, which does not tell.
    pub bracketed_paste: Option<bool>,
    /// Mouse modes that are on, by their DEC numbers: 1000, 1002, 1003, 1005, 1006.
    pub mouse: [Option<u16>; 5],
}
