//! The changes of a runner's status, as saving brings them: appended, bounded, read from the newest.

use rusqlite::{Connection, Transaction, params};

use super::failure::Trouble;
use super::runners::{moment, status, time};
use crate::domain::ids::RunnerId;
use crate::ports::store::{HISTORY_KEPT, StatusChange, StoredRunner};

/// Adds the change from `before`, when there is one.
pub(super) fn append(
    change: &Transaction<'_>,
    before: Option<&StoredRunner>,
    runner: &StoredRunner,
) -> Result<(), Trouble> {
    let Some(news) = StatusChange::between(before, runner) else {
        return Ok(());
    };
    let id = runner.id.to_string();
    change
        .prepare_cached(
            "INSERT INTO status_history (runner, run, status, reason, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![id, news.run, news.status.as_str(), news.reason, time(news.at)])?;
    change
        .prepare_cached(
            "DELETE FROM status_history WHERE runner = ?1 AND id <=
                (SELECT id FROM status_history WHERE runner = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![id, rows(HISTORY_KEPT)])?;
    Ok(())
}

/// The newest `limit` changes, oldest first.
pub(super) fn read(
    connection: &Connection,
    runner: RunnerId,
    limit: usize,
) -> Result<Vec<StatusChange>, Trouble> {
    let mut statement = connection.prepare_cached(
        "SELECT run, status, reason, at FROM status_history WHERE runner = ?1 ORDER BY id DESC LIMIT ?2",
    )?;
    let mut found = statement.query(params![runner.to_string(), rows(limit)])?;
    let mut changes = Vec::new();
    while let Some(row) = found.next()? {
        changes.push(StatusChange {
            run: row.get(0)?,
            status: status(&row.get::<_, String>(1)?)?,
            reason: row.get(2)?,
            at: moment(row.get(3)?),
        });
    }
    changes.reverse();
    Ok(changes)
}

fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
