//! One client: reads request lines within limits, writes answer lines, and hands streams over.
//! It never trusts the client to read, to write, or to leave.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::time::Timespec;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::dispatch::{Outcome, Service};
use super::limits::{
    ANSWER_TIMEOUT, HALF_CLOSED_CHECK, READ_BUFFER, REQUEST_TIMEOUT, STREAM_TIMEOUT,
};
use crate::wire::{AnswerLine, ErrorBody, Event, MAX_LINE_BYTES, RequestLine, Tag};

/// The client has gone or cannot be served any longer.
#[derive(Debug)]
pub(super) struct Closed;

/// A connection.
pub(super) struct Connection {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    service: Service,
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
    Nothing,
}

impl Connection {
    pub(super) fn new(stream: UnixStream, service: Service) -> Self {
        let (reader, writer) = stream.into_split();
        Self {
            reader: BufReader::with_capacity(READ_BUFFER, reader),
            writer,
            service,
        }
    }

    /// Serves until the client leaves, misbehaves, or `shutdown`.
    pub(super) async fn run(mut self, shutdown: CancellationToken) {
        tokio::select! {
            biased;
            () = shutdown.cancelled() => {}
            Closed = self.serve() => {}
        }
    }

    async fn serve(&mut self) -> Closed {
        loop {
            let line = match timeout(REQUEST_TIMEOUT, self.read_line()).await {
                Ok(Ok(Line::Whole(line))) => line,
                Ok(Ok(Line::TooLong)) => {
                    let text = format!("The request is longer than {MAX_LINE_BYTES} bytes.");
                    let refusal = ErrorBody::new(Tag::BadRequest, text);
                    // It is closed in any case.
                    let _closed = self.answer(AnswerLine::new(None, Err(refusal))).await;
                    return Closed;
                }
                Ok(Ok(Line::Nothing)) | Ok(Err(_)) | Err(_) => return Closed,
            };
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if let Err(closed) = self.handle(&line).await {
                return closed;
            }
        }
    }

    async fn handle(&mut self, line: &[u8]) -> Result<(), Closed> {
        let RequestLine { id, request } = match parse(line) {
            Ok(request) => request,
            Err(refusal) => {
                let id = echoed_id(line);
                return self.answer(AnswerLine::new(id, Err(refusal))).await;
            }
        };
        let service = self.service.clone();
        let outcome = tokio::select! {
            outcome = service.handle(request) => outcome,
            () = self.hung_up() => return Err(Closed),
        };
        match outcome {
            Outcome::Answer(result) => self.answer(AnswerLine::new(id, *result)).await,
            Outcome::Stream(mut stream) => {
                self.answer(AnswerLine::new(id, Ok(stream.answer())))
                    .await?;
                stream.run(self).await;
                Err(Closed)
            }
            Outcome::End => {
                self.answer(AnswerLine::new(id, Ok(crate::wire::Answer::default())))
                    .await?;
                self.service.end();
                Err(Closed)
            }
        }
    }

    /// Reads to the next line end, or to the end of the stream.
    async fn read_line(&mut self) -> std::io::Result<Line> {
        let mut line = Vec::new();
        loop {
            let chunk = self.reader.fill_buf().await?;
            if chunk.is_empty() {
                return Ok(if line.is_empty() {
                    Line::Nothing
                } else {
                    Line::Whole(line)
                });
            }
            let (used, ended) = match memchr::memchr(b'\n', chunk) {
                Some(at) => (at + 1, true),
                None => (chunk.len(), false),
            };
            if line.len() + used > MAX_LINE_BYTES {
                return Ok(Line::TooLong);
            }
            line.extend(chunk.iter().take(used));
            self.reader.consume(used);
            if ended {
                return Ok(Line::Whole(line));
            }
        }
    }

    async fn answer(&mut self, answer: AnswerLine) -> Result<(), Closed> {
        self.write(&answer, ANSWER_TIMEOUT).await
    }

    /// Sends an event of a stream.
    pub(super) async fn send(&mut self, event: &Event) -> Result<(), Closed> {
        self.write(event, STREAM_TIMEOUT).await
    }

    async fn write<T: Serialize>(&mut self, value: &T, limit: Duration) -> Result<(), Closed> {
        let mut line = serde_json::to_vec(value).map_err(|error| {
            tracing::error!(%error, "an answer could not be written as JSON");
            Closed
        })?;
        line.push(b'\n');
        match timeout(limit, self.writer.write_all(&line)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Closed),
        }
    }

    /// Returns when the client has closed both directions. A client that has only finished sending (`nc -N`)
    /// still wants its answer.
    pub(super) async fn hung_up(&mut self) {
        let mut finished = false;
        loop {
            if self.is_hung_up() {
                return;
            }
            if finished || !self.reader.buffer().is_empty() {
                tokio::time::sleep(HALF_CLOSED_CHECK).await;
                continue;
            }
            match timeout(HALF_CLOSED_CHECK, self.reader.fill_buf()).await {
                Ok(Ok([])) => finished = true,
                Ok(Err(_)) => return,
                Ok(Ok(_)) | Err(_) => {}
            }
        }
    }

    fn is_hung_up(&self) -> bool {
        let socket = self.writer.as_ref().as_fd();
        let mut fds = [PollFd::new(&socket, PollFlags::empty())];
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        match poll(&mut fds, Some(&now)) {
            Ok(_) => fds.iter().any(|fd| {
                fd.revents()
                    .intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL)
            }),
            Err(_) => false,
        }
    }
}

fn parse(line: &[u8]) -> Result<RequestLine, ErrorBody> {
    let bad = |message: String| {
        ErrorBody::new(Tag::BadRequest, message)
            .hint("`geppetto api schema` prints the schema of all requests.")
    };
    let text = std::str::from_utf8(line)
        .map_err(|error| bad(format!("The request is not UTF-8: {error}.")))?;
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| bad(format!("The request is not a JSON object: {error}.")))?;
    let kind = value
        .get("type")
        .and_then(serde_json::Value::as_str)
        .map(ToOwned::to_owned);
    let Some(kind) = kind else {
        return Err(bad("The request has no \"type\".".to_owned()));
    };
    serde_json::from_value(value).map_err(|error| {
        bad(format!(
            "The request \"{}\" is wrong: {error}.",
            shown(&kind)
        ))
    })
}

/// What a client sent, short and without control characters, for a sentence.
fn shown(text: &str) -> String {
    crate::domain::text::printable(text)
        .chars()
        .take(64)
        .collect()
}

/// The id of a request that could not be read otherwise.
fn echoed_id(line: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    value.get("id")?.as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_is_told_apart() {
        for (line, part) in [
            (&b"\xff\xfe"[..], "not UTF-8"),
            (b"{", "not a JSON object"),
            (b"[]", "no \"type\""),
            (b"{\"type\":\"fly\"}", "\"fly\" is wrong: unknown variant"),
            (b"{\"type\":\"get-runner\"}", "missing field `runner`"),
        ] {
            let error = parse(line).unwrap_err();
            assert_eq!(error.tag, Tag::BadRequest);
            assert!(error.message.contains(part), "{}", error.message);
        }
    }

    #[test]
    fn unknown_fields_are_ignored_and_the_id_is_kept() {
        let line = parse(br#"{"type":"get-runner","runner":"a","id":"7","later":1}"#).unwrap();
        assert_eq!(line.id.as_deref(), Some("7"));
        assert_eq!(
            echoed_id(br#"{"type":"fly","id":"8"}"#).as_deref(),
            Some("8")
        );
    }
}
