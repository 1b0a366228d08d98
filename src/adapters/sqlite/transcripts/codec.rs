//! How the parts of frames and records are written down: chunk tables as variable-length numbers, records and lines as JSON.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::domain::ids::Seq;
use crate::domain::log::{LogEntry, LogSource};
use crate::domain::time::Timestamp;
use crate::domain::transcript::{Chunk, Gap, GapReason, Position, RecordKind, Seed, Size};

/// CRC32 of a frame's bytes.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
}

fn put(number: u64, out: &mut Vec<u8>) {
    let mut rest = number;
    while rest >= 0x80 {
        out.push(u8::try_from(rest & 0x7f).unwrap_or_default() | 0x80);
        rest >>= 7;
    }
    out.push(u8::try_from(rest).unwrap_or_default());
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// A difference of times; a clock may be set back.
const fn zigzag(from: u64, to: u64) -> u64 {
    let difference = to.wrapping_sub(from).cast_signed();
    ((difference << 1) ^ (difference >> 63)).cast_unsigned()
}

const fn unzigzag(from: u64, code: u64) -> u64 {
    let difference = (code >> 1).cast_signed() ^ -((code & 1).cast_signed());
    from.wrapping_add(difference.cast_unsigned())
}

/// Times and lengths of chunks.
pub(super) fn chunk_table(chunks: impl IntoIterator<Item = (Timestamp, usize)>) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 0);
    for (time, len) in chunks {
        put(len as u64, &mut out);
        put(zigzag(before, time.0), &mut out);
        before = time.0;
    }
    out
}

/// The chunks of a frame; `None` when table and bytes do not fit.
pub(super) fn chunks(start: Position, mut table: &[u8], bytes: Vec<u8>) -> Option<Vec<Chunk>> {
    let mut bytes = Bytes::from(bytes);
    let (mut at, mut before, mut chunks) = (start, 0, Vec::new());
    while !table.is_empty() {
        let len = usize::try_from(take(&mut table)?).ok()?;
        before = unzigzag(before, take(&mut table)?);
        if len > bytes.len() {
            return None;
        }
        let chunk = Chunk {
            at,
            time: Timestamp(before),
            bytes: bytes.split_to(len),
        };
        at = chunk.end();
        chunks.push(chunk);
    }
    bytes.is_empty().then_some(chunks)
}

/// When each chunk arrived, and how far from the start of the frame it begins.
pub(super) fn chunk_times(mut table: &[u8]) -> Vec<(Timestamp, u64)> {
    let (mut offset, mut before, mut times) = (0, 0, Vec::new());
    while let (Some(len), Some(code)) = (take(&mut table), take(&mut table)) {
        before = unzigzag(before, code);
        times.push((Timestamp(before), offset));
        offset += len;
    }
    times
}

#[derive(Serialize, Deserialize)]
struct LineRecord(u64, u64, u8, String);

/// The lines of a frame.
pub(super) fn lines_text(lines: &[LogEntry]) -> Vec<u8> {
    let records: Vec<LineRecord> = lines
        .iter()
        .map(|line| {
            let source = u8::from(line.source == LogSource::Geppetto);
            LineRecord(line.place.seq.0, line.at.0, source, line.text.to_string())
        })
        .collect();
    serde_json::to_vec(&records).unwrap_or_default()
}

/// The same read back.
pub(super) fn lines(start: Position, text: &[u8]) -> Option<Arc<[LogEntry]>> {
    let records: Vec<LineRecord> = serde_json::from_slice(text).ok()?;
    let entries = records
        .into_iter()
        .map(|LineRecord(seq, at, source, text)| LogEntry {
            place: Position::new(start.epoch, Seq(seq)),
            at: Timestamp(at),
            source: if source == 1 {
                LogSource::Geppetto
            } else {
                LogSource::Pane
            },
            text: text.into(),
        });
    Some(entries.collect())
}

#[derive(Serialize, Deserialize, Default)]
struct RecordText {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cols: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rows: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signal: Option<i32>,
}

/// The word for a kind of record, and the rest of it.
pub(super) fn record_text(kind: &RecordKind) -> (&'static str, Vec<u8>) {
    let (word, text) = match kind {
        RecordKind::Seed(Seed { size, bytes, lines }) => {
            let text = RecordText {
                cols: Some(size.cols),
                rows: Some(size.rows),
                data: Some(STANDARD.encode(bytes)),
                lines: lines.clone(),
                ..RecordText::default()
            };
            ("seed", text)
        }
        RecordKind::Resize(size) => {
            let text = RecordText {
                cols: Some(size.cols),
                rows: Some(size.rows),
                ..RecordText::default()
            };
            ("resize", text)
        }
        RecordKind::Gap(gap) => {
            let text = RecordText {
                bytes: gap.bytes,
                text: Some(gap.reason.as_str().to_owned()),
                ..RecordText::default()
            };
            ("gap", text)
        }
        RecordKind::Marker { text } => ("marker", said(text)),
        RecordKind::Note { text } => ("note", said(text)),
        RecordKind::Settled { lines } => {
            let text = RecordText {
                lines: lines.clone(),
                ..RecordText::default()
            };
            ("settled", text)
        }
        RecordKind::End { code, signal } => {
            let text = RecordText {
                code: *code,
                signal: *signal,
                ..RecordText::default()
            };
            ("end", text)
        }
    };
    (word, serde_json::to_vec(&text).unwrap_or_default())
}

fn said(text: &str) -> RecordText {
    RecordText {
        text: Some(text.to_owned()),
        ..RecordText::default()
    }
}

/// The words of [`record_text`].
const WORDS: [&str; 7] = ["seed", "resize", "gap", "marker", "note", "settled", "end"];

/// False for a word of a later version.
pub(super) fn is_known(word: &str) -> bool {
    WORDS.contains(&word)
}

/// The same read back; `None` when it is damaged, or not of this version.
pub(super) fn record(word: &str, text: &[u8]) -> Option<RecordKind> {
    let text: RecordText = serde_json::from_slice(text).ok()?;
    let size = || {
        Some(Size {
            cols: text.cols.filter(|cols| *cols > 0)?,
            rows: text.rows.filter(|rows| *rows > 0)?,
        })
    };
    Some(match word {
        "seed" => RecordKind::Seed(Seed {
            size: size()?,
            bytes: STANDARD.decode(text.data.as_ref()?).ok()?.into(),
            lines: text.lines,
        }),
        "resize" => RecordKind::Resize(size()?),
        "gap" => RecordKind::Gap(Gap {
            bytes: text.bytes,
            reason: GapReason::from_word(text.text.as_deref()?)?,
        }),
        "marker" => RecordKind::Marker { text: text.text? },
        "note" => RecordKind::Note { text: text.text? },
        "settled" => RecordKind::Settled { lines: text.lines },
        "end" => RecordKind::End {
            code: text.code,
            signal: text.signal,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Epoch;

    #[test]
    fn chunks_keep_their_boundaries_and_times_also_when_the_clock_goes_back() {
        let start = Position::new(Epoch(3), Seq(1000));
        let mut at = start;
        let made: Vec<Chunk> = [(5, 1_790_000_000_000), (200, 3), (0, u64::MAX), (1, 0)]
            .into_iter()
            .map(|(len, time)| {
                let bytes = vec![b'x'; len].into();
                let chunk = Chunk {
                    at,
                    time: Timestamp(time),
                    bytes,
                };
                at = chunk.end();
                chunk
            })
            .collect();
        let bytes: Vec<u8> = made.iter().flat_map(|chunk| chunk.bytes.to_vec()).collect();
        let table = chunk_table(made.iter().map(|chunk| (chunk.time, chunk.bytes.len())));
        assert_eq!(chunks(start, &table, bytes.clone()), Some(made));
        assert_eq!(chunks(start, &table, bytes[1..].to_vec()), None);
        assert_eq!(chunks(start, &[0x80; 20], bytes), None);
    }

    #[test]
    fn every_record_comes_back_and_unknown_ones_are_none() {
        let kinds = [
            RecordKind::Seed(Seed {
                size: Size { cols: 80, rows: 24 },
                bytes: vec![0, 27, 255].into(),
                lines: vec!["a".into(), "".into()],
            }),
            RecordKind::Resize(Size { cols: 1, rows: 1 }),
            RecordKind::Gap(Gap {
                bytes: None,
                reason: GapReason::Away,
            }),
            RecordKind::Gap(Gap {
                bytes: Some(7),
                reason: GapReason::Disk,
            }),
            RecordKind::Marker {
                text: "\"here\"".to_owned(),
            },
            RecordKind::Note {
                text: String::new(),
            },
            RecordKind::Settled {
                lines: vec!["x".into()],
            },
            RecordKind::End {
                code: Some(-1),
                signal: None,
            },
        ];
        for kind in kinds {
            let (word, text) = record_text(&kind);
            assert!(is_known(word), "{word}");
            assert_eq!(record(word, &text), Some(kind));
        }
        assert_eq!(record("from the future", b"{}"), None);
        assert_eq!(record("seed", b"{}"), None);
    }
}
