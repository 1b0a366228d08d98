//! What the log viewer of the dashboard asks for, as work that is done beside the conversation with the person.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::SyncSender;

use jiff::tz::TimeZone;

use super::changes::trouble;
use super::clipboard;
use super::failure::Failure;
use super::log_pages::{self, Follower};
use crate::config::Paths;
use crate::tui::{Ask, Came, Message};
use crate::wire::LogView;

/// Something to be done with the places and the name of the program, telling what comes of it.
pub(crate) type Work = Box<dyn FnOnce(&(Paths, String), &SyncSender<Message>) + Send>;

/// What asks need that outlives them.
#[derive(Debug)]
pub(crate) struct LogAsks {
    /// Dropping it ends the stream of a log; there is one at a time.
    follows: Option<UnixStream>,
    /// The person's.
    zone: TimeZone,
    /// True inside of the tmux server that takes what is copied: that tells the terminal by itself.
    is_inside: bool,
}

impl LogAsks {
    pub(crate) const fn new(zone: TimeZone, is_inside: bool) -> Self {
        Self {
            follows: None,
            zone,
            is_inside,
        }
    }

    /// What is to be written to the terminal.
    pub(crate) fn escape(&self, ask: &Ask) -> Option<Vec<u8>> {
        match ask {
            Ask::Copy { text, .. } if !self.is_inside => Some(clipboard::escape(text)),
            _ => None,
        }
    }

    /// What is to be done.
    ///
    /// # Errors
    /// What the system says when it has no more descriptors.
    pub(crate) fn work(&mut self, ask: Ask) -> io::Result<Option<Work>> {
        Ok(Some(match ask {
            Ask::Page { id, request } => bring(id, move |paths| log_pages::page(paths, *request)),
            Ask::Since { id, typed, request } => {
                let zone = self.zone.clone();
                bring(id, move |paths| {
                    log_pages::since(paths, &typed, &zone, *request)
                })
            }
            Ask::Follow { id, request } => {
                let (until, stop) = UnixStream::pair()?;
                self.follows = Some(until);
                let request = *request;
                let follower = Follower { id, request, stop };
                Box::new(move |(paths, program), tell| follower.run(paths, program, tell))
            }
            Ask::Rest => {
                self.follows = None;
                return Ok(None);
            }
            Ask::Copy { text, lines } => Box::new(move |(paths, program), tell| {
                let result = clipboard::into_tmux(paths, &text)
                    .map(|()| clipboard::told(lines))
                    .map_err(|failure| trouble(failure, program));
                let _left_already = tell.send(Message::Logs(Came::Copied(result)));
            }),
        }))
    }
}

fn bring(
    id: u64,
    page: impl FnOnce(&Paths) -> Result<Vec<LogView>, Failure> + Send + 'static,
) -> Work {
    Box::new(move |(paths, program), tell| {
        let entries = page(paths).map_err(|failure| trouble(failure, program));
        let _left_already = tell.send(Message::Logs(Came::Page { id, entries }));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_is_told_only_where_tmux_does_not_do_so() {
        let ask = || Ask::Copy {
            text: "x".to_owned(),
            lines: 1,
        };
        assert!(
            LogAsks::new(TimeZone::UTC, false)
                .escape(&ask())
                .is_some_and(|escape| escape.starts_with(b"\x1b]52;c;"))
        );
        assert_eq!(LogAsks::new(TimeZone::UTC, true).escape(&ask()), None);
        assert_eq!(LogAsks::new(TimeZone::UTC, false).escape(&Ask::Rest), None);
    }

    #[test]
    fn a_stream_ends_when_another_one_begins_or_nobody_looks() {
        let mut asks = LogAsks::new(TimeZone::UTC, true);
        let follow = |id| Ask::Follow {
            id,
            request: Box::default(),
        };
        for ask in [follow(1), follow(2)] {
            assert!(asks.work(ask).unwrap().is_some());
        }
        assert!(asks.follows.is_some());
        assert!(asks.work(Ask::Rest).unwrap().is_none());
        assert!(asks.follows.is_none());
    }
}
