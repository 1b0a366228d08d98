//! The terminal, taken over: raw keys, the other screen. Dropping the guard gives it back as it was; a panic does so
//! before it says anything, so that its words are seen. Those of another thread are kept for whoever draws: they would be
//! drawn over.

use std::io;
use std::panic;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use ratatui::crossterm::event::{self, Event, KeyEventKind};
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::io::write;
use rustix::stdio::stdout;

use super::message::Message;

/// Other screen, empty, no cursor. Paste comes in marked, so that no pasted text is taken for commands; the mouse tells
/// clicks and wheel (1000), in numbers of any size (1006).
const TAKE: &[u8] = b"\x1b[?1049h\x1b[2J\x1b[?25l\x1b[?2004h\x1b[?1000h\x1b[?1006h";

/// The opposite, in the opposite order.
const GIVE_BACK: &[u8] = b"\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// The terminal is taken over while this lives.
#[derive(Debug)]
pub(crate) struct Guard {
    /// The last words of other threads.
    words: Receiver<String>,
}

/// How many last words are kept: the first says most.
const WORDS: usize = 4;

impl Guard {
    /// Takes it over.
    ///
    /// # Errors
    /// What the system says when there is no terminal.
    pub(crate) fn take() -> io::Result<Self> {
        enable_raw_mode()?;
        let (say, words) = sync_channel(WORDS);
        let guard = Self { words };
        let owner = thread::current().id();
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == owner {
                give_back();
                before(info);
            } else {
                let _enough_was_said = say.try_send(info.to_string());
            }
        }));
        write(stdout(), TAKE)?;
        Ok(guard)
    }

    /// What a thread that panicked said, if one did.
    pub(crate) fn last_words(&self) -> Option<String> {
        self.words.try_recv().ok()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // A panicking thread must not touch the hook, which has given the terminal back already.
        if !thread::panicking() {
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
            Ok(Event::Paste(text)) => return Message::Paste(text),
            Ok(Event::Mouse(mouse)) => return Message::Mouse(mouse),
            Ok(Event::Resize(columns, rows)) => return Message::Resized { columns, rows },
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_gone) => return Message::End,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{File, OpenOptions};
    use std::io::Read;
    use std::process::Command;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{LocalModes, tcgetattr};

    use super::*;

    /// Tells a test that it runs in a terminal of its own; the filter of a test that is not there.
    const INSIDE: &str = "inside-a-terminal";

    /// A terminal: the side that shows it, and the side of programs.
    fn terminal() -> (File, File) {
        let shows = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&shows).unwrap();
        unlockpt(&shows).unwrap();
        let name = ptsname(&shows, Vec::new()).unwrap();
        let mut options = OpenOptions::new();
        let programs = options.read(true).write(true).open(name.to_str().unwrap());
        (shows.into(), programs.unwrap())
    }

    /// Runs a test of this program in a terminal of its own; everything that it wrote, and what it left the modes at.
    fn in_a_terminal(test: &str) -> (String, LocalModes) {
        let (mut shows, programs) = terminal();
        let other = || programs.try_clone().unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args(["--exact", test, INSIDE, "--nocapture", "--test-threads=1"])
            .stdin(other())
            .stdout(other())
            .stderr(other());
        let mut child = command.spawn().unwrap();
        // It holds copies of the terminal.
        drop(command);
        let ended = child.wait().unwrap();
        assert_eq!(ended.code(), Some(101), "the test panics");
        let modes = tcgetattr(&programs).unwrap().local_modes;
        drop(programs);
        let mut written = Vec::new();
        // A terminal that no program has open any more ends with an error.
        let _end = shows.read_to_end(&mut written);
        (String::from_utf8_lossy(&written).into_owned(), modes)
    }

    #[test]
    fn a_panic_gives_the_terminal_back_before_its_words() {
        if std::env::args().any(|arg| arg == INSIDE) {
            let _guard = Guard::take().unwrap();
            panic!("on purpose");
        }
        let test = "tui::terminal::tests::a_panic_gives_the_terminal_back_before_its_words";
        let (written, modes) = in_a_terminal(test);
        let at = |text: &str| {
            written
                .find(text)
                .unwrap_or_else(|| panic!("{text:?} in {written:?}"))
        };
        let given_back = at(std::str::from_utf8(GIVE_BACK).unwrap());
        assert!(at(std::str::from_utf8(TAKE).unwrap()) < given_back);
        assert!(given_back < at("on purpose"), "{written:?}");
        assert!(
            modes.contains(LocalModes::ICANON | LocalModes::ECHO),
            "{modes:?}"
        );
    }
}
