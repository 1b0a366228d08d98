//! One runner's side of its transcript: numbers what the pane prints, keeps its screen, derives the readable lines, and
//! hands everything to the store in the order in which it happened. It never waits: what the store cannot take is counted and
//! becomes a gap.

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::limits::{KEYFRAME_BYTES, KNOWN_LINES};
use crate::domain::align::new_lines;
use crate::domain::exit::{Exit, Outcome};
use crate::domain::ids::{Epoch, RunnerId, Seq};
use crate::domain::log::{LogEntry, LogSource};
use crate::domain::pane_screen::PaneScreen;
use crate::domain::screen_rule::ScreenText;
use crate::domain::seed;
use crate::domain::time::{Tick, Timestamp};
use crate::domain::transcript::{
    Chunk, Gap, GapReason, Keyframe, Piece, Position, Record, RecordKind, Seed, Size,
};
use crate::domain::view::{Picture, View};
use crate::ports::transcript::TranscriptWriter;

/// What the next picture of the pane is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    /// Nothing is known yet: what it shows is the beginning.
    Beginning,
    /// Output was missed before it, and this is said already or has still to be said.
    AfterGap(Option<Gap>),
    /// It should show what is known.
    Nothing,
    /// The size has changed, which may have moved everything.
    AfterResize,
}

/// The tape.
pub(super) struct Tape {
    runner: RunnerId,
    writer: Arc<dyn TranscriptWriter>,
    end: Position,
    /// Records that stand at `end`.
    records_here: usize,
    view: View,
    awaited: Awaited,
    /// The newest lines of the pane, oldest first: where a later picture goes on.
    known: VecDeque<Arc<str>>,
    /// Bytes since the last keyframe or seed.
    since_keyframe: u64,
    /// Bytes that the store did not take, and where the first of them belongs.
    untaken: Option<(Position, u64)>,
    followers: Vec<mpsc::Sender<Piece>>,
    divergences: u64,
}

impl Tape {
    /// The tape of a run from its first byte.
    pub(super) fn new(runner: RunnerId, run: u32, writer: Arc<dyn TranscriptWriter>) -> Self {
        Self {
            runner,
            writer,
            end: Position::new(Epoch(run), Seq(0)),
            records_here: 0,
            view: View::new(Size::default()),
            awaited: Awaited::Beginning,
            known: VecDeque::new(),
            since_keyframe: 0,
            untaken: None,
            followers: Vec::new(),
            divergences: 0,
        }
    }

    /// The tape of a run that an earlier daemon recorded up to `end`; `known` are its newest lines.
    pub(super) fn resume(&mut self, end: Position, known: Vec<Arc<str>>) {
        self.end = end;
        self.known = known.into();
        self.awaited = Awaited::AfterGap(Some(Gap {
            bytes: None,
            reason: GapReason::Away,
        }));
    }

    /// The tape of a run that is over; `known` are its newest lines, of which only the last is of use.
    pub(super) fn end_at(&mut self, end: Position, known: Vec<Arc<str>>) {
        self.end = end;
        self.known = known
            .into_iter()
            .rfind(|line| has_text(line))
            .into_iter()
            .collect();
        self.awaited = Awaited::Nothing;
    }

    /// Another run begins.
    pub(super) fn begin_run(&mut self, run: u32) {
        self.end = Position::new(Epoch(run), Seq(0));
        self.records_here = 0;
        self.view = View::new(Size::default());
        self.awaited = Awaited::Beginning;
        self.known.clear();
        self.since_keyframe = 0;
    }

    /// The place behind everything so far.
    pub(super) const fn end(&self) -> Position {
        self.end
    }

    /// The newest line of the pane that is not empty, ended or not.
    pub(super) fn last_line(&self) -> Option<Arc<str>> {
        let unfinished = self.view.unfinished().filter(|line| has_text(line));
        if let Some(line) = unfinished {
            return Some(line.trim_end().into());
        }
        self.known.iter().rfind(|line| has_text(line)).cloned()
    }

    /// How often the pane did not look as it should have.
    pub(super) fn divergences(&self) -> u64 {
        self.divergences + self.view.panics()
    }

    /// Output; returns the lines that it settled.
    pub(super) fn output(&mut self, at: Timestamp, now: Tick, bytes: &Bytes) -> Vec<LogEntry> {
        let mut entries = self.say_gap(at);
        let place = self.end;
        let settled = self.view.output(bytes, now);
        let lines = settled.lines.into_iter().map(|(offset, text)| LogEntry {
            place: place.after(offset as u64),
            at,
            source: LogSource::Pane,
            text,
        });
        let lines: Vec<LogEntry> = lines.collect();
        let chunk = Chunk {
            at: place,
            time: at,
            bytes: bytes.clone(),
        };
        let kept = (!settled.derivable).then(|| lines.as_slice().into());
        self.append_output(Piece::Output { chunk, lines: kept }, place, at, bytes.len());
        self.end = place.after(bytes.len() as u64);
        self.records_here = 0;
        self.remember(&lines);
        entries.extend(lines);
        self.since_keyframe += bytes.len() as u64;
        if self.since_keyframe >= KEYFRAME_BYTES {
            self.keyframe(at);
        }
        entries
    }

    /// Output is missing; returns what the log says of it.
    pub(super) fn gap(&mut self, at: Timestamp, gap: Gap) -> Vec<LogEntry> {
        if gap.bytes.is_none() && self.awaited != Awaited::Beginning {
            // Perhaps nothing is: the picture that follows tells.
            self.awaited = Awaited::AfterGap(Some(gap));
            return Vec::new();
        }
        self.awaited = Awaited::AfterGap(None);
        self.record(at, RecordKind::Gap(gap))
    }

    /// The pane has another size.
    pub(super) fn resized(&mut self, at: Timestamp, size: Size) {
        self.view.resize(size);
        if self.awaited == Awaited::Nothing {
            self.awaited = Awaited::AfterResize;
        }
        // It says nothing in the log.
        let _no_lines = self.record(at, RecordKind::Resize(size));
    }

    /// What the pane really shows; returns the lines of it that are new.
    pub(super) fn screen(&mut self, at: Timestamp, screen: &PaneScreen) -> Vec<LogEntry> {
        let drawn = seed::seed(screen);
        let awaited = mem::replace(&mut self.awaited, Awaited::Nothing);
        let (said, lines) = match awaited {
            Awaited::Beginning => (Vec::new(), self.new_lines(screen).1),
            Awaited::AfterGap(Some(gap))
                if gap.reason == GapReason::Tmux && self.shows(screen.size, &drawn) =>
            {
                return Vec::new();
            }
            Awaited::AfterGap(unsaid) => {
                let (overlap, fresh) = self.new_lines(screen);
                let nothing_missed = overlap && fresh.is_empty();
                let said = match unsaid.filter(|_| !nothing_missed) {
                    Some(gap) => self.record(at, RecordKind::Gap(gap)),
                    None => Vec::new(),
                };
                (said, fresh)
            }
            Awaited::Nothing | Awaited::AfterResize => {
                if self.shows(screen.size, &drawn) {
                    // Panes are compared when they have become silent.
                    self.view.rest();
                    return Vec::new();
                }
                if awaited == Awaited::Nothing {
                    self.divergences += 1;
                    tracing::info!(runner = %self.runner, "its screen was not what tmux has; it is now");
                }
                (Vec::new(), Vec::new())
            }
        };
        self.view.seed(screen.size, &drawn);
        self.since_keyframe = 0;
        let mut entries = said;
        entries.extend(self.record(
            at,
            RecordKind::Seed(Seed {
                size: screen.size,
                bytes: drawn.into(),
                lines,
            }),
        ));
        entries
    }

    /// True when the view shows what that picture does.
    fn shows(&mut self, size: Size, drawn: &[u8]) -> bool {
        let mut other = View::new(size);
        other.seed(size, drawn);
        let (wanted, present) = (other.picture(), self.view.picture());
        wanted.size == present.size && wanted.rows == present.rows
    }

    /// Whether a picture goes on from the known lines, and its lines that come after them.
    fn new_lines(&mut self, screen: &PaneScreen) -> (bool, Vec<Arc<str>>) {
        let captured = seed::readable(screen).lines();
        let aligned = new_lines(self.known.make_contiguous(), &captured);
        let fresh = captured.into_iter().skip(aligned.fresh);
        (aligned.overlap, fresh.map(Arc::from).collect())
    }

    /// When [`Self::expire`] is due.
    pub(super) fn deadline(&self) -> Option<Tick> {
        self.view.deadline()
    }

    /// Lines that have settled by silence.
    pub(super) fn expire(&mut self, at: Timestamp, now: Tick) -> Vec<LogEntry> {
        let lines = self.view.expire(now);
        self.settle(at, lines)
    }

    /// The run is over; returns the last lines.
    pub(super) fn finish(&mut self, at: Timestamp, exit: Option<Exit>) -> Vec<LogEntry> {
        let mut entries = self.say_gap(at);
        let lines = self.view.finish();
        entries.extend(self.settle(at, lines));
        self.keyframe(at);
        let outcome = exit.map_or(Outcome::NotKnown, |exit| exit.outcome);
        let (code, signal) = outcome.code_and_signal();
        entries.extend(self.record(at, RecordKind::End { code, signal }));
        // A terminal takes memory, and nothing more will be drawn.
        self.view = View::new(Size { cols: 1, rows: 1 });
        entries
    }

    /// The screen now.
    pub(super) fn picture(&mut self) -> Picture {
        self.view.picture()
    }

    /// The text of the screen now, without a title.
    pub(super) fn text(&mut self) -> ScreenText {
        let (rows, cursor_row) = self.view.text();
        ScreenText {
            rows,
            cursor_row,
            title: String::new(),
        }
    }

    /// A record at the end; returns what the log says of it.
    pub(super) fn record(&mut self, at: Timestamp, kind: RecordKind) -> Vec<LogEntry> {
        let record = Record {
            at: self.end,
            time: at,
            kind,
        };
        let entries = record.entries();
        self.remember(&entries);
        self.records_here += 1;
        let piece = Piece::Record(record);
        self.tell(&piece);
        self.append(piece);
        entries
    }

    /// From here on every chunk and record, and how many records at the end are not told.
    pub(super) fn follow(&mut self, follower: mpsc::Sender<Piece>) -> (Position, usize) {
        self.followers.push(follower);
        (self.end, self.records_here)
    }

    fn settle(&mut self, at: Timestamp, lines: Vec<Arc<str>>) -> Vec<LogEntry> {
        if lines.is_empty() {
            return Vec::new();
        }
        self.record(at, RecordKind::Settled { lines })
    }

    fn remember(&mut self, entries: &[LogEntry]) {
        let skip = entries.len().saturating_sub(KNOWN_LINES);
        for entry in entries.iter().skip(skip) {
            if entry.source == LogSource::Pane {
                self.known.push_back(Arc::clone(&entry.text));
            }
        }
        let surplus = self.known.len().saturating_sub(KNOWN_LINES);
        self.known.drain(..surplus);
    }

    /// The gap that was waiting for a picture which has not come.
    fn say_gap(&mut self, at: Timestamp) -> Vec<LogEntry> {
        match &mut self.awaited {
            Awaited::AfterGap(unsaid) => match unsaid.take() {
                Some(gap) => self.record(at, RecordKind::Gap(gap)),
                None => Vec::new(),
            },
            Awaited::Beginning | Awaited::Nothing | Awaited::AfterResize => Vec::new(),
        }
    }

    fn keyframe(&mut self, at: Timestamp) {
        self.since_keyframe = 0;
        let (size, dump) = self.view.dump();
        self.append(Piece::Keyframe(Keyframe {
            at: self.end,
            time: at,
            size,
            dump: dump.into(),
        }));
    }

    fn append_output(&mut self, piece: Piece, place: Position, time: Timestamp, len: usize) {
        self.tell(&piece);
        if let Some((at, bytes)) = self.untaken {
            let gap = Record {
                at,
                time,
                kind: RecordKind::Gap(Gap {
                    bytes: Some(bytes),
                    reason: GapReason::Overrun,
                }),
            };
            if self.writer.append(self.runner, Piece::Record(gap)).is_ok() {
                self.untaken = None;
            }
        }
        let is_taken = self.untaken.is_none() && self.writer.append(self.runner, piece).is_ok();
        if !is_taken {
            let (_, bytes) = self.untaken.get_or_insert((place, 0));
            *bytes += len as u64;
        }
    }

    /// Hands over what is not output. The store is overloaded only in a flood, and then a record or a keyframe less is borne: a
    /// reader sees the gap.
    fn append(&mut self, piece: Piece) {
        if self.untaken.is_none()
            && let Err(overloaded) = self.writer.append(self.runner, piece)
        {
            tracing::debug!(runner = %self.runner, %overloaded);
        }
    }

    /// A follower that is too slow is let go: it reads what it missed from the store and comes again.
    fn tell(&mut self, piece: &Piece) {
        self.followers
            .retain(|follower| follower.try_send(piece.clone()).is_ok());
    }
}

fn has_text(line: &str) -> bool {
    !line.trim().is_empty()
}
