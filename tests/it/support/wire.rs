//! A client that speaks the wire by hand: raw lines over the daemon's socket.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use geppetto::wire::{AnswerLine, ErrorBody, Event};
use serde_json::Value;

use super::wait::USUAL;

/// One connection.
pub(crate) struct Wire {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
}

impl Wire {
    /// Connects to the daemon's socket.
    pub(crate) fn connect(socket: &Path) -> std::io::Result<Self> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(USUAL))?;
        stream.set_write_timeout(Some(USUAL))?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { stream, reader })
    }

    /// Sends bytes as they are. An error says that the daemon has closed the connection.
    pub(crate) fn send_raw(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes)
    }

    /// Sends one request line.
    #[track_caller]
    pub(crate) fn send(&mut self, request: &Value) {
        self.send_raw(format!("{request}\n").as_bytes()).unwrap();
    }

    /// The next line, or `None` when the daemon has closed the connection.
    #[track_caller]
    pub(crate) fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        match self.reader.read_line(&mut line) {
            Ok(0) => None,
            Ok(_) => Some(line),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("no line from the daemon: {error}; so far {line:?}"),
        }
    }

    /// Sends a request and reads its answer.
    #[track_caller]
    pub(crate) fn ask(&mut self, request: &Value) -> AnswerLine {
        self.send(request);
        self.answer()
    }

    /// The next line as an answer.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> AnswerLine {
        let line = self.line().expect("the daemon answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// The error of a request that must be refused.
    #[track_caller]
    pub(crate) fn refusal(&mut self, request: &Value) -> ErrorBody {
        let answer = self.ask(request);
        assert!(!answer.success, "{request} was not refused: {answer:?}");
        answer.error.expect("a refusal has an error")
    }

    /// The next event of a stream.
    #[track_caller]
    pub(crate) fn event(&mut self) -> Event {
        let line = self.line().expect("the stream goes on");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    /// From now on, writing that gets nowhere for a second is an error.
    pub(crate) fn give_up_writing_soon(&self) {
        let second = Some(std::time::Duration::from_secs(1));
        self.stream.set_write_timeout(second).unwrap();
    }

    /// Closes our writing side; the daemon still may answer.
    pub(crate) fn end_writing(&self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }
}
