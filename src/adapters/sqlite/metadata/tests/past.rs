//! Every form in which earlier versions kept the list of runners, read by the present one.

use rusqlite::Connection;

use super::*;

const LIST_1: &str = include_str!("../../../../../tests/fixtures/store/runners-v1.json");
const SCHEMA_1: &str = include_str!("../../../../../tests/fixtures/store/schema-1.sql");

const SCHEMA_4: &str = include_str!("../../../../../tests/fixtures/store/schema-4.sql");

/// As versions that counted nothing knew it.
fn uncounted(mut stored: Stored) -> Stored {
    for runner in &mut stored.runners {
        runner.lifetime = None;
    }
    untalked(stored)
}

/// As versions that kept no conversations and no given kind knew it.
fn untalked(mut stored: Stored) -> Stored {
    for runner in &mut stored.runners {
        runner.conversation = None;
        runner.given_kind = None;
    }
    stored
}

#[tokio::test]
async fn the_list_of_version_1_is_imported_once() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("runners.json"), LIST_1).unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    assert_eq!(store.load().await.unwrap(), uncounted(full()));
    let history = store.history(full().runners[3].id, 9).await.unwrap();
    assert_eq!(history.len(), 1, "its status when it was imported");
    drop(store);
    assert_eq!(names(dir.path()), ["geppetto.db", "runners.json.imported"]);
    let kept = fs::read_to_string(dir.path().join("runners.json.imported")).unwrap();
    assert_eq!(kept, LIST_1);

    // Left by an earlier version that ran meanwhile, or because it could not be renamed.
    fs::write(dir.path().join("runners.json"), "{}").unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    assert_eq!(store.load().await.unwrap(), uncounted(full()));
    drop(store);
    let expected = [
        "geppetto.db",
        "runners.json.imported",
        "runners.json.imported-2",
    ];
    assert_eq!(names(dir.path()), expected);
}

#[test]
fn a_list_that_cannot_be_understood_is_set_aside() {
    let bad = [
        "",
        "{\"version\":1,\"runners\":[{}]}",
        "{\"version\":2,\"runners\":[]}",
        "\u{0}",
    ];
    for content in bad {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("runners.json");
        fs::write(&file, content).unwrap();
        let mut owner = Owner::new(dir.path().to_owned());
        let Err(StoreError::Corrupt { path, aside, .. }) = owner.load() else {
            panic!("{content:?} was understood");
        };
        assert_eq!(path, file);
        assert_eq!(aside, dir.path().join("runners.json.corrupt-1"));
        assert_eq!(fs::read_to_string(aside).unwrap(), content);
        assert_eq!(owner.load().unwrap(), Stored::default(), "told once");
    }
}

#[test]
fn fields_of_the_list_that_are_not_known_are_ignored() {
    let dir = tempfile::tempdir().unwrap();
    let content = "{\"version\":1,\"runners\":[],\"mood\":\"good\"}";
    fs::write(dir.path().join("runners.json"), content).unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    assert_eq!(owner.load().unwrap(), Stored::default());
}

#[tokio::test]
async fn the_database_of_schema_1_is_read() {
    let dir = tempfile::tempdir().unwrap();
    Connection::open(dir.path().join("geppetto.db"))
        .unwrap()
        .execute_batch(SCHEMA_1)
        .unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let expected = uncounted(Stored {
        forgotten_panes: vec![3],
        ..list(vec![started(2), bare(1)])
    });
    assert_eq!(store.load().await.unwrap(), expected);
    assert_eq!(store.slots().await.unwrap(), slots());
    let history = store.history(runner_id(1), 9).await.unwrap();
    let changes: Vec<_> = history.iter().map(|one| (one.status, one.at)).collect();
    let then = [
        (Status::Running, Timestamp(7)),
        (Status::Starting, Timestamp(0)),
    ];
    assert_eq!(changes, then);
    store.save(full()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), full());
}

/// What the fixture of schema 4 holds.
fn of_schema_4() -> Stored {
    let snoozed = StoredRunner {
        snoozed_until: Some(Timestamp(9)),
        ..bare(1)
    };
    untalked(list(vec![started(2), snoozed]))
}

#[tokio::test]
async fn the_database_of_schema_4_is_read() {
    let dir = tempfile::tempdir().unwrap();
    Connection::open(dir.path().join("geppetto.db"))
        .unwrap()
        .execute_batch(SCHEMA_4)
        .unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let expected = Stored {
        forgotten_panes: vec![3],
        ..of_schema_4()
    };
    assert_eq!(store.load().await.unwrap(), expected);
    store.save(full()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), full());
}

/// What can only be read cannot be brought to the newest schema.
#[test]
fn a_list_of_older_schemas_is_read_as_it_is() {
    let read = |schema| {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(schema).unwrap();
        runners::read(&connection).unwrap().stored().runners
    };
    let of_schema_1 = uncounted(list(vec![started(2), bare(1)]));
    assert_eq!(read(SCHEMA_1), of_schema_1.runners);
    assert_eq!(read(SCHEMA_4), of_schema_4().runners);
}

#[test]
fn the_database_of_a_later_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("geppetto.db");
    let later = "PRAGMA user_version = 900; CREATE TABLE runner (id)";
    Connection::open(&path)
        .unwrap()
        .execute_batch(later)
        .unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    for error in [owner.load().map(drop), owner.save(full())] {
        let error = error.unwrap_err();
        assert!(matches!(error, StoreError::Io { .. }), "{error}");
        assert!(error.to_string().contains("later geppetto"), "{error}");
    }
    let version: u32 = Connection::open(&path)
        .unwrap()
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 900);
}
