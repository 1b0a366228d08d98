//! The pane's terminal as its session leader sees it: whose turn it is to read keys, and whether tmux has
//! read everything that was printed. Says nothing of its own but [`Terminal::say`].

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, getpgrp};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr, tcsetpgrp};

use super::helper_thread::HelperThread;

/// ST, which ends a control string that a killed program left open (tmux would swallow the question as a part
/// of it) and else means nothing; then the question "are you well?".
const QUESTION: &[u8] = b"\x1b\\\x1b[5n";

/// What every terminal says to it.
const ANSWER: &[u8] = b"\x1b[0n";

/// How long tmux may take to answer. It answers in under a millisecond unless the whole server stands still.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// How much longer to stay when no answer came: 10 ms are enough for tmux in all measurements.
const LAST_RESORT: Duration = Duration::from_millis(50);

/// The controlling terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    tty: Arc<File>,
    modes: Termios,
}

impl Terminal {
    /// Opens it and notes its modes; `None` when there is no terminal, or it is hung up.
    pub(super) fn open() -> Option<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let tty = rustix::fs::open("/dev/tty", flags, Mode::empty()).ok()?;
        let modes = tcgetattr(&tty).ok()?;
        Some(Self {
            tty: Arc::new(File::from(tty)),
            modes,
        })
    }

    /// Makes `group` the one that reads the keys and gets Ctrl-C. Works from the background only after
    /// [`ignore_background_output_stop`].
    pub(super) fn give_to(&self, group: Pid) -> io::Result<()> {
        Ok(tcsetpgrp(&self.tty, group)?)
    }

    /// Shows one line to the person at the pane: the only place where a run parent's own troubles can be seen. For the
    /// last thing that is done there: it returns when tmux has read it.
    pub(super) fn say(&self, sentence: &str) {
        let harmless: String = sentence.chars().filter(|c| !c.is_control()).collect();
        // A terminal that cannot be written to has nobody in front of it.
        drop((&*self.tty).write_all(format!("geppetto: {harmless}\r\n").as_bytes()));
        self.drain();
    }

    /// Returns when tmux has read everything that was printed, or after a second at most. At once when the
    /// terminal is hung up: then nobody will read the rest.
    ///
    /// tmux closes the terminal of a pane as soon as the pane's process has ended, without reading what is
    /// left in it. It reads in order, so its answer to a question that comes last tells that it has read all.
    pub(super) fn drain(&self) {
        if self.give_to(getpgrp()).is_err() {
            return;
        }
        let mut raw = self.modes.clone();
        raw.make_raw();
        if tcsetattr(&self.tty, OptionalActions::Now, &raw).is_err() {
            return;
        }
        let tty = Arc::clone(&self.tty);
        let question = HelperThread::start("drain", move || is_answered(&tty));
        let answered = question
            .wait(ANSWER_WITHIN)
            .or_else(|| question.wait(LAST_RESORT));
        if answered.is_some() {
            // Not when the answer is still to come: with echo on it would show up in the pane.
            let _ = tcsetattr(&self.tty, OptionalActions::Now, &self.modes);
        }
    }

    /// Before leaving: what the program left behind in its group gets the hang-up that it would get without us
    /// between. Mostly nobody is left, and then the kernel refuses.
    pub(super) fn leave_to(&self, program: Pid) {
        drop(self.give_to(program));
    }
}

/// Asks and reads until the answer is there; false when the terminal is gone. Keys that were typed ahead for the
/// ended program may come before the answer.
fn is_answered(mut tty: &File) -> bool {
    if tty.write_all(QUESTION).is_err() {
        return false;
    }
    let mut seen: Vec<u8> = Vec::new();
    let mut chunk = [0; 256];
    loop {
        match tty.read(&mut chunk) {
            Ok(0) => return false,
            Ok(length) => seen.extend(chunk.iter().take(length)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_hung_up) => return false,
        }
        if seen.windows(ANSWER.len()).any(|window| window == ANSWER) {
            return true;
        }
        seen.drain(..seen.len().saturating_sub(ANSWER.len()));
    }
}

/// Lets this process use the terminal while another group has it.
///
/// The kernel answers a background process's wish to take the terminal with SIGTTOU, or with an error where
/// nobody could wake it again, as in a pane; only a process that ignores or blocks SIGTTOU may. Call it after
/// the last child was started: children inherit what is ignored, and a shell below us must not.
#[expect(
    unsafe_code,
    reason = "neither std, rustix nor signal-hook can ignore or block a signal"
)]
pub(super) fn ignore_background_output_stop() {
    // SAFETY: `signal` with SIG_IGN installs no handler, so no code of ours runs in signal context; SIGTTOU is a
    // valid signal that may be ignored, and no other part of this process has a handler for it.
    unsafe {
        libc::signal(libc::SIGTTOU, libc::SIG_IGN);
    }
}
