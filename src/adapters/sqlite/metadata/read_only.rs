//! Reading the list where nothing can be written, on a full disk or one that is read-only: opening a database for writing writes
//! already, and a daemon that begins there must not think that there are no runners.

use std::path::Path;

use super::super::database;
use super::failure::Trouble;
use super::runners;
use crate::ports::store::Stored;

/// The list; `None` when there is no database.
pub(super) fn read(path: &Path) -> Result<Option<Stored>, Trouble> {
    let connection = if database::has_log(path) {
        database::open_to_read(path)?
    } else {
        database::open_unwritable(path)?
    };
    let known = connection.as_ref().map(runners::read).transpose()?;
    Ok(known.map(|known| known.stored()))
}
