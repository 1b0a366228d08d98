//! A database that is damaged, in every way and at every moment: it is set aside, told of once, and never overwritten.

use rusqlite::Connection;

use super::*;

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
