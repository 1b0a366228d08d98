//! A database that is damaged, in every way and at every moment: it is set aside, told of once, and never overwritten.

use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use super::super::ledger::{record, sums};
use super::super::schema::MIGRATIONS;
use super::super::{rescue, turn_parts};
use super::*;
use crate::domain::finding::TurnPartKind;
use crate::domain::time::Day;
use crate::domain::tokens::By;
use crate::ports::store::Rescued;
use crate::testkit::ledger_contract::{self, batch};

/// A store with everything in it, closed.
fn filled(directory: &Path) {
    let mut owner = Owner::new(directory.to_owned());
    owner.load().unwrap();
    owner.save(full()).unwrap();
    for slot in slots() {
        owner.put_slot(&slot).unwrap();
    }
}

/// An open store whose table `name` has gone bad in the file, unknown to it.
fn going_bad(directory: &Path, name: &str) -> Owner {
    filled(directory);
    let mut owner = Owner::new(directory.to_owned());
    assert_eq!(owner.load().unwrap(), full());
    let connection = &owner.open.as_ref().unwrap().connection;
    let (page, size): (u32, u32) = connection
        .query_row(
            "SELECT rootpage, page_size FROM sqlite_schema, pragma_page_size WHERE name = ?1",
            [name],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .unwrap();
    // Everything into the file, and nothing kept in memory.
    connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_row| Ok(()))
        .unwrap();
    connection.execute_batch("PRAGMA shrink_memory").unwrap();
    let path = directory.join("geppetto.db");
    let mut content = fs::read(&path).unwrap();
    let end = (page * size) as usize;
    content[end - size as usize..end].fill(b'x');
    fs::write(&path, content).unwrap();
    owner
}

fn is_corrupt(result: &Result<Stored, StoreError>, number: u32) -> bool {
    let name = format!("geppetto.db.damaged-{number}");
    matches!(result, Err(StoreError::Corrupt { aside, .. }) if aside.ends_with(&name))
}

#[test]
fn a_damaged_file_is_set_aside_and_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("geppetto.db");
    filled(dir.path());
    let whole = fs::read(&path).unwrap();
    let half = whole[..whole.len() / 2].to_vec();
    let zeroed = vec![0; whole.len()];
    let garbage: Vec<u8> = (1..=251).cycle().take(whole.len()).collect();
    let mut within = whole.clone();
    within[4096..].fill(0x55);
    let short = whole[..100].to_vec();
    for (number, content) in (1..).zip([half, zeroed, garbage, within, short, vec![]]) {
        fs::write(&path, &content).unwrap();
        let mut owner = Owner::new(dir.path().to_owned());
        let told = owner.load();
        assert!(is_corrupt(&told, number), "{number}: {told:?}");
        let aside = dir.path().join(format!("geppetto.db.damaged-{number}"));
        let kept = fs::read(aside).unwrap();
        // Opening it counts a change in the first hundred bytes.
        let counted = content.len().min(100);
        assert!(kept[counted..] == content[counted..], "{number}");
        assert_eq!(owner.load().unwrap(), Stored::default(), "told once");
        owner.save(full()).unwrap();
        drop(owner);
        assert_eq!(Owner::new(dir.path().to_owned()).load().unwrap(), full());
    }
    assert_eq!(names(dir.path()).len(), 7, "{:?}", names(dir.path()));
}

#[test]
fn damage_that_shows_at_a_load_costs_nothing_that_is_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = going_bad(dir.path(), "runner");
    let told = owner.load();
    assert!(is_corrupt(&told, 1), "{told:?}");
    assert_eq!(owner.load().unwrap(), full());
    assert_eq!(owner.slots(), slots(), "what could still be read");
    drop(owner);
    let mut owner = Owner::new(dir.path().to_owned());
    assert_eq!(owner.load().unwrap(), full());
    assert_eq!(owner.slots(), slots());
}

#[test]
fn damage_that_shows_at_a_save_is_told_by_the_next_load() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = going_bad(dir.path(), "status_history");
    let mut stored = full();
    stored.runners[0].since = Timestamp(77);
    owner.save(stored.clone()).unwrap();
    let told = owner.load();
    assert!(is_corrupt(&told, 1), "{told:?}");
    assert_eq!(owner.load().unwrap(), stored);
    assert_eq!(owner.slots(), slots());
    assert_eq!(owner.history(stored.runners[0].id).len(), 1);
}

#[test]
fn damage_that_shows_at_a_session_key_keeps_the_list() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = going_bad(dir.path(), "ideas_terminal_sessions");
    let [_, review, _] = slots();
    owner.put_slot(&review).unwrap();
    assert_eq!(owner.slots(), [review]);
    let told = owner.load();
    assert!(is_corrupt(&told, 1), "{told:?}");
    assert_eq!(owner.load().unwrap(), full());
}

#[test]
fn a_value_that_means_nothing_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("geppetto.db");
    let bad = [
        "UPDATE runner SET status = 'sleepy'",
        "UPDATE runner SET id = 'x' || id",
        "UPDATE runner SET run = -1",
        "UPDATE runner SET place = '{\"pane\":1}'",
        "UPDATE runner SET launch = 'none'",
        "UPDATE runner SET name = x'ff'",
    ];
    for (number, sql) in (1..).zip(bad) {
        filled(dir.path());
        Connection::open(&path).unwrap().execute(sql, []).unwrap();
        let mut owner = Owner::new(dir.path().to_owned());
        let told = owner.load();
        assert!(is_corrupt(&told, number), "{sql}: {told:?}");
        assert_eq!(owner.load().unwrap(), Stored::default());
        assert_eq!(owner.slots(), slots());
    }
}

#[test]
fn a_damaged_snapshot_costs_only_the_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    Connection::open(dir.path().join("geppetto.db"))
        .unwrap()
        .execute("UPDATE ideas_terminal_sessions SET snapshot = x'00'", [])
        .unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    let expected = slots().map(|slot| Slot {
        snapshot: None,
        ..slot
    });
    assert_eq!(owner.slots(), expected);
    assert_eq!(owner.load().unwrap(), full());
}

#[test]
fn a_beginning_that_was_cut_short_is_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["geppetto.db.new", "geppetto.db.new-wal", "geppetto.db-wal"] {
        fs::write(dir.path().join(name), "half").unwrap();
    }
    let mut owner = Owner::new(dir.path().to_owned());
    assert_eq!(owner.load().unwrap(), Stored::default());
    owner.save(full()).unwrap();
    drop(owner);
    assert_eq!(names(dir.path()), ["geppetto.db"]);
}

/// Messages, parts of turns and marks: so many of each that a table has many pages.
const LEDGER: u64 = 2000;

/// Puts a ledger into the database there.
fn with_ledger(directory: &Path) {
    let mut owner = Owner::new(directory.to_owned());
    let mut found = batch(runner_id(1), "one");
    for number in 0..LEDGER {
        let name = format!("{number:05}");
        let message = ledger_contract::message("c", &name, number, 1);
        found.messages.push((Day::of_number(20_261_126), message));
        let said = TurnPartKind::Prompt(format!("{name} {}", "word ".repeat(20)));
        found.parts.push(ledger_contract::part(&name, number, said));
    }
    found.marks = vec![FileMark {
        path: "/c".into(),
        inode: 1,
        offset: 9,
    }];
    let codec = owner.codec.clone();
    owner
        .with("written", |open| {
            record(&mut open.connection, &found, &codec)
        })
        .unwrap();
}

/// Messages, parts of turns and marks that there are.
fn counts(owner: &mut Owner) -> [u64; 3] {
    let counted = owner.with("read", |open| {
        Ok(["message", "turn_part", "file_mark"].map(|table| {
            let sql = format!("SELECT count(*) FROM {table}");
            let count = open.connection.query_row(&sql, [], |row| row.get(0));
            i64::cast_unsigned(count.unwrap())
        }))
    });
    counted.unwrap()
}

fn rescued(told: Result<Stored, StoreError>) -> Rescued {
    match told {
        Err(StoreError::Corrupt { rescued, .. }) => rescued.unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Fills the page that is in the middle of a table.
fn damage_middle(directory: &Path, table: &str) {
    let path = directory.join("geppetto.db");
    let connection = Connection::open(&path).unwrap();
    let leaves = "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' ORDER BY path";
    let mut statement = connection.prepare(leaves).unwrap();
    let pages = statement.query_map([table], |row| row.get(0)).unwrap();
    let pages: Vec<u32> = pages.map(Result::unwrap).collect();
    assert!(pages.len() > 8, "{pages:?}");
    let page = pages[pages.len() / 2] as usize;
    drop(statement);
    drop(connection);
    let mut content = fs::read(&path).unwrap();
    content[(page - 1) * 4096..page * 4096].fill(b'x');
    fs::write(&path, content).unwrap();
}

/// A new database, which no file has.
fn empty() -> Connection {
    let new = Connection::open_in_memory().unwrap();
    new.execute_batch(&MIGRATIONS.concat()).unwrap();
    new
}

#[test]
fn a_ledger_beside_the_damage_is_saved_whole() {
    let dir = tempfile::tempdir().unwrap();
    filled(dir.path());
    with_ledger(dir.path());
    drop(going_bad(dir.path(), "runner"));
    let mut owner = Owner::new(dir.path().to_owned());
    let told = owner.load();
    let sentence = told.as_ref().unwrap_err().to_string();
    let all = "of usage and turns all was saved (2000 messages, 2000 parts of turns)";
    assert!(sentence.ends_with(all), "{sentence}");
    assert!(rescued(told).is_whole);
    assert_eq!(counts(&mut owner), [LEDGER, LEDGER, 1]);
    let codec = owner.codec.clone();
    let read = owner.with("read", |open| {
        let by_runner = sums(&open.connection, SumQuery::all(By::Runner))?;
        let turns = turn_parts::read(&open.connection, runner_id(1), 9, &codec)?;
        Ok((by_runner, turns))
    });
    let (by_runner, turns) = read.unwrap();
    assert_eq!(by_runner[0].name.as_deref(), Some("one"));
    assert_eq!(by_runner[0].used.messages, LEDGER);
    assert_eq!((&*turns.parts[8].key, turns.unreadable), ("01999", 0));
    drop(owner);
    assert_eq!(names(dir.path()), ["geppetto.db", "geppetto.db.damaged-1"]);
}

#[test]
fn of_a_damaged_ledger_both_ends_are_saved_and_its_files_are_read_anew() {
    for table in ["message", "turn_part"] {
        let dir = tempfile::tempdir().unwrap();
        with_ledger(dir.path());
        damage_middle(dir.path(), table);
        let mut owner = Owner::new(dir.path().to_owned());
        let Rescued {
            messages,
            parts,
            is_whole,
        } = rescued(owner.load());
        assert!(!is_whole);
        let [of_messages, of_parts, marks] = counts(&mut owner);
        assert_eq!([of_messages, of_parts], [messages as u64, parts as u64]);
        let (hurt, other) = match table {
            "message" => (of_messages, of_parts),
            _ => (of_parts, of_messages),
        };
        assert!(hurt < LEDGER && hurt > LEDGER * 4 / 5, "{hurt} of {table}");
        assert_eq!((other, marks), (LEDGER, 0), "{table}");
    }
}

#[test]
fn a_row_of_the_ledger_that_means_nothing_is_left_behind() {
    let bad = [
        "UPDATE message SET runner = 'x' WHERE message = '00007'",
        "UPDATE message SET output = 9000000000000000000 WHERE message = '00007'",
        "UPDATE message SET input = 'many' WHERE message = '00007'",
        "UPDATE message SET model = x'ff' WHERE message = '00007'",
        "UPDATE message SET model = CAST(x'ff' AS TEXT) WHERE message = '00007'",
        "UPDATE message SET day = -1 WHERE message = '00007'",
    ];
    let dir = tempfile::tempdir().unwrap();
    with_ledger(dir.path());
    for (sql, left) in bad.into_iter().zip((0..LEDGER).rev()) {
        let connection = Connection::open(dir.path().join("geppetto.db")).unwrap();
        let sql = sql.replace("00007", &format!("{left:05}"));
        assert_eq!(connection.execute(&sql, []).unwrap(), 1);
        drop(connection);
        let mut new = empty();
        let until = Instant::now() + Duration::from_secs(60);
        let path = dir.path().join("geppetto.db");
        let saved = rescue::ledger(&path, &mut new, until);
        assert_eq!(
            (saved.messages as u64, saved.is_whole),
            (left, false),
            "{sql}"
        );
    }
}

#[test]
fn saving_a_ledger_has_an_end() {
    let dir = tempfile::tempdir().unwrap();
    with_ledger(dir.path());
    let mut new = empty();
    let path = dir.path().join("geppetto.db");
    let saved = rescue::ledger(&path, &mut new, Instant::now());
    assert_eq!(saved, Rescued::default(), "its time was up");
}
