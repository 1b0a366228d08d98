//! Recordings in asciicast version 3: one JSON array a line, `[seconds since the one before, code, data]`, behind a header.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::sink::Sink;
use crate::cli::failure::Failure;
use crate::cli::pieces::{Pieces, decode};
use crate::domain::redact::{Counts, RedactStream, Redactor};
use crate::wire::{PieceView, TranscriptPiece};

/// Makes a fresh screen between runs and where output is missing.
const RESET: &str = "\x1bc";

/// Writes a recording; returns what was starred out.
///
/// # Errors
/// The daemon's refusal, or that the sink takes no more.
pub(crate) fn write(
    mut pieces: Pieces<'_, '_>,
    title: &str,
    redactor: Option<Redactor>,
    sink: &mut Sink<'_>,
) -> Result<Counts, Failure> {
    let mut cast = Cast {
        sink,
        title: title.to_owned(),
        started: false,
        run: None,
        last_ms: 0,
        stream: redactor.map(RedactStream::new),
        waiting: VecDeque::new(),
        split: Vec::new(),
        size: (80, 24),
    };
    while let Some(piece) = pieces.next()? {
        cast.piece(&piece)?;
    }
    cast.finish()
}

struct Cast<'s, 'a> {
    sink: &'s mut Sink<'a>,
    title: String,
    started: bool,
    run: Option<u32>,
    last_ms: u64,
    stream: Option<RedactStream>,
    /// Times and lengths of output that the redaction holds back.
    waiting: VecDeque<(u64, usize)>,
    /// The beginning of a character whose rest has not come.
    split: Vec<u8>,
    size: (u16, u16),
}

impl Cast<'_, '_> {
    fn piece(&mut self, piece: &TranscriptPiece) -> Result<(), Failure> {
        if let PieceView::Output { data } = &piece.what {
            let bytes = decode(data)?;
            self.begin(piece)?;
            return self.output(piece.at_ms, &bytes);
        }
        // Nothing of a secret goes over what stands between.
        self.release()?;
        match &piece.what {
            PieceView::Seed { cols, rows, data } => {
                if !self.started {
                    self.size = (*cols, *rows);
                }
                self.begin(piece)?;
                self.resize(piece.at_ms, *cols, *rows)?;
                let bytes = decode(data)?;
                self.output(piece.at_ms, &bytes)?;
                self.release()
            }
            PieceView::Resize { cols, rows } => {
                self.begin(piece)?;
                self.resize(piece.at_ms, *cols, *rows)
            }
            PieceView::Gap { bytes, reason } => {
                self.begin(piece)?;
                let much = bytes.map_or(String::new(), |bytes| format!("{bytes} bytes, "));
                self.event(
                    piece.at_ms,
                    "m",
                    &format!("output is missing ({much}{reason})"),
                )
            }
            PieceView::Marker { text } | PieceView::Note { text } => {
                self.begin(piece)?;
                self.event(piece.at_ms, "m", text)
            }
            PieceView::End { code, signal } => {
                self.begin(piece)?;
                let status = code.unwrap_or_else(|| signal.map_or(0, |signal| 128 + signal));
                self.event(piece.at_ms, "x", &status.to_string())
            }
            PieceView::Output { .. } => Ok(()),
        }
    }

    /// The header before the first event, and a fresh screen before another run.
    fn begin(&mut self, piece: &TranscriptPiece) -> Result<(), Failure> {
        if !self.started {
            self.started = true;
            self.last_ms = piece.at_ms;
            let header = json!({
                "version": 3,
                "term": {"cols": self.size.0, "rows": self.size.1},
                "timestamp": piece.at_ms / 1000,
                "title": self.title,
            });
            self.line(&header)?;
        } else if self.run.is_some_and(|run| run != piece.run) {
            self.release()?;
            self.event(piece.at_ms, "m", &format!("run {}", piece.run))?;
            self.event(piece.at_ms, "o", RESET)?;
        }
        self.run = Some(piece.run);
        Ok(())
    }

    fn resize(&mut self, at_ms: u64, cols: u16, rows: u16) -> Result<(), Failure> {
        if std::mem::replace(&mut self.size, (cols, rows)) == (cols, rows) {
            return Ok(());
        }
        self.event(at_ms, "r", &format!("{cols}x{rows}"))
    }

    fn output(&mut self, at_ms: u64, bytes: &[u8]) -> Result<(), Failure> {
        let Some(stream) = &mut self.stream else {
            return self.print(at_ms, bytes);
        };
        self.waiting.push_back((at_ms, bytes.len()));
        let given = stream.push(bytes);
        self.give(&given)
    }

    /// Gives redacted bytes the times that they had.
    fn give(&mut self, mut given: &[u8]) -> Result<(), Failure> {
        while !given.is_empty() {
            let Some((at_ms, len)) = self.waiting.pop_front() else {
                return Ok(());
            };
            let (part, rest) = given.split_at(len.min(given.len()));
            if part.len() < len {
                self.waiting.push_front((at_ms, len - part.len()));
            }
            self.print(at_ms, part)?;
            given = rest;
        }
        Ok(())
    }

    /// What the redaction holds back goes out.
    fn release(&mut self) -> Result<(), Failure> {
        if let Some(stream) = &mut self.stream {
            let rest = stream.flush();
            self.give(&rest)?;
        }
        Ok(())
    }

    fn print(&mut self, at_ms: u64, bytes: &[u8]) -> Result<(), Failure> {
        self.split.extend_from_slice(bytes);
        let whole = std::mem::take(&mut self.split);
        let mut text = String::new();
        let mut chunks = whole.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            let is_unfinished = chunks.peek().is_none()
                && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none());
            if is_unfinished {
                self.split = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        self.event(at_ms, "o", &text)
    }

    fn event(&mut self, at_ms: u64, code: &str, data: &str) -> Result<(), Failure> {
        // A clock that was set back takes no time.
        let interval = at_ms.saturating_sub(self.last_ms);
        self.last_ms = at_ms;
        #[expect(
            clippy::cast_precision_loss,
            reason = "milliseconds between two events"
        )]
        let seconds = interval as f64 / 1000.0;
        self.line(&json!([seconds, code, data]))
    }

    fn line(&mut self, value: &Value) -> Result<(), Failure> {
        self.sink.write(format!("{value}\n").as_bytes())
    }

    fn finish(mut self) -> Result<Counts, Failure> {
        self.release()?;
        if !self.started {
            let header =
                json!({"version": 3, "term": {"cols": 80, "rows": 24}, "title": self.title});
            self.line(&header)?;
        }
        Ok(self
            .stream
            .map(|stream| stream.finish().1)
            .unwrap_or_default())
    }
}
