//! What a transcript is made of: every byte that a runner's pane printed, numbered within its epoch, and records that
//! stand between the bytes. Values only; who keeps them is a port.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use super::ids::{Epoch, ParseIdError, Seq};
use super::log::{LogEntry, LogSource};
use super::time::Timestamp;

/// A place in a runner's transcript: before byte `seq` of epoch `epoch`. Written `EPOCH:SEQ`, as in `2:4096`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Position {
    /// The run.
    pub epoch: Epoch,
    /// Bytes of that run before this place.
    pub seq: Seq,
}

impl Position {
    /// The place before byte `seq` of `epoch`.
    pub const fn new(epoch: Epoch, seq: Seq) -> Self {
        Self { epoch, seq }
    }

    /// The place `bytes` further in the same epoch.
    #[must_use]
    pub const fn after(self, bytes: u64) -> Self {
        Self {
            epoch: self.epoch,
            seq: Seq(self.seq.0.saturating_add(bytes)),
        }
    }

    /// The last place before this one; at the beginning of an epoch, one behind everything in the epoch before.
    #[must_use]
    pub fn just_before(self) -> Self {
        // Databases count with a sign.
        let behind_all = Seq(i64::MAX.cast_unsigned());
        let (epoch, seq) = match (self.epoch.0.checked_sub(1), self.seq.0.checked_sub(1)) {
            (_, Some(seq)) => (self.epoch, Seq(seq)),
            (Some(epoch), None) => (Epoch(epoch), behind_all),
            (None, None) => return self,
        };
        Self { epoch, seq }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.epoch, self.seq)
    }
}

impl FromStr for Position {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = || {
            let (epoch, seq) = text.split_once(':')?;
            Some(Self::new(
                Epoch(epoch.parse().ok()?),
                Seq(seq.parse().ok()?),
            ))
        };
        read().ok_or_else(|| ParseIdError {
            text: text.to_owned(),
            expected: "a place in a transcript, such as 1:4096",
        })
    }
}

/// Columns and rows of a pane; neither is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
}

impl Default for Size {
    fn default() -> Self {
        Self { cols: 80, rows: 24 }
    }
}

/// Output that arrived together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    /// Place of its first byte.
    pub at: Position,
    /// When it arrived.
    pub time: Timestamp,
    /// What the pane printed, escapes and all; cut anywhere.
    pub bytes: Bytes,
}

impl Chunk {
    /// The place behind its last byte.
    pub const fn end(&self) -> Position {
        self.at.after(self.bytes.len() as u64)
    }
}

/// Something that stands between two bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where: behind all bytes before this place. Records of one place are in the order in which they were appended.
    pub at: Position,
    /// When.
    pub time: Timestamp,
    /// What.
    pub kind: RecordKind,
}

impl Record {
    /// What the log says of it.
    pub fn entries(&self) -> Vec<LogEntry> {
        let entry = |source, text: Arc<str>| LogEntry {
            place: self.at,
            at: self.time,
            source,
            text,
        };
        match &self.kind {
            RecordKind::Seed(Seed { lines, .. }) | RecordKind::Settled { lines } => lines
                .iter()
                .map(|line| entry(LogSource::Pane, Arc::clone(line)))
                .collect(),
            RecordKind::Gap(gap) => vec![entry(LogSource::Geppetto, gap.to_string().into())],
            RecordKind::Marker { text } => {
                vec![entry(LogSource::Geppetto, format!("Mark: {text}").into())]
            }
            RecordKind::Note { text } => vec![entry(LogSource::Geppetto, text.as_str().into())],
            RecordKind::Resize(_) | RecordKind::End { .. } => Vec::new(),
        }
    }
}

/// Kinds of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordKind {
    /// What tmux had on the screen and in its history of the pane at this place.
    Seed(Seed),
    /// The pane has this size from here on.
    Resize(Size),
    /// Output is missing here.
    Gap(Gap),
    /// The user marked this place.
    Marker {
        /// Their words.
        text: String,
    },
    /// geppetto says something about the runner.
    Note {
        /// A whole sentence.
        text: String,
    },
    /// Lines of the screen that have settled here, by silence or by the end of the run.
    Settled {
        /// The lines.
        lines: Vec<Arc<str>>,
    },
    /// The run is over.
    End {
        /// Exit code, when it is known.
        code: Option<i32>,
        /// Signal that ended it, when it is known.
        signal: Option<i32>,
    },
}

/// The picture of a pane at one place: a fresh terminal of `size` that is fed `bytes` looks like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// Size of the pane.
    pub size: Size,
    /// History, screen, cursor and modes as escape sequences.
    pub bytes: Bytes,
    /// Readable lines of it that were not in the log before: what was printed before the watch or while nobody watched.
    pub lines: Vec<Arc<str>>,
}

/// A hole in a transcript. Positions do not count the missing bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// How much is missing, where that is known.
    pub bytes: Option<u64>,
    /// Why.
    pub reason: GapReason,
}

/// Why output is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GapReason {
    /// It came faster than the daemon could take it.
    Overrun,
    /// tmux dropped it.
    Tmux,
    /// No daemon watched the pane.
    Away,
    /// It could not be written: the disk was full, or not writable.
    Disk,
    /// The file that held it was damaged and set aside.
    Damaged,
    /// It was removed by age or size.
    Pruned,
}

impl GapReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Overrun,
        Self::Tmux,
        Self::Away,
        Self::Disk,
        Self::Damaged,
        Self::Pruned,
    ];

    /// The word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overrun => "overrun",
            Self::Tmux => "tmux",
            Self::Away => "away",
            Self::Disk => "disk",
            Self::Damaged => "damaged",
            Self::Pruned => "pruned",
        }
    }

    /// The reason that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

impl fmt::Display for Gap {
    /// The sentence that stands in the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.bytes {
            Some(1) => write!(f, "1 byte of output is missing here")?,
            Some(bytes) => write!(f, "{bytes} bytes of output are missing here")?,
            None => write!(f, "Some output may be missing here")?,
        }
        f.write_str(match self.reason {
            GapReason::Overrun => ": it came too fast.",
            GapReason::Tmux => ": tmux dropped it.",
            GapReason::Away => ": geppetto was away.",
            GapReason::Disk => ": it could not be written to disk.",
            GapReason::Damaged => ": the file that held it was damaged.",
            GapReason::Pruned => ": it was removed by age or size.",
        })
    }
}

/// A screen from which later bytes go on: a fresh terminal of `size` that is fed `dump` is as the pane was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyframe {
    /// Where.
    pub at: Position,
    /// When.
    pub time: Timestamp,
    /// Size of the pane.
    pub size: Size,
    /// Escape sequences.
    pub dump: Arc<str>,
}

/// What is appended to a transcript, in the order in which it happened.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Output.
    Output {
        /// The bytes.
        chunk: Chunk,
        /// The lines that they settled; `None` when a reader gets the very same lines from the bytes alone, so that they need
        /// not be kept (see [`super::view::LineReader`]).
        lines: Option<Arc<[LogEntry]>>,
    },
    /// A record.
    Record(Record),
    /// A screen, so that a reader need not begin at the start.
    Keyframe(Keyframe),
}

/// Chunks that are kept together, as they come back from a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// In order and without holes; never empty.
    pub chunks: Vec<Chunk>,
    /// The lines that these chunks settled, when they cannot be had from the bytes alone.
    pub lines: Option<Arc<[LogEntry]>>,
}

impl Frame {
    /// Place of the first byte.
    pub fn start(&self) -> Position {
        self.chunks
            .first()
            .map_or(Position::default(), |chunk| chunk.at)
    }

    /// Place behind the last byte.
    pub fn end(&self) -> Position {
        self.chunks.last().map_or(Position::default(), Chunk::end)
    }
}

/// What a store gives back, in the order of the transcript. Records stand between frames, never within one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// Output.
    Frame(Frame),
    /// A record.
    Record(Record),
}

impl Stored {
    /// The place at which it begins.
    pub fn start(&self) -> Position {
        match self {
            Self::Frame(frame) => frame.start(),
            Self::Record(record) => record.at,
        }
    }

    /// The place behind it; a record takes no room.
    pub fn end(&self) -> Position {
        match self {
            Self::Frame(frame) => frame.end(),
            Self::Record(record) => record.at,
        }
    }
}

/// How much of a runner's transcript there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// The first place that can be read.
    pub first: Position,
    /// The place behind the last byte.
    pub end: Position,
    /// Bytes of output that can be read, all epochs.
    pub bytes: u64,
    /// Bytes that the files take.
    pub on_disk: u64,
    /// When the oldest of it was printed.
    pub oldest: Option<Timestamp>,
    /// When the newest of it was printed.
    pub newest: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_ordered_and_read_back() {
        let place = Position::new(Epoch(2), Seq(4096));
        assert_eq!(place.to_string(), "2:4096");
        assert_eq!("2:4096".parse(), Ok(place));
        assert!(Position::new(Epoch(1), Seq(u64::MAX)) < place);
        assert!(place < place.after(1));
        assert_eq!(place.after(1).just_before(), place);
        let begin = Position::new(Epoch(2), Seq(0));
        assert!(begin.just_before() < begin);
        assert!(begin.just_before() > Position::new(Epoch(1), Seq(1 << 40)));
        let first = Position::new(Epoch(0), Seq(0));
        assert_eq!(first.just_before(), first, "there is nothing before it");
        for wrong in ["", "4096", "a:1", "1:", "1:-1", "1:2:3"] {
            assert!(wrong.parse::<Position>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_gap_is_a_sentence() {
        let gap = |bytes, reason| Gap { bytes, reason }.to_string();
        assert_eq!(
            gap(Some(7), GapReason::Overrun),
            "7 bytes of output are missing here: it came too fast."
        );
        assert_eq!(
            gap(None, GapReason::Away),
            "Some output may be missing here: geppetto was away."
        );
        for reason in GapReason::ALL {
            assert_eq!(GapReason::from_word(reason.as_str()), Some(reason));
        }
    }
}
