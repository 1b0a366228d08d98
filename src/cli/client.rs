//! A blocking connection to the daemon: one line out, one line back, or a stream of lines. No async runtime,
//! since `status` and `list` have less time than one takes to start.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::failure::{Failure, Kind};
use crate::config::{Paths, check_private_dir};
use crate::wire::{
    Answer, AnswerLine, Event, Hello, MAX_ANSWER_BYTES, MAX_LINE_BYTES, PROTOCOL, Request,
    RequestLine, Tag,
};

/// How long an answer may take that nothing but the daemon's own work delays. tmux itself may be slow to make
/// a window on a loaded machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The events of [`Event`], to tell one that is broken from one that is newer than this program.
const KNOWN_EVENTS: [&str; 9] = [
    "log",
    "lagged",
    "log-end",
    "transcript",
    "snapshot",
    "runner",
    "runner-removed",
    "status",
    "stats",
];

/// One line of a stream. Events of types that we do not know are passed over.
#[derive(Deserialize)]
#[serde(untagged)]
enum EventLine {
    Known(Event),
    Unknown {
        #[serde(rename = "type")]
        kind: String,
    },
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Client<'a> {
    paths: &'a Paths,
    stream: BufReader<UnixStream>,
}

impl<'a> Client<'a> {
    /// Connects to the daemon; `None` when there is none.
    ///
    /// # Errors
    /// A [`Failure`] when its directory is not safe or the system refuses.
    pub(crate) fn connect(paths: &'a Paths) -> Result<Option<Self>, Failure> {
        let dir = paths.socket.parent().unwrap_or(&paths.socket);
        let is_there = check_private_dir(dir).map_err(|error| {
            let hint = error.hint();
            Failure::from_error(Kind::Refused, error).hint(hint)
        })?;
        if !is_there {
            return Ok(None);
        }
        match UnixStream::connect(&paths.socket) {
            Ok(stream) => Ok(Some(Self {
                paths,
                stream: BufReader::new(stream),
            })),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::ConnectionRefused
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(Failure::new(
                Kind::Unreachable,
                format!(
                    "The daemon's socket {} cannot be used: {error}",
                    paths.socket.display()
                ),
            )
            .hint("Run `geppetto doctor`.")),
        }
    }

    /// Sends a request and waits for its answer, at most `patience` if given.
    ///
    /// # Errors
    /// The daemon's refusal, or why there is no answer.
    pub(crate) fn ask(
        &mut self,
        request: Request,
        patience: Option<Duration>,
    ) -> Result<Answer, Failure> {
        self.limit(patience)?;
        self.send(request)?;
        let line: AnswerLine = self.line()?.ok_or_else(|| self.gone())?;
        line.into_result().map_err(|body| {
            let newer_request = body.tag == Tag::BadRequest;
            let failure = Failure::from(body);
            if newer_request {
                self.explain(failure)
            } else {
                failure
            }
        })
    }

    /// The next event of a stream; `None` when the daemon has closed it.
    ///
    /// # Errors
    /// Why nothing more can be read.
    pub(crate) fn event(&mut self) -> Result<Option<Event>, Failure> {
        loop {
            match self.line()? {
                Some(EventLine::Known(event)) => return Ok(Some(event)),
                Some(EventLine::Unknown { kind }) if !KNOWN_EVENTS.contains(&kind.as_str()) => {}
                Some(EventLine::Unknown { kind }) => {
                    return Err(self.explain(Failure::new(
                        Kind::Refused,
                        format!("An event \"{kind}\" of the daemon cannot be understood."),
                    )));
                }
                None => return Ok(None),
            }
        }
    }

    /// The socket, for those who wait for more than one thing.
    pub(crate) fn socket(&self) -> &UnixStream {
        self.stream.get_ref()
    }

    /// True when a line, or a part of one, was read and not yet taken.
    pub(crate) fn has_buffered(&self) -> bool {
        !self.stream.buffer().is_empty()
    }

    /// Sets how long reading may take from now on; for ever when `None`.
    ///
    /// # Errors
    /// A [`Failure`] when the socket refuses.
    pub(crate) fn limit(&self, patience: Option<Duration>) -> Result<(), Failure> {
        self.stream
            .get_ref()
            .set_read_timeout(patience)
            .map_err(|error| Failure::from_error(Kind::Unreachable, error))
    }

    fn send(&mut self, request: Request) -> Result<(), Failure> {
        let line = RequestLine { id: None, request };
        let mut bytes =
            serde_json::to_vec(&line).map_err(|error| Failure::from_error(Kind::Usage, error))?;
        bytes.push(b'\n');
        if bytes.len() > MAX_LINE_BYTES {
            return Err(Failure::new(
                Kind::Usage,
                format!("The request is longer than {MAX_LINE_BYTES} bytes."),
            )
            .hint("Put the command into a script, or pass fewer variables."));
        }
        self.stream
            .get_mut()
            .write_all(&bytes)
            .map_err(|_closed| self.gone())
    }

    /// Reads one line. A line that is no such thing comes from a daemon of another version.
    fn line<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        let mut bytes = Vec::new();
        let read = (&mut self.stream)
            .take(MAX_ANSWER_BYTES as u64)
            .read_until(b'\n', &mut bytes);
        match read {
            Ok(0) => return Ok(None),
            Ok(_) if bytes.ends_with(b"\n") => {}
            Ok(_) => return Err(self.gone()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Err(
                    Failure::new(Kind::TimedOut, "The daemon did not answer in time.")
                        .hint(format!("See its log: {}", self.paths.log_file.display())),
                );
            }
            Err(_reset) => return Err(self.gone()),
        }
        match serde_json::from_slice(&bytes) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(self.explain(Failure::new(
                Kind::Refused,
                format!("The daemon's answer cannot be understood: {error}."),
            ))),
        }
    }

    /// Adds which versions speak with each other, if they differ.
    fn explain(&self, failure: Failure) -> Failure {
        match self.other_build() {
            Some(build) => failure.hint(format!(
                "The daemon is geppetto {build}, this is {}: run `geppetto daemon restart`.",
                env!("CARGO_PKG_VERSION")
            )),
            None => failure,
        }
    }

    /// The daemon's build when it is not ours. Reads loosely: this is for daemons that we do not understand.
    fn other_build(&self) -> Option<String> {
        let mut asked = Self::connect(self.paths).ok()??;
        asked.limit(Some(Duration::from_secs(2))).ok()?;
        asked
            .send(Request::Hello(Hello {
                protocol: PROTOCOL,
                build: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }))
            .ok()?;
        let mut line = String::new();
        (&mut asked.stream)
            .take(MAX_LINE_BYTES as u64)
            .read_line(&mut line)
            .ok()?;
        let answer: serde_json::Value = serde_json::from_str(&line).ok()?;
        let build = answer.pointer("/daemon/build")?.as_str()?;
        (build != env!("CARGO_PKG_VERSION")).then(|| crate::domain::text::printable(build))
    }

    fn gone(&self) -> Failure {
        Failure::new(
            Kind::Unreachable,
            "The daemon ended before it had answered.",
        )
        .hint(format!("See its log: {}", self.paths.log_file.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::FakeDaemon;
    use crate::wire::Empty;

    fn ask(daemon: &FakeDaemon, patience: Duration) -> Result<Answer, Failure> {
        let mut client = Client::connect(daemon.paths())?.unwrap();
        client.ask(Request::DaemonStatus(Empty {}), Some(patience))
    }

    #[test]
    fn no_directory_no_socket_and_nobody_behind_it_are_no_daemon() {
        let home = crate::cli::fake::Home::new();
        assert!(Client::connect(home.paths()).unwrap().is_none());
        home.make_socket_dir();
        assert!(Client::connect(home.paths()).unwrap().is_none());
        drop(std::os::unix::net::UnixListener::bind(&home.paths().socket).unwrap());
        assert!(Client::connect(home.paths()).unwrap().is_none());
    }

    #[test]
    fn a_daemon_that_closes_or_cuts_its_answer_is_gone() {
        for answer in ["", "{\"success\":tr"] {
            let daemon = FakeDaemon::answering(&[answer]);
            let failure = ask(&daemon, PATIENCE).unwrap_err();
            assert_eq!(failure.exit_code(), 3);
            assert!(failure.to_string().contains("ended before"), "{failure}");
        }
    }

    #[test]
    fn a_silent_daemon_is_not_waited_for() {
        let daemon = FakeDaemon::silent();
        let failure = ask(&daemon, Duration::from_millis(20)).unwrap_err();
        assert_eq!(failure.exit_code(), 4);
    }

    #[test]
    fn another_version_is_named() {
        let daemon = FakeDaemon::answering(&[
            "{\"nonsense\":1}\n",
            "{\"success\":true,\"daemon\":{\"build\":\"9.9.9\"}}\n",
        ]);
        let failure = ask(&daemon, PATIENCE).unwrap_err();
        assert!(
            failure.hints()[0].contains("The daemon is geppetto 9.9.9"),
            "{:?}",
            failure.hints()
        );
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let home = crate::cli::fake::Home::new();
        home.make_socket_dir();
        let dir = home.paths().socket.parent().unwrap();
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o777)).unwrap();
        let failure = Client::connect(home.paths()).unwrap_err();
        assert_eq!(failure.exit_code(), 1);
        assert!(failure.hints()[0].starts_with("Run `chmod 700"));
    }
}
