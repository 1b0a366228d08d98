//! Requests about logs, transcripts and screens: what they ask is parsed here, once, and facts become plain values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::RegexBuilder;

use super::dispatch::{Result, Service, refused, wrong};
use super::view;
use crate::app::{LogQuery, ScreenAt, ScreenNow, TranscriptPage};
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Piece, Position, RecordKind};
use crate::ports::transcript::Pruned;
use crate::wire::{
    Answer, GetRunnerLogs, GetScreen, MarkRunner, PieceView, PruneTranscripts, PrunedView,
    ReadTranscript, ScreenView, TranscriptPiece, TranscriptView,
};

/// Most memory that a client's regular expression may take, compiled.
const PATTERN_BYTES: usize = 1024 * 1024;

impl Service {
    pub(super) async fn logs(&self, request: GetRunnerLogs) -> Result<Answer> {
        let query = query(&request)?;
        let entries = self
            .app
            .logs(request.runner, query)
            .await
            .map_err(refused)?;
        Ok(Answer {
            entries: Some(entries.iter().map(view::log).collect()),
            ..Answer::default()
        })
    }

    pub(super) async fn transcript(&self, request: ReadTranscript) -> Result<Answer> {
        let from = place("from", request.from.as_deref())?;
        let page = self
            .app
            .read_transcript(request.runner, from, request.max_bytes)
            .await
            .map_err(refused)?;
        Ok(Answer {
            transcript: Some(transcript(&page)),
            ..Answer::default()
        })
    }

    pub(super) async fn screen(&self, request: GetScreen) -> Result<Answer> {
        let at = match (place("at", request.at.as_deref())?, request.at_ms) {
            (None, None) => ScreenAt::Last,
            (Some(place), None) => ScreenAt::Place(place),
            (None, Some(ms)) => ScreenAt::Time(Timestamp(ms)),
            (Some(_), Some(_)) => {
                return Err(wrong("at", "Either a place or a time can be given."));
            }
        };
        let now = self.app.screen(request.runner, at).await.map_err(refused)?;
        Ok(Answer {
            screen: Some(Box::new(screen(now))),
            ..Answer::default()
        })
    }

    pub(super) async fn mark(&self, request: MarkRunner) -> Result<Answer> {
        let place = self
            .app
            .mark(request.runner, &request.text)
            .await
            .map_err(refused)?;
        Ok(Answer {
            place: Some(place.to_string()),
            ..Answer::default()
        })
    }

    pub(super) async fn prune(&self, request: &PruneTranscripts) -> Result<Answer> {
        let pruned = self.app.prune(request.dry_run).await.map_err(refused)?;
        Ok(Answer {
            pruned: Some(pruned.into_iter().map(pruned_view).collect()),
            ..Answer::default()
        })
    }
}

/// What a request for logs asks.
pub(super) fn query(request: &GetRunnerLogs) -> Result<LogQuery> {
    let pattern = |text: &String| {
        RegexBuilder::new(text)
            .size_limit(PATTERN_BYTES)
            .build()
            .map_err(|error| {
                let sentence = format!("{text:?} is not a regular expression: {error}.");
                wrong("grep", &sentence.replace('\n', " "))
            })
    };
    if request.before.is_some() && request.context > 0 {
        let sentence = "Entries before a place are given without context.";
        return Err(wrong("context", sentence));
    }
    Ok(LogQuery {
        limit: request.limit,
        from: place("from", request.from.as_deref())?,
        before: place("before", request.before.as_deref())?,
        oldest: request.oldest,
        whole: request.whole,
        since: request.since_ms.map(Timestamp),
        until: request.until_ms.map(Timestamp),
        grep: request.grep.as_ref().map(pattern).transpose()?,
        context: request.context,
    })
}

/// A place as it was typed.
pub(super) fn place(field: &str, text: Option<&str>) -> Result<Option<Position>> {
    text.map(|text| {
        text.parse()
            .map_err(|error| wrong(field, &format!("{error}.")))
    })
    .transpose()
}

fn transcript(page: &TranscriptPage) -> TranscriptView {
    TranscriptView {
        pieces: page.pieces.iter().filter_map(piece).collect(),
        next: page.next.map(|next| next.to_string()),
        first: page.extent.first.to_string(),
        end: page.extent.end.to_string(),
        bytes: page.extent.bytes,
        on_disk: page.extent.on_disk,
    }
}

/// A piece that clients get; screens and lines of the store are no business of theirs.
pub(super) fn piece(piece: &Piece) -> Option<TranscriptPiece> {
    let (at, time, what) = match piece {
        Piece::Output { chunk, .. } => {
            let data = STANDARD.encode(&chunk.bytes);
            (chunk.at, chunk.time, PieceView::Output { data })
        }
        Piece::Record(record) => (record.at, record.time, record_view(&record.kind)?),
        Piece::Keyframe(_) => return None,
    };
    Some(TranscriptPiece {
        run: at.epoch.0,
        seq: at.seq.0,
        at_ms: time.0,
        what,
    })
}

fn record_view(kind: &RecordKind) -> Option<PieceView> {
    let view = match kind {
        // Lines are the log's business.
        RecordKind::Settled { .. } => return None,
        RecordKind::Seed(seed) => PieceView::Seed {
            cols: seed.size.cols,
            rows: seed.size.rows,
            data: STANDARD.encode(&seed.bytes),
        },
        RecordKind::Resize(size) => PieceView::Resize {
            cols: size.cols,
            rows: size.rows,
        },
        RecordKind::Gap(gap) => PieceView::Gap {
            bytes: gap.bytes,
            reason: gap.reason.as_str().to_owned(),
        },
        RecordKind::Marker { text } => PieceView::Marker { text: text.clone() },
        RecordKind::Note { text } => PieceView::Note { text: text.clone() },
        RecordKind::End { code, signal } => PieceView::End {
            code: *code,
            signal: *signal,
        },
    };
    Some(view)
}

fn screen(now: ScreenNow) -> ScreenView {
    ScreenView {
        run: now.place.epoch.0,
        seq: now.place.seq.0,
        at_ms: now.time.0,
        cols: now.picture.size.cols,
        rows: now.picture.size.rows,
        cursor: now.picture.cursor,
        text: now.picture.rows,
        styled: now.picture.styled,
    }
}

fn pruned_view((name, pruned): (Option<String>, Pruned)) -> PrunedView {
    PrunedView {
        runner_id: pruned.runner.to_string(),
        name,
        bytes: pruned.bytes,
        on_disk: pruned.on_disk,
        first: pruned.first.to_string(),
    }
}
