//! The list of runners as rows: reads all of it, and writes the rows that differ from those that are known to be there, with what
//! follows from them (history, epochs), in one transaction.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::super::limits::VACUUM_PAGES;
use super::failure::Trouble;
use super::lifetime_record::LifetimeRecord;
use super::owner::Open;
use super::record::{ConversationRecord, ExitRecord, LaunchRecord, PathRecord, PlaceRecord, id};
use super::{epochs, history};
use crate::domain::ids::RunnerId;
use crate::domain::status::Status;
use crate::domain::time::{Timestamp, millis};
use crate::ports::store::{Stored, StoredRunner, StoredServer};

/// What of the list is in the database.
#[derive(Clone, Default)]
pub(super) struct Known {
    server: Option<StoredServer>,
    forgotten_panes: Vec<u32>,
    /// Rows with what orders them.
    runners: BTreeMap<RunnerId, (i64, StoredRunner)>,
}

impl Known {
    /// As a list.
    pub(super) fn stored(&self) -> Stored {
        let mut runners: Vec<_> = self.runners.values().collect();
        runners.sort_by_key(|(position, _)| *position);
        Stored {
            server: self.server.clone(),
            runners: runners
                .into_iter()
                .map(|(_, runner)| runner.clone())
                .collect(),
            forgotten_panes: self.forgotten_panes.clone(),
        }
    }

    /// Whose rows there are.
    pub(super) fn ids(&self) -> impl Iterator<Item = RunnerId> {
        self.runners.keys().copied()
    }
}

/// Everything that is in the database.
pub(super) fn read(connection: &Connection) -> Result<Known, Trouble> {
    let server = connection
        .query_row("SELECT pid, start_time FROM server", [], |row| {
            Ok(StoredServer {
                pid: row.get(0)?,
                start_time: row.get::<_, i64>(1)?.cast_unsigned(),
            })
        })
        .optional()?;
    let forgotten_panes = connection
        .prepare("SELECT pane FROM forgotten_pane ORDER BY position")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut known = Known {
        server,
        forgotten_panes,
        runners: BTreeMap::new(),
    };
    let mut statement = connection.prepare("SELECT * FROM runner")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let runner = runner(row)?;
        known
            .runners
            .insert(runner.id, (row.get("position")?, runner));
    }
    Ok(known)
}

/// Makes the database hold `stored`, besides those of `untold` that are not in it.
pub(super) fn write(
    open: &mut Open,
    stored: &Stored,
    untold: &BTreeSet<RunnerId>,
) -> Result<(), Trouble> {
    let known = &open.known;
    let positions = positions(known, &stored.runners);
    let changed: Vec<(i64, &StoredRunner)> = positions
        .into_iter()
        .zip(&stored.runners)
        .filter(|(position, runner)| {
            known
                .runners
                .get(&runner.id)
                .is_none_or(|(at, before)| at != position || before != *runner)
        })
        .collect();
    let kept: BTreeSet<RunnerId> = stored.runners.iter().map(|runner| runner.id).collect();
    let removed: Vec<RunnerId> = known
        .ids()
        .filter(|id| !kept.contains(id) && !untold.contains(id))
        .collect();
    let new_server = known.server != stored.server;
    let new_panes = known.forgotten_panes != stored.forgotten_panes;
    if changed.is_empty() && removed.is_empty() && !new_server && !new_panes {
        return Ok(());
    }
    let change = open.connection.transaction()?;
    if new_server {
        write_server(&change, stored.server.as_ref())?;
    }
    if new_panes {
        write_panes(&change, &stored.forgotten_panes)?;
    }
    for runner in &removed {
        remove(&change, *runner)?;
    }
    for (position, runner) in &changed {
        put(&change, *position, runner)?;
        let before = known.runners.get(&runner.id).map(|(_, before)| before);
        history::append(&change, before, runner)?;
        epochs::keep(&change, before, runner, stored.server.as_ref())?;
    }
    change.commit()?;
    for runner in &removed {
        open.known.runners.remove(runner);
    }
    let changed = changed.into_iter();
    open.known
        .runners
        .extend(changed.map(|(position, runner)| (runner.id, (position, runner.clone()))));
    open.known.server.clone_from(&stored.server);
    open.known
        .forgotten_panes
        .clone_from(&stored.forgotten_panes);
    if !removed.is_empty() {
        shrink(&open.connection)?;
    }
    Ok(())
}

/// Numbers that order the runners, of which as many as possible are those that they have.
fn positions(known: &Known, runners: &[StoredRunner]) -> Vec<i64> {
    let mut last = 0;
    let numbers = runners.iter().map(|runner| {
        let before = known.runners.get(&runner.id).map(|(position, _)| *position);
        last = before
            .filter(|position| *position > last)
            .unwrap_or(last + 1);
        last
    });
    numbers.collect()
}

fn write_server(change: &Transaction<'_>, server: Option<&StoredServer>) -> Result<(), Trouble> {
    change.execute("DELETE FROM server", [])?;
    if let Some(server) = server {
        change.execute(
            "INSERT INTO server (only, pid, start_time) VALUES (1, ?1, ?2)",
            params![server.pid, server.start_time.cast_signed()],
        )?;
    }
    Ok(())
}

fn write_panes(change: &Transaction<'_>, panes: &[u32]) -> Result<(), Trouble> {
    change.execute("DELETE FROM forgotten_pane", [])?;
    let mut statement = change.prepare("INSERT INTO forgotten_pane (pane) VALUES (?1)")?;
    for pane in panes {
        statement.execute([pane])?;
    }
    Ok(())
}

fn remove(change: &Transaction<'_>, runner: RunnerId) -> Result<(), Trouble> {
    let runner = runner.to_string();
    for sql in [
        "DELETE FROM runner WHERE id = ?1",
        "DELETE FROM status_history WHERE runner = ?1",
        "DELETE FROM epoch WHERE runner = ?1",
    ] {
        change.prepare_cached(sql)?.execute([&runner])?;
    }
    Ok(())
}

fn put(change: &Transaction<'_>, position: i64, runner: &StoredRunner) -> Result<(), Trouble> {
    let launch = runner.launch.as_ref().map(LaunchRecord::of);
    let output_dir = runner.output_dir.as_deref().map(PathRecord::of);
    let place = runner.place.as_ref().map(PlaceRecord::of);
    let exit = runner.exit.map(ExitRecord::of);
    let lifetime = runner.lifetime.as_ref().map(LifetimeRecord::of);
    let conversation = runner.conversation.as_ref().map(ConversationRecord::of);
    change
        .prepare_cached(
            "INSERT OR REPLACE INTO runner (id, position, name, kind, launch, idle_after, max_duration, output_dir,
                key, place, session_name, pid, run, status, reason, since, exit, created_at, started_at, lifetime,
                snoozed_until, conversation, given_kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23)",
        )?
        .execute(params![
            runner.id.to_string(),
            position,
            runner.name,
            runner.kind,
            text(launch.as_ref())?,
            millis(runner.idle_after).cast_signed(),
            runner.max_duration.map(|limit| millis(limit).cast_signed()),
            text(output_dir.as_ref())?,
            runner.key,
            text(place.as_ref())?,
            runner.session_name,
            runner.pid,
            runner.run,
            runner.status.as_str(),
            runner.reason,
            time(runner.since),
            text(exit.as_ref())?,
            time(runner.created_at),
            time(runner.started_at),
            text(lifetime.as_ref())?,
            runner.snoozed_until.map(time),
            text(conversation.as_ref())?,
            runner.given_kind,
        ])?;
    Ok(())
}

fn runner(row: &Row<'_>) -> Result<StoredRunner, Trouble> {
    let launch: Option<LaunchRecord> = json(row, "launch")?;
    let output_dir: Option<PathRecord> = json(row, "output_dir")?;
    let place: Option<PlaceRecord> = json(row, "place")?;
    let exit: Option<ExitRecord> = json(row, "exit")?;
    let place = place.map(PlaceRecord::read).transpose();
    let exit = exit.map(ExitRecord::read).transpose();
    let lifetime: Option<LifetimeRecord> = later_json(row, "lifetime")?;
    let lifetime = lifetime.map(LifetimeRecord::read).transpose();
    let conversation: Option<ConversationRecord> = later_json(row, "conversation")?;
    Ok(StoredRunner {
        id: id(&row.get::<_, String>("id")?).map_err(Trouble::Meaning)?,
        name: row.get("name")?,
        kind: row.get("kind")?,
        launch: launch.map(LaunchRecord::read),
        idle_after: duration(row.get("idle_after")?),
        max_duration: row.get::<_, Option<i64>>("max_duration")?.map(duration),
        output_dir: output_dir.map(PathRecord::read),
        key: row.get("key")?,
        place: place.map_err(Trouble::Meaning)?,
        session_name: row.get("session_name")?,
        pid: row.get("pid")?,
        run: row.get("run")?,
        status: status(&row.get::<_, String>("status")?)?,
        reason: row.get("reason")?,
        since: moment(row.get("since")?),
        exit: exit.map_err(Trouble::Meaning)?,
        created_at: moment(row.get("created_at")?),
        started_at: moment(row.get("started_at")?),
        lifetime: lifetime.map_err(Trouble::Meaning)?,
        snoozed_until: later(row, "snoozed_until")?.map(moment),
        conversation: conversation.map(ConversationRecord::read),
        given_kind: later(row, "given_kind")?,
    })
}

/// A column that came later. A database that could not be opened for writing may lack it.
fn later_json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: &'static str,
) -> Result<Option<T>, Trouble> {
    match row.get_ref(column) {
        Err(rusqlite::Error::InvalidColumnName(_)) => Ok(None),
        _ => json(row, column),
    }
}

/// The same of a column that is no JSON.
fn later<T: rusqlite::types::FromSql>(
    row: &Row<'_>,
    column: &'static str,
) -> Result<Option<T>, Trouble> {
    match row.get(column) {
        Err(rusqlite::Error::InvalidColumnName(_)) => Ok(None),
        read => Ok(read?),
    }
}

/// Gives the room of what was removed back.
fn shrink(connection: &Connection) -> Result<(), Trouble> {
    // Each step of this statement frees one page: it has to be read to its end.
    let mut statement =
        connection.prepare(&format!("PRAGMA incremental_vacuum({VACUUM_PAGES})"))?;
    let mut rows = statement.query([])?;
    while rows.next()?.is_some() {}
    Ok(())
}

/// The status that a word in a row stands for.
pub(super) fn status(word: &str) -> Result<Status, Trouble> {
    Status::from_word(word).ok_or_else(|| Trouble::Meaning(format!("{word:?} is not a status")))
}

/// A time as it stands in a row.
pub(super) const fn time(at: Timestamp) -> i64 {
    at.0.cast_signed()
}

/// The time that stands in a row.
pub(super) const fn moment(at: i64) -> Timestamp {
    Timestamp(at.cast_unsigned())
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(millis.cast_unsigned())
}

fn text<T: serde::Serialize>(record: Option<&T>) -> Result<Option<String>, Trouble> {
    let text = record.map(serde_json::to_string).transpose();
    text.map_err(|error| Trouble::Io(error.into()))
}

fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: &'static str,
) -> Result<Option<T>, Trouble> {
    let text: Option<String> = row.get(column)?;
    let record = text.as_deref().map(serde_json::from_str).transpose();
    record.map_err(|error| Trouble::Meaning(format!("the {column} of a runner is {error}")))
}
