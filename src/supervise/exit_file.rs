//! Where a run parent leaves the exit when no daemon takes it: `<state dir>/exits/<runner>-<run>.json`.
//! The daemon's store reads and removes it (`adapters::sqlite`); the content is [`RunExited`] as on the wire.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::process;

use crate::wire::RunExited;

/// Writes the file, at once or not at all: a reader never sees a half of it.
pub(crate) fn write(state_dir: &Path, exit: &RunExited) -> io::Result<()> {
    let dir = state_dir.join("exits");
    DirBuilder::new().recursive(true).mode(0o700).create(&dir)?;
    let name = format!("{}-{}.json", exit.runner_id, exit.run);
    let unfinished = dir.join(format!(".{name}.{}", process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(&serde_json::to_vec(exit)?)?;
    file.sync_all()?;
    fs::rename(&unfinished, dir.join(name))
}
