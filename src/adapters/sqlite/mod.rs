//! Durable state in SQLite: one database for what is known of runners, and one for the transcript of each. Every database has one
//! owner thread that writes; nothing else does.

mod database;
mod limits;
mod memory;
mod metadata;
mod seal;
mod transcripts;
mod worker;

pub use metadata::SqliteStore;
pub use seal::{Key, KeyError};
pub use transcripts::{Allowed, Redact, SqliteTranscripts, TranscriptOptions, query_plans};
