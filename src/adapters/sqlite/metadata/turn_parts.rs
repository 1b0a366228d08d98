//! Parts of turns as rows. What people and agents said is compressed, and encrypted when transcripts are; whose it is and when it was
//! is not.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::super::Redact;
use super::super::seal::{BlobError, Sealer};
use super::failure::Trouble;
use super::runners::{moment, time};
use super::turn_record::TurnRecord;
use crate::domain::finding::{TurnPart, TurnPartKind};
use crate::domain::ids::RunnerId;
use crate::ports::ledger::{Batch, LedgerBounds, Turns};

/// Makes what is written of a part, and reads it.
#[derive(Clone, Default)]
pub(super) struct TurnCodec {
    pub(super) sealer: Sealer,
    /// Blots out secrets before anything is written.
    pub(super) redact: Option<Redact>,
}

impl TurnCodec {
    fn body(&self, owner: &str, part: TurnPartKind) -> Result<Vec<u8>, Trouble> {
        let mut record = TurnRecord::of(part);
        if let Some(redact) = &self.redact {
            record.redact(&**redact);
        }
        let text = serde_json::to_vec(&record).map_err(|error| Trouble::Io(error.into()))?;
        Ok(self.sealer.seal(owner.as_bytes(), &text)?)
    }

    /// The part; `None` when there is another key or none, or it is damaged: that is no reason to do without all the rest.
    fn open(&self, owner: &str, body: &[u8]) -> Option<TurnPartKind> {
        let text = self.sealer.open(owner.as_bytes(), body);
        let text = text.inspect_err(|error| {
            if *error == BlobError::Damaged {
                tracing::warn!("a part of a turn is damaged");
            }
        });
        let record = serde_json::from_slice::<TurnRecord>(&text.ok()?)
            .inspect_err(|error| tracing::warn!(%error, "a part of a turn cannot be understood"));
        record.ok().map(TurnRecord::read)
    }
}

/// What a body is bound to.
fn owner(kind: &str, conversation: &str, key: &str) -> String {
    format!("{kind}\0{conversation}\0{key}")
}

/// Inserts it, or what it makes of the one with its key.
pub(super) fn put(
    change: &Transaction<'_>,
    batch: &Batch,
    part: &TurnPart,
    codec: &TurnCodec,
) -> Result<(), Trouble> {
    let owner = owner(batch.kind, &part.conversation, &part.key);
    let known: Option<Vec<u8>> = change
        .prepare_cached(
            "SELECT body FROM turn_part WHERE kind = ?1 AND conversation = ?2 AND key = ?3",
        )?
        .query_row(params![batch.kind, part.conversation, part.key], |row| {
            row.get(0)
        })
        .optional()?;
    let what = part.what.clone();
    let what = match known.and_then(|known| codec.open(&owner, &known)) {
        Some(known) => what.after(known),
        None => what,
    };
    let body = codec.body(&owner, what)?;
    change
        .prepare_cached(
            "INSERT INTO turn_part (kind, conversation, key, runner, at, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (kind, conversation, key) DO UPDATE SET body = excluded.body",
        )?
        .execute(params![
            batch.kind,
            part.conversation,
            part.key,
            batch.runner.to_string(),
            time(part.at),
            body,
        ])?;
    Ok(())
}

/// The newest `limit` of a runner, oldest first.
pub(super) fn read(
    connection: &Connection,
    runner: RunnerId,
    limit: usize,
    codec: &TurnCodec,
) -> Result<Turns, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, conversation, key, at, body FROM turn_part WHERE runner = ?1
         ORDER BY at DESC, id DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = statement.query(params![runner.to_string(), limit])?;
    let mut turns = Turns::default();
    while let Some(row) = rows.next()? {
        let kind: String = row.get(0)?;
        let (conversation, key): (String, String) = (row.get(1)?, row.get(2)?);
        let body: Vec<u8> = row.get(4)?;
        match codec.open(&owner(&kind, &conversation, &key), &body) {
            Some(what) => turns.parts.push(TurnPart {
                conversation,
                key,
                at: moment(row.get(3)?),
                what,
            }),
            None => turns.unreadable += 1,
        }
    }
    turns.parts.reverse();
    Ok(turns)
}

/// Removes those that are too old, and the oldest when all of them are too long.
pub(super) fn prune(change: &Transaction<'_>, bounds: LedgerBounds) -> Result<usize, Trouble> {
    let old = change.execute(
        "DELETE FROM turn_part WHERE at < ?1",
        [time(bounds.turns_since)],
    )?;
    // Newest first: those in front of which there is enough.
    let most = i64::try_from(bounds.turn_bytes).unwrap_or(i64::MAX);
    let surplus = change.execute(
        "DELETE FROM turn_part WHERE id IN (SELECT id FROM
            (SELECT id, sum(length(body)) OVER (ORDER BY at DESC, id DESC) AS bytes FROM turn_part)
            WHERE bytes > ?1)",
        [most],
    )?;
    Ok(old + surplus)
}

/// Removes those of a runner.
pub(super) fn forget(change: &Transaction<'_>, runner: RunnerId) -> Result<(), Trouble> {
    change
        .prepare_cached("DELETE FROM turn_part WHERE runner = ?1")?
        .execute([runner.to_string()])?;
    Ok(())
}
