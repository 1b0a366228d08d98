//! Transcripts on the wire: pages and streams of exactly what a pane printed, screens, marks, and what pruning removes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `read-transcript` and `stream-transcript`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReadTranscript {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// The place from which on it is wanted, `RUN:SEQ`; by default the beginning for `read-transcript`, and the end for
    /// `stream-transcript`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// `read-transcript`: about how many bytes of output a page has, at most 1 MiB, which is also the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<usize>,
}

/// `get-screen`: the screen now or last, or as it was at a place or time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetScreen {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// The place, `RUN:SEQ`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The time, in milliseconds since 1970. Not together with `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_ms: Option<u64>,
}

/// `mark-runner`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarkRunner {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// What to say at this place; at most 1000 characters, on one line.
    pub text: String,
}

/// `prune-transcripts`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PruneTranscripts {
    /// Only tell what would go.
    #[serde(default)]
    pub dry_run: bool,
}

/// A page of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptView {
    /// In order.
    pub pieces: Vec<TranscriptPiece>,
    /// Where the next page begins, `RUN:SEQ`; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The first place that can be read, `RUN:SEQ`.
    pub first: String,
    /// The end, `RUN:SEQ`.
    pub end: String,
    /// Bytes of output that can be read.
    pub bytes: u64,
    /// Bytes that it takes on disk.
    pub on_disk: u64,
}

/// A piece of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TranscriptPiece {
    /// Run.
    pub run: u32,
    /// So many bytes of the run come before.
    pub seq: u64,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What.
    #[serde(flatten)]
    pub what: PieceView,
}

/// What stands at a place of a transcript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "kind",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum PieceView {
    /// Output.
    Output {
        /// Base64.
        data: String,
    },
    /// What the pane showed when watching began, or began again: a fresh terminal of this size that is fed `data` looks like
    /// it.
    Seed {
        /// Columns.
        cols: u16,
        /// Rows.
        rows: u16,
        /// Base64.
        data: String,
    },
    /// Another size.
    Resize {
        /// Columns.
        cols: u16,
        /// Rows.
        rows: u16,
    },
    /// Output is missing.
    Gap {
        /// How many bytes, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bytes: Option<u64>,
        /// `overrun`, `tmux`, `away`, `disk`, `damaged`, `pruned`.
        reason: String,
    },
    /// The user's mark.
    Marker {
        /// Their words; hostile text.
        text: String,
    },
    /// geppetto says something.
    Note {
        /// A whole sentence.
        text: String,
    },
    /// The run is over.
    End {
        /// Exit code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<i32>,
        /// Signal.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signal: Option<i32>,
    },
}

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenView {
    /// Run.
    pub run: u32,
    /// So many bytes of the run come before.
    pub seq: u64,
    /// When the last of them arrived, in milliseconds since 1970.
    pub at_ms: u64,
    /// Columns.
    pub cols: u16,
    /// Rows.
    pub rows: u16,
    /// Column and row of the cursor, from 0; absent while it is hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<(u16, u16)>,
    /// Printable text of each row, without trailing blanks.
    pub text: Vec<String>,
    /// Each row with colours as escape sequences (only `ESC [ … m`).
    pub styled: Vec<String>,
}

/// What pruning removed of one runner, or would remove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PrunedView {
    /// The runner's id.
    pub runner_id: String,
    /// Its name, when it is in the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bytes of output.
    pub bytes: u64,
    /// Bytes on disk.
    pub on_disk: u64,
    /// The first place that is left, `RUN:SEQ`.
    pub first: String,
}
