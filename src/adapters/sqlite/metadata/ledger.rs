//! What messages used, as rows: written once for each message, summed up by SQLite, pruned by age.

use std::fmt::Write as _;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};

use super::failure::Trouble;
use super::record::id;
use super::runners::time;
use super::turn_parts::TurnCodec;
use super::{marks, turn_parts};
use crate::domain::finding::TokenUse;
use crate::domain::ids::RunnerId;
use crate::domain::time::Day;
use crate::domain::tokens::{By, Tokens, Used};
use crate::ports::ledger::{Batch, Change, LedgerBounds, Sum, SumQuery};

/// Most tokens, and millionths of a dollar, of one message: what is above was misread, and sums of it could not be written down.
pub(super) const MOST: u64 = 1_000_000_000_000;

/// Writes all of it, or nothing.
pub(super) fn record(
    connection: &mut Connection,
    batch: &Batch,
    codec: &TurnCodec,
) -> Result<Vec<Change>, Trouble> {
    let change = connection.transaction()?;
    let mut changes = Vec::new();
    for (day, message) in &batch.messages {
        changes.extend(put(&change, batch, *day, message)?);
    }
    if !batch.messages.is_empty() {
        change
            .prepare_cached("INSERT OR REPLACE INTO spender (runner, name) VALUES (?1, ?2)")?
            .execute(params![batch.runner.to_string(), batch.name])?;
    }
    for part in &batch.parts {
        turn_parts::put(&change, batch, part, codec)?;
    }
    marks::put_all(&change, batch.runner, &batch.marks)?;
    change.commit()?;
    Ok(changes)
}

/// What is known of a message.
struct Known {
    runner: RunnerId,
    day: Day,
    model: String,
    used: Used,
}

fn put(
    change: &Transaction<'_>,
    batch: &Batch,
    day: Day,
    message: &TokenUse,
) -> Result<Option<Change>, Trouble> {
    let known = known(change, batch.kind, message)?;
    if known.is_none() && is_copy(change, batch.kind, message)? {
        return Ok(None);
    }
    let tokens = bounded(Tokens::of(message));
    let told = message.cost_micros.map(|cost| cost.min(MOST));
    change
        .prepare_cached(
            "INSERT INTO message (kind, message, conversation, runner, key, model, at, last_at, day,
                input, cache_read, cache_write, output, told_micros)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (kind, message, conversation) DO UPDATE SET
                model = excluded.model, last_at = max(last_at, excluded.at), input = excluded.input,
                cache_read = excluded.cache_read, cache_write = excluded.cache_write,
                output = excluded.output, told_micros = excluded.told_micros",
        )?
        .execute(params![
            batch.kind,
            message.message,
            message.conversation,
            batch.runner.to_string(),
            batch.key.as_deref().unwrap_or_default(),
            message.model,
            time(message.at),
            day.number(),
            tokens.input.cast_signed(),
            tokens.cache_read.cast_signed(),
            tokens.cache_write.cast_signed(),
            tokens.output.cast_signed(),
            told.map(u64::cast_signed),
        ])?;
    let after = (message.model.clone(), Used::by(tokens, told));
    Ok(Some(match known {
        Some(known) => Change {
            runner: known.runner,
            day: known.day,
            before: Some((known.model, known.used)),
            after,
        },
        None => Change {
            runner: batch.runner,
            day,
            before: None,
            after,
        },
    }))
}

fn known(
    change: &Transaction<'_>,
    kind: &str,
    message: &TokenUse,
) -> Result<Option<Known>, Trouble> {
    let row = change
        .prepare_cached(
            "SELECT runner, day, model, input, cache_read, cache_write, output, told_micros FROM message
             WHERE kind = ?1 AND message = ?2 AND conversation = ?3",
        )?
        .query_row(params![kind, message.message, message.conversation], |row| {
            let told: Option<i64> = row.get(7)?;
            Ok((
                row.get::<_, String>(0)?,
                Day::of_number(row.get(1)?),
                row.get(2)?,
                Used::by(tokens(row, 3)?, told.map(i64::cast_unsigned)),
            ))
        })
        .optional()?;
    let Some((runner, day, model, used)) = row else {
        return Ok(None);
    };
    Ok(Some(Known {
        runner: id(&runner).map_err(Trouble::Meaning)?,
        day,
        model,
        used,
    }))
}

/// True when another conversation has it from the same time: a conversation that was forked has the messages of the first one.
fn is_copy(change: &Transaction<'_>, kind: &str, message: &TokenUse) -> Result<bool, Trouble> {
    Ok(change
        .prepare_cached(
            "SELECT 1 FROM message WHERE kind = ?1 AND message = ?2 AND ?3 BETWEEN at AND last_at",
        )?
        .exists(params![kind, message.message, time(message.at)])?)
}

fn bounded(tokens: Tokens) -> Tokens {
    Tokens {
        input: tokens.input.min(MOST),
        cache_read: tokens.cache_read.min(MOST),
        cache_write: tokens.cache_write.min(MOST),
        output: tokens.output.min(MOST),
    }
}

fn tokens(row: &Row<'_>, first: usize) -> rusqlite::Result<Tokens> {
    let count = |behind| row.get::<_, i64>(first + behind).map(i64::cast_unsigned);
    Ok(Tokens {
        input: count(0)?,
        cache_read: count(1)?,
        cache_write: count(2)?,
        output: count(3)?,
    })
}

/// Sums of messages.
pub(super) fn sums(connection: &Connection, query: SumQuery) -> Result<Vec<Sum>, Trouble> {
    let of = match query.by {
        By::Day => "day",
        By::Runner => "message.runner",
        By::Kind => "kind",
        By::Key => "key",
        By::Model => "model",
    };
    let mut wanted = vec![Value::from(query.since.map_or(0, time))];
    let mut also = String::new();
    if let Some(runner) = query.runner {
        wanted.push(Value::from(runner.to_string()));
        also.push_str(" AND message.runner = ?2");
    }
    if let Some(day) = query.day {
        wanted.push(Value::from(day.number()));
        // Writing to a text cannot fail.
        _ = write!(also, " AND day = ?{}", wanted.len());
    }
    // What is told and what is not are two rows; together they are one sum.
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {of} AS of, max(spender.name), kind, model, count(*), coalesce(sum(told_micros), 0),
            told_micros IS NOT NULL AS told, sum(input), sum(cache_read), sum(cache_write), sum(output)
         FROM message LEFT JOIN spender ON spender.runner = message.runner
         WHERE at >= ?1{also}
         GROUP BY of, kind, model, told ORDER BY of, kind, model"
    ))?;
    let mut rows = statement.query(params_from_iter(wanted))?;
    let mut sums: Vec<Sum> = Vec::new();
    while let Some(row) = rows.next()? {
        let sum = sum(row, query.by)?;
        match sums.last_mut() {
            Some(last)
                if (&last.of, &last.kind, &last.model) == (&sum.of, &sum.kind, &sum.model) =>
            {
                last.used = last.used.plus(sum.used);
            }
            _ => sums.push(sum),
        }
    }
    Ok(sums)
}

fn sum(row: &Row<'_>, by: By) -> Result<Sum, Trouble> {
    let of = match by {
        By::Day => Day::of_number(row.get(0)?).to_string(),
        By::Runner | By::Kind | By::Key | By::Model => row.get(0)?,
    };
    let messages = row.get::<_, i64>(4)?.cast_unsigned();
    let is_told: bool = row.get(6)?;
    let tokens = tokens(row, 7)?;
    Ok(Sum {
        of,
        name: row
            .get::<_, Option<String>>(1)?
            .filter(|_| by == By::Runner),
        kind: row.get(2)?,
        model: row.get(3)?,
        used: Used {
            messages,
            tokens,
            told_micros: row.get::<_, i64>(5)?.cast_unsigned(),
            untold: if is_told { 0 } else { messages },
            untold_tokens: if is_told { Tokens::default() } else { tokens },
        },
    })
}

/// Removes what is too old or too much.
pub(super) fn prune(connection: &mut Connection, bounds: LedgerBounds) -> Result<usize, Trouble> {
    let change = connection.transaction()?;
    let messages = change.execute(
        "DELETE FROM message WHERE at < ?1",
        [time(bounds.messages_since)],
    )?;
    if messages > 0 {
        change.execute(
            "DELETE FROM spender WHERE runner NOT IN (SELECT runner FROM message)",
            [],
        )?;
    }
    let parts = turn_parts::prune(&change, bounds)?;
    change.commit()?;
    Ok(messages + parts)
}

/// Removes everything of a runner but what it spent.
pub(super) fn forget(connection: &mut Connection, runner: RunnerId) -> Result<(), Trouble> {
    let change = connection.transaction()?;
    turn_parts::forget(&change, runner)?;
    marks::forget(&change, runner)?;
    Ok(change.commit()?)
}
