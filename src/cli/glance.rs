//! Brings the screen of one runner, and again whenever it printed, as long as nobody wishes to see another one.
//!
//! No one tells of screens that change, but a stream of the transcript begins to speak when the runner prints. It is
//! opened before the screen is asked for, so that nothing is missed, and closed at its first word: how much a runner
//! prints costs nothing here.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::changes::trouble;
use super::client::{Client, PATIENCE};
use super::clock::Deadline;
use super::context::missing;
use super::failure::{Failure, Kind};
use super::start::wait;
use crate::config::Paths;
use crate::tui::Message;
use crate::wire::{GetScreen, ReadTranscript, Request, ScreenView};

/// Between two questions for a screen: ten a second look alive.
const PACE: Duration = Duration::from_millis(100);

/// Where wishes are put in; dropping it ends the other end.
#[derive(Debug)]
pub(crate) struct Wishes(UnixStream);

impl Wishes {
    /// Wishes to see this runner from now on. What does not fit is dropped: whoever is that far behind answers no
    /// question, and wishes come one at a time.
    pub(crate) fn wish(&self, runner: &str) {
        let _full = (&self.0).write_all(format!("{runner}\n").as_bytes());
    }
}

/// Where wishes come out.
#[derive(Debug)]
pub(crate) struct Glance {
    wishes: UnixStream,
    /// The beginning of a wish that is not there as a whole yet.
    rest: Vec<u8>,
    /// Speaks when the runner prints.
    bell: Option<UnixStream>,
}

/// Both ends.
///
/// # Errors
/// A [`Failure`] when the system has no more descriptors.
pub(crate) fn pair() -> Result<(Wishes, Glance), Failure> {
    let unusable = |error: std::io::Error| Failure::from_error(Kind::Refused, error);
    let (into, out) = UnixStream::pair().map_err(unusable)?;
    into.set_nonblocking(true).map_err(unusable)?;
    let glance = Glance {
        wishes: out,
        rest: Vec::new(),
        bell: None,
    };
    Ok((Wishes(into), glance))
}

impl Glance {
    /// Runs until nobody wishes anything any more.
    pub(crate) fn run(mut self, paths: &Paths, program: &str, messages: &SyncSender<Message>) {
        let mut runner = String::new();
        let mut pace = Deadline::after(Duration::ZERO);
        loop {
            let Some([is_wished, is_rung]) = self.wait() else {
                return;
            };
            if is_rung && !self.has_printed() {
                self.bell = None;
                if !is_wished {
                    continue;
                }
            }
            wait(pace.left());
            pace = Deadline::after(PACE);
            if is_wished {
                match self.wished() {
                    Some(wished) => runner = wished,
                    None => return,
                }
            }
            let screen = self
                .look(paths, &runner)
                .map_err(|failure| trouble(failure, program));
            let seen = Message::Screen {
                runner: runner.clone(),
                screen,
            };
            if messages.send(seen).is_err() {
                return;
            }
        }
    }

    /// Whether there is a wish, and whether the bell rings; `None` when nothing can be waited for.
    fn wait(&self) -> Option<[bool; 2]> {
        let mut fds = vec![PollFd::new(&self.wishes, PollFlags::IN)];
        fds.extend(
            self.bell
                .as_ref()
                .map(|bell| PollFd::new(bell, PollFlags::IN)),
        );
        loop {
            match poll(&mut fds, None) {
                Ok(_) => break,
                Err(rustix::io::Errno::INTR) => {}
                Err(_broken) => return None,
            }
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        Some([ready.next()?, ready.next().unwrap_or(false)])
    }

    /// False when the stream has only ended.
    fn has_printed(&self) -> bool {
        let mut bell = self.bell.as_ref();
        bell.as_mut()
            .is_some_and(|bell| bell.read(&mut [0; 1]).is_ok_and(|read| read > 0))
    }

    /// The newest wish; `None` when there will be no more.
    fn wished(&mut self) -> Option<String> {
        loop {
            let mut chunk = [0; 4096];
            let read = self.wishes.read(&mut chunk).ok().filter(|read| *read > 0)?;
            self.rest.extend_from_slice(chunk.get(..read)?);
            if let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') {
                let whole: Vec<u8> = self.rest.drain(..=end).collect();
                let text = String::from_utf8_lossy(&whole);
                return text.lines().last().map(str::to_owned);
            }
        }
    }

    fn look(&mut self, paths: &Paths, runner: &str) -> Result<Box<ScreenView>, Failure> {
        self.bell = None;
        let follow = Request::StreamTranscript(ReadTranscript {
            runner: runner.to_owned(),
            from: None,
            max_bytes: None,
        });
        let mut bell = connect(paths)?;
        bell.ask(follow, Some(PATIENCE))?;
        let look = Request::GetScreen(GetScreen {
            runner: runner.to_owned(),
            at: None,
            at_ms: None,
        });
        let seen = connect(paths)?.ask(look, Some(PATIENCE));
        bell.limit(None)?;
        // What it may have said together with its answer is older than the screen.
        self.bell = bell.socket().try_clone().ok();
        seen?.screen.ok_or_else(|| missing("screen"))
    }
}

/// Connects to a daemon that is there.
///
/// # Errors
/// A [`Failure`] when none is.
pub(crate) fn connect(paths: &Paths) -> Result<Client<'_>, Failure> {
    Client::connect(paths)?.ok_or_else(|| {
        Failure::new(Kind::Unreachable, "No daemon runs for this tmux server.")
            .hint("Start it with `geppetto daemon start`.")
    })
}
