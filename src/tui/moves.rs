//! The keys that move about in every list of rows.

use ratatui::crossterm::event::KeyCode;

/// How far a page goes.
const PAGE: isize = 10;

/// How many rows down a key goes, up when negative; to an end when that is further than any list is long.
pub(super) const fn rows(code: KeyCode) -> Option<isize> {
    Some(match code {
        KeyCode::Down => 1,
        KeyCode::Up => -1,
        KeyCode::PageDown => PAGE,
        KeyCode::PageUp => -PAGE,
        KeyCode::Home => isize::MIN,
        KeyCode::End => isize::MAX,
        _ => return None,
    })
}
