//! The wire as a run parent speaks it: one connection, one request and its answer at a time, each with an end
//! in sight. Never decides what an error means; that is the run parent's.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::wire::{AnswerLine, ErrorBody, MAX_LINE_BYTES, Request, RequestLine};

/// Why there is no good answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// Nobody listens, or the connection broke.
    #[error("the daemon cannot be reached: {0}")]
    Unreachable(#[from] io::Error),
    /// What came back is not an answer.
    #[error("the daemon's answer cannot be read: {0}")]
    Garbled(#[from] serde_json::Error),
    /// The daemon said no.
    #[error("{}", .0.message)]
    Refused(Box<ErrorBody>),
}

/// An open connection.
#[derive(Debug)]
pub(super) struct DaemonLine {
    stream: BufReader<UnixStream>,
}

impl DaemonLine {
    /// Connects. `patience` bounds each later read and write; connecting itself can block when the daemon
    /// accepts nobody, so this belongs on a helper thread.
    pub(super) fn connect(socket: &Path, patience: Duration) -> Result<Self, AskError> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Sends one request and waits until the daemon says that it is done.
    pub(super) fn ask(&mut self, request: Request) -> Result<(), AskError> {
        let mut line = serde_json::to_vec(&RequestLine { id: None, request })?;
        line.push(b'\n');
        self.stream.get_mut().write_all(&line)?;

        let mut answer = Vec::new();
        let mut capped = (&mut self.stream).take(MAX_LINE_BYTES as u64);
        if capped.read_until(b'\n', &mut answer)? == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        serde_json::from_slice::<AnswerLine>(&answer)?
            .into_result()
            .map(drop)
            .map_err(|refusal| AskError::Refused(Box::new(refusal)))
    }
}
