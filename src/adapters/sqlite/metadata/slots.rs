//! Session keys as rows: which idea has which slots, and what the user last saw of each.

use std::io::Read;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, Row, params};

use super::super::database;
use super::super::limits::{LEVEL, SNAPSHOT_BYTES};
use super::failure::Trouble;
use super::record::id;
use super::runners::{moment, time};
use crate::domain::ids::{Epoch, Seq};
use crate::domain::key::SessionKey;
use crate::domain::slot::{Slot, SlotStatus};
use crate::domain::transcript::Position;

/// Every slot, by idea and slot.
pub(super) fn read(connection: &Connection) -> Result<Vec<Slot>, Trouble> {
    let mut statement = connection
        .prepare_cached("SELECT * FROM ideas_terminal_sessions ORDER BY idea, slot, prefix")?;
    let mut rows = statement.query([])?;
    let mut slots = Vec::new();
    while let Some(row) = rows.next()? {
        slots.push(slot(row)?);
    }
    Ok(slots)
}

/// What can still be read of a damaged database.
pub(super) fn readable(path: &Path) -> Vec<Slot> {
    let mut slots = Vec::new();
    let mut read = || -> Result<(), Trouble> {
        let Some(connection) = database::open_to_read(path)? else {
            return Ok(());
        };
        let mut statement = connection.prepare("SELECT * FROM ideas_terminal_sessions")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            slots.push(slot(row)?);
        }
        Ok(())
    };
    let done = read();
    if let Err(error) = done {
        tracing::warn!(%error, slots = slots.len(), "not every session key could be saved from damage");
    }
    slots
}

/// Inserts all of them, or none.
pub(super) fn put_all(connection: &mut Connection, slots: &[Slot]) -> Result<(), Trouble> {
    let change = connection.transaction()?;
    for slot in slots {
        put(&change, slot)?;
    }
    Ok(change.commit()?)
}

/// Inserts it, or replaces the one with its key.
pub(super) fn put(connection: &Connection, slot: &Slot) -> Result<(), Trouble> {
    let written = connection
        .prepare_cached(
            "INSERT INTO ideas_terminal_sessions (prefix, idea, slot, tmux_name, status, runner, created_at,
                last_connected_at, last_detach_at, cursor_epoch, cursor_seq, snapshot)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
             ON CONFLICT (prefix, idea, slot) DO UPDATE SET
                tmux_name = excluded.tmux_name, status = excluded.status, runner = excluded.runner,
                created_at = excluded.created_at, last_connected_at = excluded.last_connected_at,
                last_detach_at = excluded.last_detach_at, cursor_epoch = excluded.cursor_epoch,
                cursor_seq = excluded.cursor_seq, snapshot = excluded.snapshot",
        )?
        .execute(params![
            slot.key.prefix(),
            slot.key.idea(),
            slot.key.slot(),
            slot.session_name,
            slot.status.as_str(),
            slot.runner.map(|runner| runner.to_string()),
            time(slot.created_at),
            slot.last_connected_at.map(time),
            slot.last_detach_at.map(time),
            slot.cursor.map(|cursor| cursor.epoch.0),
            slot.cursor.map(|cursor| cursor.seq.0.cast_signed()),
            slot.snapshot.as_deref().map(|text| pack(text, &slot.key)).transpose()?.flatten(),
        ]);
    match written {
        Ok(_) => Ok(()),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            Err(Trouble::NameTaken(slot.session_name.clone()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes it; false when there was none.
pub(super) fn remove(connection: &Connection, key: &SessionKey) -> Result<bool, Trouble> {
    let removed = connection
        .prepare_cached(
            "DELETE FROM ideas_terminal_sessions WHERE prefix = ?1 AND idea = ?2 AND slot = ?3",
        )?
        .execute([key.prefix(), key.idea(), key.slot()])?;
    Ok(removed > 0)
}

fn slot(row: &Row<'_>) -> Result<Slot, Trouble> {
    let part = |column| row.get::<_, String>(column);
    let whole = [part("prefix")?, part("idea")?, part("slot")?].join("::");
    let key = SessionKey::parse(&whole, "").map_err(|error| Trouble::Meaning(error.to_string()))?;
    let status: String = row.get("status")?;
    let runner: Option<String> = row.get("runner")?;
    let runner = runner.as_deref().map(id).transpose();
    let epoch: Option<u32> = row.get("cursor_epoch")?;
    let seq: Option<i64> = row.get("cursor_seq")?;
    let snapshot: Option<Vec<u8>> = row.get("snapshot")?;
    Ok(Slot {
        session_name: row.get("tmux_name")?,
        status: SlotStatus::from_word(&status)
            .ok_or_else(|| Trouble::Meaning(format!("{status:?} is not a status of a slot")))?,
        runner: runner.map_err(Trouble::Meaning)?,
        created_at: moment(row.get("created_at")?),
        last_connected_at: row.get::<_, Option<i64>>("last_connected_at")?.map(moment),
        last_detach_at: row.get::<_, Option<i64>>("last_detach_at")?.map(moment),
        cursor: epoch
            .zip(seq)
            .map(|(epoch, seq)| Position::new(Epoch(epoch), Seq(seq.cast_unsigned()))),
        snapshot: snapshot.and_then(|packed| unpack(&packed, &key)),
        key,
    })
}

/// A snapshot that is too long is not kept: what the slot is for works without.
fn pack(text: &str, key: &SessionKey) -> Result<Option<Vec<u8>>, Trouble> {
    if text.len() as u64 > SNAPSHOT_BYTES {
        tracing::warn!(%key, bytes = text.len(), "the screen of a slot is too long to be kept");
        return Ok(None);
    }
    Ok(Some(zstd::bulk::compress(text.as_bytes(), LEVEL)?))
}

/// A damaged snapshot is no reason to do without all the rest.
fn unpack(packed: &[u8], key: &SessionKey) -> Option<String> {
    let mut text = String::new();
    let read = zstd::stream::read::Decoder::new(packed)
        .and_then(|decoder| decoder.take(SNAPSHOT_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => Some(text),
        Err(error) => {
            tracing::warn!(%key, %error, "the screen of a slot cannot be read");
            None
        }
    }
}
