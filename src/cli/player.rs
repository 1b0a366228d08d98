//! A terminal that something is played in: keys come one by one, and whatever was left on, the terminal is put right at the end.

use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcsetattr};

use super::clock::Deadline;
use super::failure::Failure;
use super::output::Output;
use super::start::{timespec, wait};

/// Attributes, character set, scroll region, wrapping, cursor, screen: as a shell expects them.
const PUT_RIGHT: &[u8] = b"\x1b[0m\x1b(B\x0f\x1b[r\x1b[?7h\x1b[?6l\x1b[4l\x1b[?25h\x1b[?1049l\r\n";

/// What a wait came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlayKey {
    /// The time is up.
    GoOn,
    /// `q`, Escape or C-c.
    Close,
}

/// The player.
pub(crate) struct Player<'a> {
    output: &'a mut Output,
    /// How the terminal was, when keys are read from it.
    before: Option<Termios>,
    is_terminal: bool,
}

impl<'a> Player<'a> {
    /// Takes the terminal, if there is one; anything else is only written to.
    pub(crate) fn take(output: &'a mut Output) -> Self {
        let is_terminal = output.size().is_some();
        let before = (is_terminal && isatty(stdin()))
            .then(|| tcgetattr(stdin()).ok())
            .flatten();
        if let Some(before) = &before {
            let mut raw = before.clone();
            raw.make_raw();
            // Without it keys take effect at the next line end only.
            let _cooked = tcsetattr(stdin(), OptionalActions::Now, &raw);
        }
        Self {
            output,
            before,
            is_terminal,
        }
    }

    /// Writes what is played.
    ///
    /// # Errors
    /// A [`Failure`] when stdout takes no more.
    pub(crate) fn print(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.output.raw(bytes)
    }

    /// Waits for so long, or until a key ends it. Space stops the time until the next key.
    ///
    /// # Errors
    /// A [`Failure`] when stdout takes no more.
    pub(crate) fn wait(&mut self, time: Duration) -> Result<PlayKey, Failure> {
        if !self.is_terminal {
            return Ok(PlayKey::GoOn);
        }
        if time.is_zero() {
            return Ok(PlayKey::GoOn);
        }
        self.output.flush()?;
        if self.before.is_none() {
            wait(time);
            return Ok(PlayKey::GoOn);
        }
        let deadline = Deadline::after(time);
        let mut is_paused = false;
        loop {
            let input = stdin();
            let mut fds = [PollFd::new(&input, PollFlags::IN)];
            let limit = if is_paused {
                None
            } else {
                timespec(deadline.left())
            };
            match poll(&mut fds, limit.as_ref()) {
                Ok(0) => return Ok(PlayKey::GoOn),
                Err(_interrupted) => continue,
                Ok(_) => {}
            }
            let mut typed = [0; 64];
            let length = rustix::io::read(stdin(), &mut typed).unwrap_or(0);
            match typed.get(..length).unwrap_or_default() {
                [] | [b'q' | b'Q' | 3, ..] | [0x1b] => return Ok(PlayKey::Close),
                [b' ', ..] => is_paused = !is_paused,
                _ => is_paused = false,
            }
            if deadline.has_passed() && !is_paused {
                return Ok(PlayKey::GoOn);
            }
        }
    }
}

impl Drop for Player<'_> {
    fn drop(&mut self) {
        if self.is_terminal {
            // A terminal that is gone needs nothing back.
            let _gone = self
                .output
                .raw(PUT_RIGHT)
                .and_then(|()| self.output.flush());
        }
        if let Some(before) = &self.before {
            let _gone = tcsetattr(stdin(), OptionalActions::Now, before);
        }
    }
}
