//! A terminal taken over for a while: single keys in, whole screens out. Dropping it gives the terminal back as it
//! was, also when the program panics.

use std::io::Read;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr};
use signal_hook::consts::SIGWINCH;

use super::failure::{Failure, Kind};
use super::output::Output;
use super::start::timespec;

/// How long the rest of a key may take whose first byte is Escape; after that it was the Escape key.
const KEY_TIME: Duration = Duration::from_millis(50);

/// Other screen, no cursor, no wrapping: what is too long is cut by whoever draws.
const TAKE: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?7l";

/// The opposite, in the opposite order.
const GIVE_BACK: &[u8] = b"\x1b[?7h\x1b[?25h\x1b[?1049l";

/// A key that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// `q`, Escape, C-c, or the terminal is gone.
    Close,
    /// Up, `k`.
    Up,
    /// Down, `j`.
    Down,
    /// Enter.
    Enter,
    /// 1 to 9.
    Digit(u8),
}

/// Why a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// A key was pressed.
    Key(Key),
    /// The connection has something to read.
    Connection,
    /// The terminal has another size, or nothing that matters here happened.
    Redraw,
}

/// Columns and rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

/// The terminal, taken over.
pub(crate) struct Screen<'a> {
    output: &'a mut Output,
    before: Termios,
    resized: UnixStream,
}

impl<'a> Screen<'a> {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// A [`Failure`] when there is none.
    pub(crate) fn take(output: &'a mut Output) -> Result<Self, Failure> {
        if output.size().is_none() || !isatty(stdin()) {
            return Err(Failure::new(Kind::Usage, "This needs a terminal.")
                .hint("Without one, use `geppetto logs -f RUNNER`."));
        }
        let unusable = |error: std::io::Error| Failure::from_error(Kind::Refused, error);
        let (resized, signal) = UnixStream::pair().map_err(unusable)?;
        resized.set_nonblocking(true).map_err(unusable)?;
        signal_hook::low_level::pipe::register(SIGWINCH, signal).map_err(unusable)?;
        let before = tcgetattr(stdin()).map_err(|errno| unusable(errno.into()))?;
        let mut raw = before.clone();
        raw.make_raw();
        let screen = Self {
            output,
            before,
            resized,
        };
        tcsetattr(stdin(), OptionalActions::Now, &raw).map_err(|errno| unusable(errno.into()))?;
        screen.output.raw(TAKE)?;
        Ok(screen)
    }

    /// How large it is now; never nothing.
    pub(crate) fn size(&self) -> Size {
        let (columns, rows) =
            tcgetwinsize(stdout()).map_or((80, 24), |size| (size.ws_col, size.ws_row));
        Size {
            columns: usize::from(columns.max(1)),
            rows: usize::from(rows.max(1)),
        }
    }

    /// Draws rows from the top, with nothing below them. They hold no control characters but styles.
    ///
    /// # Errors
    /// A [`Failure`] when the terminal takes no more.
    pub(crate) fn draw(&mut self, rows: &[String]) -> Result<(), Failure> {
        let mut text = String::from("\x1b[H");
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                text.push_str("\r\n");
            }
            // Erased first: behind the last column it would take the last character with it.
            text.push_str("\x1b[2K");
            text.push_str(row);
            text.push_str("\x1b[0m");
        }
        self.output.raw(text.as_bytes())?;
        self.output.flush()
    }

    /// Waits for a key, another size, or something to read on the connection.
    ///
    /// # Errors
    /// A [`Failure`] when the terminal cannot be waited for.
    pub(crate) fn wait(&mut self, connection: Option<&UnixStream>) -> Result<Wake, Failure> {
        let input = stdin();
        let mut fds = vec![
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(&self.resized, PollFlags::IN),
        ];
        fds.extend(connection.map(|stream| PollFd::new(stream, PollFlags::IN)));
        match poll(&mut fds, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Wake::Redraw),
            Err(errno) => {
                return Err(Failure::from_error(
                    Kind::Refused,
                    std::io::Error::from(errno),
                ));
            }
        }
        let ready: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        match ready.as_slice() {
            [true, ..] => Ok(read_key().map_or(Wake::Redraw, Wake::Key)),
            [_, true, ..] => {
                // One byte for each signal; the size is read afterwards in any case.
                let _signals = self.resized.read(&mut [0; 64]);
                Ok(Wake::Redraw)
            }
            [_, _, true] => Ok(Wake::Connection),
            _ => Ok(Wake::Redraw),
        }
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        let _gone = self
            .output
            .raw(GIVE_BACK)
            .and_then(|()| self.output.flush());
        let _gone = tcsetattr(stdin(), OptionalActions::Now, &self.before);
    }
}

/// Reads what was typed; `None` when it means nothing here.
fn read_key() -> Option<Key> {
    let mut typed = [0; 64];
    let mut length = rustix::io::read(stdin(), &mut typed).unwrap_or(0);
    if typed.get(..length) == Some(b"\x1b") {
        let input = stdin();
        let mut rest = [PollFd::new(&input, PollFlags::IN)];
        if matches!(poll(&mut rest, timespec(KEY_TIME).as_ref()), Ok(1)) {
            length += rustix::io::read(stdin(), typed.get_mut(1..)?).unwrap_or(0);
        }
    }
    meaning(typed.get(..length)?)
}

/// What the first of the typed keys means.
fn meaning(typed: &[u8]) -> Option<Key> {
    match *typed {
        [] | [b'q' | b'Q' | 3, ..] | [0x1b] => Some(Key::Close),
        [b'k', ..] | [0x1b, b'[' | b'O', b'A', ..] => Some(Key::Up),
        [b'j', ..] | [0x1b, b'[' | b'O', b'B', ..] => Some(Key::Down),
        [b'\r' | b'\n', ..] => Some(Key::Enter),
        [digit @ b'1'..=b'9', ..] => Some(Key::Digit(digit - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_their_meaning() {
        for (typed, key) in [
            (&b"q"[..], Some(Key::Close)),
            (b"\x1b", Some(Key::Close)),
            (b"\x03", Some(Key::Close)),
            (b"", Some(Key::Close)),
            (b"\x1b[A", Some(Key::Up)),
            (b"\x1bOB", Some(Key::Down)),
            (b"jjj", Some(Key::Down)),
            (b"\r", Some(Key::Enter)),
            (b"7", Some(Key::Digit(7))),
            (b"0", None),
            (b"\x1b[5~", None),
        ] {
            assert_eq!(meaning(typed), key, "{typed:?}");
        }
    }
}
