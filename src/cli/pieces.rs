//! A transcript as a client reads it: page after page, decoded, whatever its size.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::args::PartArgs;
use super::client::{Client, PATIENCE};
use super::context::{ask_runner, missing};
use super::failure::{Failure, Kind};
use crate::wire::{PieceView, ReadTranscript, Request, TranscriptPiece};

/// The bytes in a piece's `data`.
///
/// # Errors
/// A [`Failure`] for what is no base64.
pub(crate) fn decode(data: &str) -> Result<Vec<u8>, Failure> {
    STANDARD.decode(data).map_err(|error| {
        Failure::new(
            Kind::Refused,
            format!("The daemon's answer cannot be understood: {error}."),
        )
    })
}

/// A place as the daemon takes it: `RUN:SEQ` as it is, `SEQ` of the runner's present run.
///
/// # Errors
/// A [`Failure`] when the runner cannot be asked.
pub(crate) fn place_of(
    text: &str,
    runner: &str,
    client: &mut Client<'_>,
) -> Result<String, Failure> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Ok(format!("{}:{text}", ask_runner(client, runner)?.run))
}

/// The pieces of a part of a transcript, in order.
pub(crate) struct Pieces<'c, 'a> {
    client: &'c mut Client<'a>,
    runner: String,
    run: Option<u32>,
    next: Option<String>,
    page: VecDeque<TranscriptPiece>,
}

impl<'c, 'a> Pieces<'c, 'a> {
    /// From the beginning of the part.
    ///
    /// # Errors
    /// A [`Failure`] when a place of the present run is meant and the runner cannot be asked.
    pub(crate) fn new(
        client: &'c mut Client<'a>,
        runner: &str,
        part: &PartArgs,
    ) -> Result<Self, Failure> {
        let next = match (&part.from, part.run) {
            (Some(text), _) => place_of(text, runner, client)?,
            (None, Some(run)) => format!("{run}:0"),
            (None, None) => "0:0".to_owned(),
        };
        Ok(Self {
            client,
            runner: runner.to_owned(),
            run: part.run,
            next: Some(next),
            page: VecDeque::new(),
        })
    }

    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// The daemon's refusal.
    pub(crate) fn next(&mut self) -> Result<Option<TranscriptPiece>, Failure> {
        loop {
            if let Some(piece) = self.page.pop_front() {
                let is_over = self.run.is_some_and(|run| piece.run > run);
                return Ok(Some(piece).filter(|_| !is_over));
            }
            let Some(from) = self.next.take() else {
                return Ok(None);
            };
            let request = Request::ReadTranscript(ReadTranscript {
                runner: self.runner.clone(),
                from: Some(from),
                max_bytes: None,
            });
            let answer = self.client.ask(request, Some(PATIENCE))?;
            let page = answer.transcript.ok_or_else(|| missing("transcript"))?;
            self.next = page.next;
            self.page = page.pieces.into();
        }
    }
}

/// The output in a piece, if it is output.
///
/// # Errors
/// A [`Failure`] for what cannot be decoded.
pub(crate) fn output_of(piece: &TranscriptPiece) -> Result<Option<Vec<u8>>, Failure> {
    match &piece.what {
        PieceView::Output { data } => decode(data).map(Some),
        PieceView::Seed { .. }
        | PieceView::Resize { .. }
        | PieceView::Gap { .. }
        | PieceView::Marker { .. }
        | PieceView::Note { .. }
        | PieceView::End { .. } => Ok(None),
    }
}
