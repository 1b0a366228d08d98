//! The tables of a transcript. Migrations are only ever added to: every released schema must be readable for ever.
//!
//! Frames and records are ordered by place; at one place, records come first, in the order of their ids. No record stands within
//! a frame. Blobs come last in their rows, so that reading the rest of a row does not touch them.

/// All migrations, oldest first.
pub(super) const MIGRATIONS: [&str; 1] = ["
CREATE TABLE frame (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    first INTEGER NOT NULL,          -- place of the first byte
    end INTEGER NOT NULL,            -- place behind the last byte
    at INTEGER NOT NULL,             -- when the first byte arrived, in milliseconds since 1970
    until INTEGER NOT NULL,          -- the latest time at which a byte arrived
    crc INTEGER NOT NULL,            -- CRC32 of the bytes
    chunks BLOB NOT NULL,            -- lengths and times of the chunks
    lines BLOB,                      -- readable lines, where the bytes alone do not tell them
    data BLOB NOT NULL               -- the bytes
);
CREATE UNIQUE INDEX frame_place ON frame (epoch, first);
CREATE TABLE record (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX record_place ON record (epoch, seq, id);
CREATE TABLE keyframe (
    id INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    cols INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE INDEX keyframe_place ON keyframe (epoch, seq, id);
"];
