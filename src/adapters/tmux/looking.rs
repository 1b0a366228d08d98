//! Pictures of followed panes: asked on the pane's own watching client, so that the answer marks a place in the stream. What
//! the client told before it is part of the picture, what it tells afterwards is not.

use std::str::Split;

use bytes::Bytes;

use super::client::ClientId;
use super::command::Command;
use super::hub::TmuxHub;
use super::limits::HISTORY_LINES;
use super::purpose::{Purpose, Replies};
use super::spelled;
use crate::domain::ids::PaneId;
use crate::domain::pane_screen::{Behind, Cursor, Modes, PaneScreen};
use crate::domain::transcript::Size;
use crate::ports::mux::MuxError;

/// How far a pane is with its pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Looking {
    /// So many are on their way.
    asked: u32,
    /// Another one is wanted behind it.
    again: bool,
    /// Output that comes before the answer is in the picture, so it must not be told as well.
    covers: bool,
}

impl Looking {
    /// True while what the client tells will be seen in the picture that is on its way.
    pub(super) const fn covers_output(self) -> bool {
        self.covers
    }
}

/// Everything that is asked of a pane, in one command list. The state is numbers only, in this order.
fn question(pane: PaneId, goes_on: bool) -> Command {
    const STATE: &str = "'#{pane_width} #{pane_height} #{alternate_on} #{alternate_saved_x} \
        #{alternate_saved_y} #{cursor_x} #{cursor_y} #{scroll_region_upper} #{scroll_region_lower} \
        #{history_size} #{wrap_flag} #{insert_flag} #{origin_flag} #{cursor_flag} \
        #{keypad_cursor_flag} #{keypad_flag} #{mouse_standard_flag} #{mouse_button_flag} \
        #{mouse_all_flag} #{mouse_utf8_flag} #{mouse_sgr_flag} x#{bracket_paste_flag} t#{pane_tabs}'";
    let state = Command::new("display-message")
        .flag("-p")
        .flag("-t")
        .id(pane)
        .flag(STATE);
    let capture = || Command::new("capture-pane").flag("-p").flag("-e");
    let screen = capture().flag("-N").flag("-t").id(pane);
    let behind = capture()
        .flag("-N")
        .flag("-a")
        .flag("-q")
        .flag("-t")
        .id(pane);
    let history = capture()
        .flag("-J")
        .flag("-S")
        .id(format_args!("-{HISTORY_LINES}"))
        .flag("-E")
        .flag("-1")
        .flag("-t")
        .id(pane);
    let list = state.then(&screen).then(&behind).then(&history);
    if goes_on {
        let go_on = Command::new("refresh-client").flag("-A");
        return go_on.id(format_args!("{pane}:continue")).then(&list);
    }
    list
}

impl TmuxHub {
    /// Asks for a picture, unless one is on its way: then for another behind it.
    pub(super) fn look(&mut self, pane: PaneId) {
        self.ask_look(pane, false, false);
    }

    /// The same; output up to the answer is in the picture. With `goes_on` of a pane that tmux has paused.
    pub(super) fn look_anew(&mut self, pane: PaneId, goes_on: bool) {
        self.ask_look(pane, true, goes_on);
    }

    fn ask_look(&mut self, pane: PaneId, covers: bool, goes_on: bool) {
        let now = self.now();
        let Some(watch) = self.watches.get_mut(&pane) else {
            return;
        };
        let looking = &mut watch.looking;
        if looking.asked > 0 && !covers {
            looking.again = true;
            return;
        }
        let client = watch.source.and_then(|id| self.clients.get_mut(id));
        let Some(client) = client.filter(|client| client.is_attached()) else {
            return;
        };
        looking.asked += 1;
        looking.covers |= covers;
        let purpose = Purpose::Look {
            pane,
            client: client.id,
        };
        client.send(&question(pane, goes_on), purpose, now);
    }

    pub(super) fn on_looked(
        &mut self,
        pane: PaneId,
        client: ClientId,
        result: Result<Replies, MuxError>,
    ) {
        let escapes = self
            .link
            .server
            .as_ref()
            .is_some_and(|server| spelled::spells(&server.version));
        let at = self.options.clock.now();
        let Some(watch) = self.watches.get_mut(&pane) else {
            return;
        };
        // Another client is asked by now, or will be.
        if watch.source != Some(client) {
            return;
        }
        if matches!(result, Err(MuxError::Disconnected { .. })) {
            // Its next client is asked as soon as it is attached.
            return;
        }
        let covered = watch.looking.covers;
        watch.looking.asked = watch.looking.asked.saturating_sub(1);
        let again = watch.looking.asked == 0 && std::mem::take(&mut watch.looking).again;
        let screen = result.map(|mut replies| {
            // The answer to going on has no rows.
            let state = replies.len().saturating_sub(4);
            replies.drain(..state);
            read(replies, escapes)
        });
        match screen {
            Ok(Some(screen)) => watch.feed.screen(screen, at),
            Ok(None) => {
                tracing::warn!(%pane, "tmux described a pane in an unknown way");
                watch.unseen(covered, at);
            }
            Err(error) => {
                tracing::debug!(%pane, %error, "a pane could not be looked at");
                watch.unseen(covered, at);
            }
        }
        watch.started();
        if again {
            self.look(pane);
        }
    }
}

/// The picture in the four replies; `None` when they are not what was asked for.
fn read(replies: Replies, escapes: bool) -> Option<PaneScreen> {
    let [state, rows, behind, history] = <[Vec<Bytes>; 4]>::try_from(replies).ok()?;
    let state = String::from_utf8_lossy(state.first()?).into_owned();
    let mut fields = state.split(' ');
    let mut number = || number(&mut fields);
    let size = Size {
        cols: narrow(number()?.max(1)),
        rows: narrow(number()?.max(1)),
    };
    let alternate = number()? == 1;
    let saved = (number()?, number()?);
    let cursor = Cursor {
        col: narrow(number()?),
        row: narrow(number()?),
    };
    let region = (narrow(number()?), narrow(number()?));
    let history_size = number()?;
    let modes = read_modes(&mut fields)?;
    let tabs = fields.next()?.strip_prefix('t')?;
    let tabs = tabs
        .split(',')
        .map(|col| col.parse().ok())
        .collect::<Option<Vec<u16>>>();
    let text = |rows| texts(rows, escapes);
    Some(PaneScreen {
        size,
        // Without any history tmux gives the first row of the screen in its place.
        history: if history_size > 0 && !alternate {
            text(history)
        } else {
            Vec::new()
        },
        rows: text(rows),
        behind: alternate.then(|| Behind {
            rows: text(behind),
            cursor: saved_cursor(saved),
        }),
        cursor,
        region,
        tabs,
        modes,
    })
}

fn number(fields: &mut Split<'_, char>) -> Option<u32> {
    fields.next()?.parse().ok()
}

fn read_modes(fields: &mut Split<'_, char>) -> Option<Modes> {
    let mut flag = || Some(number(fields)? == 1);
    let (wrap, insert, origin, cursor_shows) = (flag()?, flag()?, flag()?, flag()?);
    let (cursor_keys, keypad) = (flag()?, flag()?);
    let mut mouse = [Some(1000), Some(1002), Some(1003), Some(1005), Some(1006)];
    for mode in &mut mouse {
        *mode = mode.filter(|_| flag() == Some(true));
    }
    let bracketed_paste = match fields.next()?.strip_prefix('x')? {
        "" => None,
        flag => Some(flag == "1"),
    };
    Some(Modes {
        wrap,
        insert,
        origin,
        cursor_shows,
        cursor_keys,
        keypad,
        bracketed_paste,
        mouse,
    })
}

fn narrow(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn texts(rows: Vec<Bytes>, escapes: bool) -> Vec<Bytes> {
    if escapes {
        rows.iter().map(|row| spelled::read_row(row)).collect()
    } else {
        rows
    }
}

/// tmux does not know where the cursor was, when the program did not save it.
fn saved_cursor((col, row): (u32, u32)) -> Option<Cursor> {
    ((col, row) != (u32::MAX, u32::MAX)).then(|| Cursor {
        col: narrow(col),
        row: narrow(row),
    })
}

/// The size of a pane in a layout string of tmux: `CHECKSUM,` and then cells `WxH,X,Y`, each followed by `,PANE` or by more cells in
/// braces or brackets. Pure.
pub(super) fn size_in_layout(layout: &[u8], pane: PaneId) -> Option<Size> {
    let text = std::str::from_utf8(layout).ok()?;
    let (_checksum, cells) = text.split_once(',')?;
    let mut fields = cells
        .split(['{', '}', '[', ']', ','])
        .filter(|field| !field.is_empty())
        .peekable();
    while let Some(field) = fields.next() {
        let (cols, rows) = field.split_once('x')?;
        let (_x, _y) = (fields.next()?, fields.next()?);
        // The cells within a container follow at once; a pane has its number first.
        let Some(number) = fields.next_if(|next| !next.contains('x')) else {
            continue;
        };
        if number.parse() == Ok(pane.0) {
            return Some(Size {
                cols: cols.parse().ok().filter(|cols| *cols > 0)?,
                rows: rows.parse().ok().filter(|rows| *rows > 0)?,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<Bytes> {
        text.iter()
            .map(|row| Bytes::copy_from_slice(row.as_bytes()))
            .collect()
    }

    fn replies(state: &str) -> Replies {
        vec![
            rows(&[state]),
            rows(&["\\033[31mred", "two"]),
            rows(&["shell"]),
            rows(&["old"]),
        ]
    }

    const PLAIN: &str = "80 24 0 4294967295 4294967295 3 1 0 23 7 1 0 0 1 0 0 0 0 1 0 1 x t8,16";

    #[test]
    fn the_state_of_a_pane_is_read() {
        let screen = read(replies(PLAIN), true).unwrap();
        assert_eq!(screen.size, Size { cols: 80, rows: 24 });
        assert_eq!(
            (screen.cursor, screen.region),
            (Cursor { col: 3, row: 1 }, (0, 23))
        );
        assert_eq!(screen.rows, rows(&["\x1b[31mred", "two"]));
        assert_eq!(screen.history, rows(&["old"]));
        assert_eq!(screen.behind, None);
        assert_eq!(screen.tabs, Some(vec![8, 16]));
        let modes = screen.modes;
        assert!(modes.wrap && modes.cursor_shows && !modes.insert);
        assert_eq!(modes.bracketed_paste, None);
        assert_eq!(modes.mouse, [None, None, Some(1003), None, Some(1006)]);
    }

    #[test]
    fn an_alternate_screen_has_another_behind_it_and_no_history() {
        let state = PLAIN
            .replace(" 0 4294967295 4294967295 ", " 1 5 2 ")
            .replace("x t", "x1 t");
        let screen = read(replies(&state), false).unwrap();
        let behind = screen.behind.unwrap();
        assert_eq!(
            (behind.rows, behind.cursor),
            (rows(&["shell"]), Some(Cursor { col: 5, row: 2 }))
        );
        assert!(screen.history.is_empty());
        assert_eq!(screen.modes.bracketed_paste, Some(true));
    }

    #[test]
    fn what_is_not_an_answer_is_none() {
        assert_eq!(read(replies("80 24"), false), None);
        assert_eq!(read(vec![rows(&[PLAIN])], false), None);
        let nothing = PLAIN.replace(" 7 1 0 0 1", " 0 1 0 0 1");
        assert!(read(replies(&nothing), false).unwrap().history.is_empty());
    }

    #[test]
    fn sizes_are_found_in_layouts() {
        let layout = b"bb62,159x48,0,0{79x48,0,0,1,79x48,80,0[79x24,80,0,12,79x23,80,25,3]}";
        let size = |pane| size_in_layout(layout, PaneId(pane)).map(|size| (size.cols, size.rows));
        assert_eq!(size(1), Some((79, 48)));
        assert_eq!(size(12), Some((79, 24)));
        assert_eq!(size(3), Some((79, 23)));
        assert_eq!(size(4), None);
        assert_eq!(
            size_in_layout(b"abcd,80x24,0,0,7", PaneId(7)),
            Some(Size { cols: 80, rows: 24 })
        );
        for broken in [
            &b""[..],
            b"x",
            b"abcd,80x",
            b"abcd,80x24,0",
            b"abcd,\xff",
            b"abcd,0x0,0,0,7",
        ] {
            assert_eq!(size_in_layout(broken, PaneId(7)), None);
        }
    }
}
