//! What can still be read of the ledger in a database that is damaged, brought into the one that was begun in its place: row by row,
//! from both ends of a table up to what cannot be read, and for a limited time.
//!
//! A row that means nothing is left behind: it would be damage in the new database, too. How far files were read is brought over only
//! with all the rest, or what is missing would not be found in them again.

use std::path::Path;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, Statement, Transaction};
use tokio::time::Instant;

use super::super::database;
use super::failure::Trouble;
use super::ledger::MOST;
use crate::domain::ids::RunnerId;
use crate::ports::store::Rescued;

/// What a column may hold.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    Runner,
    Bytes,
    /// Times, numbers of rows, and numbers that keep the bits of what has no sign.
    Number,
    Day,
    Count,
    CountOrNothing,
}

struct Table {
    name: &'static str,
    columns: &'static [(&'static str, Holds)],
    /// The first columns so many in number are its key.
    key: usize,
}

const MESSAGES: Table = Table {
    name: "message",
    columns: &[
        ("kind", Holds::Text),
        ("message", Holds::Text),
        ("conversation", Holds::Text),
        ("runner", Holds::Runner),
        ("key", Holds::Text),
        ("model", Holds::Text),
        ("at", Holds::Number),
        ("last_at", Holds::Number),
        ("day", Holds::Day),
        ("input", Holds::Count),
        ("cache_read", Holds::Count),
        ("cache_write", Holds::Count),
        ("output", Holds::Count),
        ("told_micros", Holds::CountOrNothing),
    ],
    key: 3,
};

const SPENDERS: Table = Table {
    name: "spender",
    columns: &[("runner", Holds::Runner), ("name", Holds::Text)],
    key: 1,
};

const PARTS: Table = Table {
    name: "turn_part",
    columns: &[
        ("id", Holds::Number),
        ("kind", Holds::Text),
        ("conversation", Holds::Text),
        ("key", Holds::Text),
        ("runner", Holds::Runner),
        ("at", Holds::Number),
        ("body", Holds::Bytes),
    ],
    key: 1,
};

const MARKS: Table = Table {
    name: "file_mark",
    columns: &[
        ("id", Holds::Number),
        ("runner", Holds::Runner),
        ("path", Holds::Bytes),
        ("inode", Holds::Number),
        ("offset", Holds::Number),
    ],
    key: 1,
};

/// Rows of one table that were brought over, and whether those are all.
struct Brought {
    rows: usize,
    is_whole: bool,
}

/// Brings over what can be read until then. Nothing of it is there when it cannot be written.
pub(super) fn ledger(damaged: &Path, new: &mut Connection, until: Instant) -> Rescued {
    let rescued = bring(damaged, new, until).unwrap_or_else(|error| {
        tracing::warn!(%error, "the ledger cannot be saved from damage");
        Rescued::default()
    });
    let Rescued {
        messages,
        parts,
        is_whole,
    } = rescued;
    tracing::warn!(messages, parts, is_whole, "saved of the ledger from damage");
    rescued
}

fn bring(damaged: &Path, new: &mut Connection, until: Instant) -> Result<Rescued, Trouble> {
    let Some(old) = database::open_to_read(damaged)? else {
        return Ok(Rescued::default());
    };
    let change = new.transaction()?;
    let [messages, spenders, parts] = {
        let bring = |table| bring_table(&old, &change, table, until);
        [bring(&MESSAGES)?, bring(&SPENDERS)?, bring(&PARTS)?]
    };
    let is_whole = messages.is_whole && spenders.is_whole && parts.is_whole;
    if is_whole && !bring_table(&old, &change, &MARKS, until)?.is_whole {
        change.execute("DELETE FROM file_mark", [])?;
    }
    change.commit()?;
    Ok(Rescued {
        messages: messages.rows,
        parts: parts.rows,
        is_whole,
    })
}

fn bring_table(
    old: &Connection,
    new: &Transaction<'_>,
    table: &Table,
    until: Instant,
) -> Result<Brought, Trouble> {
    let mut brought = Brought {
        rows: 0,
        is_whole: true,
    };
    match is_there(old, table) {
        Ok(true) => {}
        // Of a schema that had none.
        Ok(false) => return Ok(brought),
        Err(error) => {
            tracing::warn!(%error, table = table.name, "it cannot be found");
            brought.is_whole = false;
            return Ok(brought);
        }
    }
    let names = |columns: &[(&str, Holds)], behind: &str| {
        let all: Vec<String> = columns
            .iter()
            .map(|(name, _)| format!("{name}{behind}"))
            .collect();
        all.join(", ")
    };
    let columns = names(table.columns, "");
    let places = vec!["?"; table.columns.len()].join(", ");
    let mut put = new.prepare(&format!(
        "INSERT OR IGNORE INTO {} ({columns}) VALUES ({places})",
        table.name
    ))?;
    for direction in [" DESC", ""] {
        let key = table.columns.get(..table.key).unwrap_or_default();
        let order = names(key, direction);
        let sql = format!("SELECT {columns} FROM {} ORDER BY {order}", table.name);
        let walk = Walk {
            table,
            until,
            put: &mut put,
            brought: &mut brought,
        };
        match walk.along(old, &sql)? {
            Stop::AtTheEnd => break,
            Stop::InTime => {
                brought.is_whole = false;
                break;
            }
            // What is behind the damage may be reached from the other end.
            Stop::AtDamage => brought.is_whole = false,
        }
    }
    Ok(brought)
}

fn is_there(old: &Connection, table: &Table) -> rusqlite::Result<bool> {
    old.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?
        .exists([table.name])
}

enum Stop {
    AtTheEnd,
    AtDamage,
    InTime,
}

struct Walk<'a, 'c> {
    table: &'a Table,
    until: Instant,
    put: &'a mut Statement<'c>,
    brought: &'a mut Brought,
}

impl Walk<'_, '_> {
    /// An error is one of the new database.
    fn along(self, old: &Connection, sql: &str) -> Result<Stop, Trouble> {
        let damage = |error: rusqlite::Error| {
            tracing::warn!(%error, table = self.table.name, "it cannot be read further");
            Stop::AtDamage
        };
        let mut statement = match old.prepare(sql) {
            Ok(statement) => statement,
            Err(error) => return Ok(damage(error)),
        };
        let mut rows = match statement.query([]) {
            Ok(rows) => rows,
            Err(error) => return Ok(damage(error)),
        };
        loop {
            if Instant::now() >= self.until {
                return Ok(Stop::InTime);
            }
            match rows.next() {
                Ok(Some(row)) => match sound(row, self.table) {
                    Some(values) => {
                        let values = values.into_iter().map(ToSqlOutput::Borrowed);
                        self.brought.rows +=
                            self.put.execute(rusqlite::params_from_iter(values))?;
                    }
                    None => self.brought.is_whole = false,
                },
                Ok(None) => return Ok(Stop::AtTheEnd),
                Err(error) => return Ok(damage(error)),
            }
        }
    }
}

/// The values of a row; `None` when one of them means nothing.
fn sound<'r>(row: &'r Row<'_>, table: &Table) -> Option<Vec<ValueRef<'r>>> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(at, (_, holds))| row.get_ref(at).ok().filter(|value| holds.fits(*value)))
        .collect()
}

impl Holds {
    fn fits(self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Text, ValueRef::Text(text)) => std::str::from_utf8(text).is_ok(),
            (Self::Runner, ValueRef::Text(text)) => {
                std::str::from_utf8(text).is_ok_and(|text| text.parse::<RunnerId>().is_ok())
            }
            (Self::CountOrNothing, ValueRef::Null)
            | (Self::Number, ValueRef::Integer(_))
            | (Self::Bytes, ValueRef::Blob(_)) => true,
            (Self::Day, ValueRef::Integer(day)) => u32::try_from(day).is_ok(),
            (Self::Count | Self::CountOrNothing, ValueRef::Integer(count)) => {
                u64::try_from(count).is_ok_and(|count| count <= MOST)
            }
            _ => false,
        }
    }
}
