//! Which pane of which tmux server each run had, and from when to when. Follows from what is saved; nothing else writes it.

use rusqlite::{Transaction, params};

use super::super::limits::EPOCHS_KEPT;
use super::failure::Trouble;
use super::runners::time;
use crate::domain::time::Timestamp;
use crate::ports::store::{StoredRunner, StoredServer};

/// Keeps the row of the runner's present run, once it has a pane.
pub(super) fn keep(
    change: &Transaction<'_>,
    before: Option<&StoredRunner>,
    runner: &StoredRunner,
    server: Option<&StoredServer>,
) -> Result<(), Trouble> {
    let id = runner.id.to_string();
    if before.is_some_and(|before| before.run != runner.run) {
        // Its end was not seen, but it is over.
        change
            .prepare_cached(
                "UPDATE epoch SET ended = ?3 WHERE runner = ?1 AND run <> ?2 AND ended IS NULL",
            )?
            .execute(params![id, runner.run, time(runner.started_at)])?;
    }
    let mark = |one: &StoredRunner| (one.run, one.place.clone(), one.started_at, ended(one));
    let Some(place) = &runner.place else {
        return Ok(());
    };
    if before.map(mark) == Some(mark(runner)) {
        return Ok(());
    }
    // The server is the one under which the pane was seen first: a place is kept after its server has gone.
    change
        .prepare_cached(
            "INSERT INTO epoch (runner, run, server_pid, server_start, pane, pane_pid, began, ended)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (runner, run) DO UPDATE SET
                server_pid = iif(pane = excluded.pane AND pane_pid = excluded.pane_pid,
                    coalesce(server_pid, excluded.server_pid), excluded.server_pid),
                server_start = iif(pane = excluded.pane AND pane_pid = excluded.pane_pid,
                    coalesce(server_start, excluded.server_start), excluded.server_start),
                pane = excluded.pane, pane_pid = excluded.pane_pid, began = excluded.began, ended = excluded.ended",
        )?
        .execute(params![
            id,
            runner.run,
            server.map(|server| server.pid),
            server.map(|server| server.start_time.cast_signed()),
            place.pane.to_string(),
            place.pane_pid.as_raw(),
            time(runner.started_at),
            ended(runner).map(time),
        ])?;
    change
        .prepare_cached(
            "DELETE FROM epoch WHERE runner = ?1 AND run <=
                (SELECT run FROM epoch WHERE runner = ?1 ORDER BY run DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![id, EPOCHS_KEPT])?;
    Ok(())
}

/// When the present run was over.
fn ended(runner: &StoredRunner) -> Option<Timestamp> {
    let lost = runner.status.is_ended().then_some(runner.since);
    runner.exit.map(|exit| exit.at).or(lost)
}
