//! The text of lines, to be pasted elsewhere: without times, and with all of what the screen cuts off.

use super::fetch::Ask;
use super::rows::Room;
use super::{Logs, search};

/// Copies what is selected, or what is seen.
pub(super) fn copy(logs: &mut Logs, room: Room) -> Option<Ask> {
    let bottom = room.bottom_of(&logs.window, logs.top).number;
    let wanted = match logs.selection.take() {
        Some(chosen) => chosen.from.min(chosen.cursor)..=chosen.from.max(chosen.cursor),
        None => logs.top.number..=bottom,
    };
    let mut text = String::new();
    let mut lines = 0;
    for entry in wanted.filter_map(|number| logs.window.get(number)) {
        text.push_str(&entry.text);
        text.push('\n');
        lines += 1;
    }
    if lines == 0 {
        search::say(logs, "There is nothing to copy.");
        return None;
    }
    Some(Ask::Copy { text, lines })
}
