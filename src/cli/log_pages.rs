//! Brings parts of a runner's log for the dashboard: pages, and a stream of what is new. Each has a connection of its
//! own, so that a long search holds up nothing else.

use std::collections::VecDeque;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use jiff::tz::TimeZone;
use rustix::event::{PollFd, PollFlags, poll};

use super::changes::trouble;
use super::client::{Client, PATIENCE};
use super::clock::{Deadline, now_ms};
use super::context::missing;
use super::failure::{Failure, Kind};
use super::glance::connect;
use super::moment::parse_moment;
use super::start::{timespec, wait};
use crate::config::Paths;
use crate::tui::{Came, Message, Place};
use crate::wire::{Event, GetRunnerLogs, LogView, Request};

/// News are told together, as often as a frame is drawn: a flood is then a few messages a second.
const PACE: Duration = Duration::from_millis(33);

/// Until the first news are told, with which everything comes that was there: a moment more than it takes to come.
const FIRST: Duration = Duration::from_millis(50);

/// Before a stream is opened again that left something out: opening it costs as much as a page.
const AGAIN: Duration = Duration::from_millis(100);

/// Entries that are told together at most; of more, the newest are. More than any terminal has rows.
const MOST: usize = 1000;

/// Brings one page.
///
/// # Errors
/// The daemon's refusal, or why there is no answer.
pub(crate) fn page(paths: &Paths, request: GetRunnerLogs) -> Result<Vec<LogView>, Failure> {
    // A search may read the whole log; who does not want to wait gives it up.
    let patience = request.grep.is_none().then_some(PATIENCE);
    let answer = connect(paths)?.ask(Request::GetRunnerLogs(request), patience)?;
    answer.entries.ok_or_else(|| missing("entries"))
}

/// Brings the page of a time as a person types it.
///
/// # Errors
/// As [`page`], and when it is no time.
pub(crate) fn since(
    paths: &Paths,
    typed: &str,
    zone: &TimeZone,
    request: GetRunnerLogs,
) -> Result<Vec<LogView>, Failure> {
    let since = parse_moment("t", typed, now_ms(), zone)?;
    let since_ms = Some(since);
    page(
        paths,
        GetRunnerLogs {
            since_ms,
            ..request
        },
    )
}

/// Follows a log until the other end of `stop` is dropped.
pub(crate) struct Follower {
    pub(crate) id: u64,
    pub(crate) request: GetRunnerLogs,
    pub(crate) stop: UnixStream,
}

/// Why a wait ended.
enum Woken {
    News,
    Time,
    /// Nobody wants more.
    Stopped,
}

/// Why a stream ended.
enum End {
    /// Nobody wants more.
    Stopped,
    /// Something was left out.
    Lagged,
    /// The daemon has ended, or the runner was forgotten.
    Closed,
}

impl Follower {
    /// Runs until nobody wants more, or there is no more.
    pub(crate) fn run(&self, paths: &Paths, program: &str, tell: &SyncSender<Message>) {
        let trouble = loop {
            match self.follow(paths, tell) {
                Ok(End::Stopped) => return,
                // What was left out is on disk. Opened anew, the stream begins with the newest.
                Ok(End::Lagged) => wait(AGAIN),
                Ok(End::Closed) => break None,
                Err(failure) if failure.tag().is_none() => break None,
                Err(failure) => break Some(trouble(failure, program)),
            }
        };
        let id = self.id;
        let _left_already = tell.send(Message::Logs(Came::Unfollowed { id, trouble }));
    }

    fn follow(&self, paths: &Paths, tell: &SyncSender<Message>) -> Result<End, Failure> {
        let mut client = connect(paths)?;
        let request = Request::StreamRunnerLogs(self.request.clone());
        client.ask(request, Some(PATIENCE))?;
        client.limit(None)?;
        let mut news = News::default();
        let mut due = Some(Deadline::after(FIRST));
        loop {
            let mut end = None;
            match self.wait(&client, due)? {
                Woken::Stopped => return Ok(End::Stopped),
                Woken::Time => {}
                Woken::News => match client.event() {
                    Ok(Some(Event::Log { entries })) => {
                        news.push(entries);
                        due = due.or_else(|| Some(Deadline::after(PACE)));
                    }
                    Ok(Some(Event::Lagged { .. })) => end = Some(End::Lagged),
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => end = Some(End::Closed),
                },
            }
            // The last words of a daemon are told, too.
            let is_due = due.is_some_and(|due| end.is_some() || due.has_passed());
            if is_due && tell.send(Message::Logs(news.tell(self.id))).is_err() {
                return Ok(End::Stopped);
            }
            if let Some(end) = end {
                return Ok(end);
            }
            due = due.filter(|_| !is_due);
        }
    }

    fn wait(&self, client: &Client<'_>, due: Option<Deadline>) -> Result<Woken, Failure> {
        let left = due.map(Deadline::left);
        let patience = if client.has_buffered() {
            Some(Duration::ZERO)
        } else {
            left
        };
        let mut fds = [
            PollFd::new(&self.stop, PollFlags::IN),
            PollFd::new(client.socket(), PollFlags::IN),
        ];
        let patience = patience.and_then(timespec);
        match poll(&mut fds, patience.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => {
                let error = std::io::Error::from(errno);
                return Err(Failure::from_error(Kind::Refused, error));
            }
        }
        let [is_stopped, is_there] = fds.map(|fd| !fd.revents().is_empty());
        Ok(match (is_stopped, is_there || client.has_buffered()) {
            (true, _) => Woken::Stopped,
            (false, true) => Woken::News,
            (false, false) => Woken::Time,
        })
    }
}

/// New entries that are told together.
struct News {
    entries: VecDeque<LogView>,
    /// True when they do not go on where those before ended.
    is_fresh: bool,
}

impl Default for News {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            is_fresh: true,
        }
    }
}

impl News {
    /// Of too many the oldest go, place by place.
    fn push(&mut self, entries: Vec<LogView>) {
        self.entries.extend(entries);
        while self.entries.len() > MOST {
            let first = self.entries.front().map(Place::of);
            if first == self.entries.back().map(Place::of) {
                return;
            }
            while self.entries.front().map(Place::of) == first {
                self.entries.pop_front();
            }
            self.is_fresh = true;
        }
    }

    fn tell(&mut self, id: u64) -> Came {
        Came::Followed {
            id,
            is_fresh: std::mem::take(&mut self.is_fresh),
            entries: std::mem::take(&mut self.entries).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;
    use crate::cli::fake::FakeDaemon;

    fn entries(numbers: std::ops::Range<u64>) -> Vec<LogView> {
        let entry = |number: u64| LogView {
            run: 1,
            seq: number / 2,
            at_ms: 0,
            source: "pane".to_owned(),
            text: number.to_string(),
        };
        numbers.map(entry).collect()
    }

    #[test]
    fn of_a_flood_the_newest_are_told_from_the_beginning_of_a_place_on() {
        let mut news = News::default();
        for from in (1..5001).step_by(50) {
            news.push(entries(from..from + 50));
        }
        let Came::Followed {
            is_fresh, entries, ..
        } = news.tell(7)
        else {
            panic!("something else");
        };
        assert!(is_fresh);
        assert_eq!(entries.len(), 999);
        assert_eq!(entries.first().map(|one| one.text.as_str()), Some("4002"));
        assert!(!news.is_fresh);
        // What goes on where it ended is said to do so.
        news.push(self::entries(5001..5002));
        assert!(matches!(
            news.tell(7),
            Came::Followed {
                is_fresh: false,
                ..
            }
        ));
    }

    #[test]
    fn a_stream_that_left_something_out_begins_anew_and_ends_with_its_daemon() {
        let first = r#"{"success":true}
{"type":"log","entries":[{"run":1,"seq":1,"atMs":1,"source":"pane","text":"one"}]}
{"type":"lagged","count":3}
"#;
        let second = r#"{"success":true}
{"type":"log","entries":[{"run":1,"seq":9,"atMs":1,"source":"pane","text":"nine"}]}
"#;
        let daemon = FakeDaemon::answering(&[first, second]);
        let (_until, stop) = UnixStream::pair().unwrap();
        let (tell, told) = sync_channel(16);
        let follower = Follower {
            id: 7,
            request: GetRunnerLogs::default(),
            stop,
        };
        follower.run(daemon.paths(), "geppetto", &tell);
        drop(tell);
        let came: Vec<String> = told
            .iter()
            .map(|message| match message {
                Message::Logs(Came::Followed {
                    is_fresh, entries, ..
                }) => {
                    let texts: Vec<String> = entries.into_iter().map(|one| one.text).collect();
                    format!("{is_fresh} {texts:?}")
                }
                Message::Logs(Came::Unfollowed { trouble: None, .. }) => "the end".to_owned(),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(came, ["true [\"one\"]", "true [\"nine\"]", "the end"]);
    }
}
