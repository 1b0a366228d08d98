//! The first record of a session file, which says whose it is.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::Value;

use super::limits::WHOLE_FILE;

/// Reads it; `None` while it is not whole, and when it is none.
pub(super) fn header(file: &Path) -> Option<Value> {
    let mut line = Vec::new();
    let file = File::open(file).ok()?;
    BufReader::new(file.take(WHOLE_FILE))
        .read_until(b'\n', &mut line)
        .ok()?;
    serde_json::from_slice(&line).ok()
}
