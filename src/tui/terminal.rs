//! The terminal, taken over: raw keys, the other screen. Dropping the guard gives it back as it was; a panic does so
//! before it says anything, so that its words are seen.

use std::io;
use std::panic;

use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::io::write;
use rustix::stdio::stdout;

use super::app::Message;

/// Other screen, empty, no cursor. Paste comes in marked, so that no pasted text is taken for commands.
const TAKE: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?2004h";

/// The opposite, in the opposite order.
const GIVE_BACK: &[u8] = b"\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// The terminal is taken over while this lives.
#[derive(Debug)]
pub(crate) struct Guard(());

impl Guard {
    /// Takes it over.
    ///
    /// # Errors
    /// What the system says when there is no terminal.
    pub(crate) fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            give_back();
            before(info);
        }));
        let guard = Self(());
        write(stdout(), TAKE)?;
        Ok(guard)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A panicking thread must not touch the hook, which has given the terminal back already.
        if !std::thread::panicking() {
            drop(panic::take_hook());
            give_back();
        }
    }
}

fn give_back() {
    // A terminal that is gone needs nothing back.
    let _gone = write(stdout(), GIVE_BACK);
    let _gone = disable_raw_mode();
}

/// Waits for what comes from the terminal next; what means nothing here is passed over.
pub(crate) fn typed() -> Message {
    loop {
        match event::read() {
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => {
                return Message::Key(key);
            }
            Ok(Event::Resize(..)) => return Message::Resized,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_gone) => return Message::End,
        }
    }
}
