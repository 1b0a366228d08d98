//! Tests of the store of runners and session keys: what is written and how little, trouble that passes, and who may read it.

mod damage;
mod ledger;
mod past;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::task::{Context, Poll, Waker};

use super::*;
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::ports::store::{StoredRunner, StoredServer};
use crate::testkit::store_contract::{bare, full, runner_id, slots, started};

fn list(runners: Vec<StoredRunner>) -> Stored {
    Stored {
        server: Some(server(1)),
        runners,
        forgotten_panes: Vec::new(),
    }
}

fn server(pid: i32) -> StoredServer {
    StoredServer {
        pid,
        start_time: 1000 + u64::from(pid.unsigned_abs()),
    }
}

/// Rows that `save` writes.
fn rows_of(owner: &mut Owner, stored: &Stored) -> u64 {
    let changes = |owner: &Owner| {
        owner
            .open
            .as_ref()
            .map_or(0, |open| open.connection.total_changes())
    };
    let before = changes(owner);
    owner.save(stored.clone()).unwrap();
    changes(owner) - before
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn what_is_saved_outlives_the_store_and_is_nobody_elses() {
    let dir = tempfile::tempdir().unwrap();
    let state_dir = dir.path().join("a/b");
    let store = SqliteStore::start(state_dir.clone()).unwrap();
    store.save(full()).await.unwrap();
    for slot in slots() {
        store.put_slot(slot).await.unwrap();
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state_dir), 0o700);
    for name in names(&state_dir) {
        assert_eq!(mode(&state_dir.join(&name)), 0o600, "{name}");
    }
    drop(store);
    assert_eq!(names(&state_dir), ["geppetto.db"]);
    let store: Arc<SqliteStore> = Arc::new(SqliteStore::start(state_dir).unwrap());
    let (runners, keys): (Arc<dyn RunnerStore>, Arc<dyn SlotStore>) = (store.clone(), store);
    assert_eq!(runners.load().await.unwrap(), full());
    assert_eq!(keys.slots().await.unwrap(), slots());
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let (state_dir, image) = (dir.path().join("state"), dir.path().join("image"));
    let store = SqliteStore::start(state_dir.clone()).unwrap();
    store.save(full()).await.unwrap();
    for slot in slots() {
        store.put_slot(slot).await.unwrap();
    }
    // The files as they are at this moment are all that a killed daemon leaves.
    fs::create_dir(&image).unwrap();
    for name in names(&state_dir) {
        fs::copy(state_dir.join(&name), image.join(&name)).unwrap();
    }
    assert!(names(&image).len() > 1, "not everything is in the file yet");
    let left = SqliteStore::start(image).unwrap();
    assert_eq!(left.load().await.unwrap(), full());
    assert_eq!(left.slots().await.unwrap(), slots());
}

#[tokio::test]
async fn a_save_is_done_even_when_its_caller_gives_up() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let mut save = store.save(full());
    let polled = save.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    // Whether it was that fast does not matter.
    let _done: Poll<_> = polled;
    drop(save);
    assert_eq!(store.load().await.unwrap(), full());
}

#[test]
fn only_the_rows_that_differ_are_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    let mut stored = list((0..200).map(started).collect());
    owner.load().unwrap();
    // The server, and for each runner its row, its status and its pane.
    assert_eq!(rows_of(&mut owner, &stored), 1 + 3 * 200);
    assert_eq!(rows_of(&mut owner, &stored), 0, "nothing differs");

    stored.runners[100].session_name = "another".to_owned();
    assert_eq!(rows_of(&mut owner, &stored), 1, "a name");
    stored.runners[100].since = Timestamp(5);
    stored.runners[100].exit = Some(Exit {
        outcome: Outcome::Code(1),
        source: ExitSource::RunParent,
        at: Timestamp(5),
    });
    assert_eq!(rows_of(&mut owner, &stored), 3, "an end");
    stored.runners.remove(50);
    // Two of its statuses and panes at most; the rows behind it stay.
    assert_eq!(rows_of(&mut owner, &stored), 3, "a removal");
    stored.runners.push(bare(900));
    assert_eq!(rows_of(&mut owner, &stored), 2, "a new one without a pane");
    assert_eq!(owner.load().unwrap(), stored);

    drop(owner);
    let mut owner = Owner::new(dir.path().to_owned());
    assert_eq!(owner.load().unwrap(), stored);
    assert_eq!(
        rows_of(&mut owner, &stored),
        0,
        "another life knows what is there"
    );
}

#[test]
fn every_run_has_its_pane_and_server() {
    type Epoch = (u32, Option<i32>, String, i32, i64, Option<i64>);
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    let mut save = |server: StoredServer, runner: &StoredRunner| {
        let stored = Stored {
            server: Some(server),
            ..list(vec![runner.clone()])
        };
        owner.save(stored).unwrap();
        let connection = &owner.open.as_ref().unwrap().connection;
        let mut statement = connection
            .prepare("SELECT run, server_pid, pane, pane_pid, began, ended FROM epoch ORDER BY run")
            .unwrap();
        let read = |row: &rusqlite::Row<'_>| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get(3)?,
                row.get(4)?,
                row.get(5)?,
            ))
        };
        let rows = statement.query_map([], read).unwrap();
        rows.collect::<Result<Vec<Epoch>, _>>().unwrap()
    };
    let mut runner = StoredRunner {
        status: Status::Starting,
        run: 1,
        place: None,
        started_at: Timestamp(10),
        ..started(1)
    };
    assert_eq!(save(server(1), &runner), []);
    runner.place = started(1).place;
    let pane = "%4294967295".to_owned();
    let first = (1, Some(1), pane.clone(), 99, 10, None);
    assert_eq!(save(server(1), &runner), [first]);

    // The server went away, and the runner with it: the pane was never in the other one.
    runner.status = Status::Errored;
    runner.since = Timestamp(15);
    let first = (1, Some(1), pane.clone(), 99, 10, Some(15));
    assert_eq!(save(server(2), &runner), std::slice::from_ref(&first));

    // Two more runs, of which the first was not seen ending.
    runner.status = Status::Running;
    (runner.run, runner.started_at) = (2, Timestamp(20));
    let second = (2, Some(2), pane.clone(), 99, 20, None);
    assert_eq!(save(server(2), &runner), [first.clone(), second]);
    (runner.run, runner.started_at) = (3, Timestamp(30));
    let second = (2, Some(2), pane.clone(), 99, 20, Some(30));
    let third = (3, Some(2), pane, 99, 30, None);
    assert_eq!(save(server(2), &runner), [first, second, third]);

    for run in 4..=1010 {
        runner.run = run;
        save(server(2), &runner);
    }
    let kept = save(server(2), &runner);
    assert_eq!((kept.len(), kept[0].0), (1000, 11), "the oldest go");
}

#[test]
fn a_full_disk_loses_nothing_and_the_next_save_brings_all() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    owner.load().unwrap();
    owner.save(list(vec![bare(1)])).unwrap();
    let connection = &owner.open.as_ref().unwrap().connection;
    connection.pragma_update(None, "max_page_count", 1).unwrap();
    let Err(StoreError::Io { source, action, .. }) = owner.save(full()) else {
        panic!("there was room");
    };
    assert_eq!(
        (source.kind(), action),
        (io::ErrorKind::StorageFull, "written")
    );
    // The limit went with the connection: there is room again.
    assert_eq!(owner.load().unwrap(), list(vec![bare(1)]));
    owner.save(full()).unwrap();
    assert_eq!(owner.load().unwrap(), full());
    assert_eq!(owner.history(runner_id(1)).len(), 1, "nothing twice");
}

#[test]
fn what_may_not_be_written_is_an_error_and_no_damage() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    owner.load().unwrap();
    let connection = &owner.open.as_ref().unwrap().connection;
    connection.pragma_update(None, "query_only", true).unwrap();
    let Err(StoreError::Io { source, .. }) = owner.save(full()) else {
        panic!("it was written");
    };
    assert_eq!(source.kind(), io::ErrorKind::PermissionDenied);
    owner.save(full()).unwrap();
    assert_eq!(owner.load().unwrap(), full());
}

#[tokio::test]
async fn a_path_that_cannot_be_made_is_an_error_that_names_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let in_the_way = dir.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let store = SqliteStore::start(in_the_way.join("state")).unwrap();
    let error = store.load().await.unwrap_err();
    assert!(
        matches!(error, StoreError::Io { action: "read", .. }),
        "{error}"
    );
    let error = store.save(full()).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Io {
                action: "written",
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("geppetto.db"), "{error}");
    assert!(store.slots().await.is_err());

    fs::remove_file(&in_the_way).unwrap();
    store.save(full()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), full());
}

#[test]
fn what_cannot_be_written_can_be_read_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let state_dir = dir.path().join("a b?c#d%41");
    let path = state_dir.join("geppetto.db");
    Owner::new(state_dir.clone()).save(full()).unwrap();
    // SQLite needs a file of this name before it can write.
    let in_the_way = state_dir.join("geppetto.db-wal");
    fs::create_dir(&in_the_way).unwrap();
    let mut owner = Owner::new(state_dir.clone());
    assert_eq!(owner.load().unwrap(), full());
    let error = owner.save(list(vec![bare(1)])).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert_eq!(owner.load().unwrap(), full());
    fs::remove_dir(&in_the_way).unwrap();
    owner.save(list(vec![bare(1)])).unwrap();
    assert_eq!(owner.load().unwrap(), list(vec![bare(1)]));

    let latest = read_only::read(&path).unwrap();
    assert_eq!(
        latest,
        Some(list(vec![bare(1)])),
        "with what is in the log only"
    );
    assert_eq!(read_only::read(&state_dir.join("none")).unwrap(), None);
}

#[test]
fn a_file_that_was_removed_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let state_dir = dir.path().join("state");
    let mut owner = Owner::new(state_dir.clone());
    owner.load().unwrap();
    owner.save(full()).unwrap();
    fs::remove_dir_all(&state_dir).unwrap();
    owner.save(full()).unwrap();
    drop(owner);
    assert_eq!(names(&state_dir), ["geppetto.db"]);
    assert_eq!(Owner::new(state_dir).load().unwrap(), full());
}

#[test]
fn runners_that_could_not_be_loaded_are_not_removed_by_a_save() {
    let dir = tempfile::tempdir().unwrap();
    let (path, away) = (dir.path().join("geppetto.db"), dir.path().join("away"));
    let mut owner = Owner::new(dir.path().to_owned());
    owner.save(list(vec![bare(1), bare(2)])).unwrap();
    drop(owner);

    let mut owner = Owner::new(dir.path().to_owned());
    fs::rename(&path, &away).unwrap();
    fs::create_dir(&path).unwrap();
    let error = owner.load().unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    fs::remove_dir(&path).unwrap();
    fs::rename(&away, &path).unwrap();
    // A daemon that begins with nothing. What it makes itself, it may remove.
    for runners in [vec![], vec![bare(3), bare(4)], vec![bare(4)]] {
        owner.save(list(runners)).unwrap();
    }
    drop(owner);

    let mut owner = Owner::new(dir.path().to_owned());
    let ids: Vec<_> = owner
        .load()
        .unwrap()
        .runners
        .iter()
        .map(|one| one.id)
        .collect();
    assert_eq!(ids, [1, 2, 4].map(runner_id));
    owner.save(list(vec![bare(4)])).unwrap();
    assert_eq!(owner.load().unwrap(), list(vec![bare(4)]));
}

#[tokio::test]
async fn an_exit_file_of_nonsense_is_set_aside() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let runner = runner_id(1);
    fs::create_dir_all(dir.path().join("exits")).unwrap();
    let file = dir.path().join("exits").join(format!("{runner}-1.json"));
    for content in ["{}", "{\"atMs\":5}", "{\"code\":1,\"signal\":2,\"atMs\":5}"] {
        fs::write(&file, content).unwrap();
        let taken = store.take_exit(runner, 1).await;
        assert!(
            matches!(taken, Err(StoreError::Corrupt { .. })),
            "{taken:?}"
        );
        assert_eq!(store.take_exit(runner, 1).await.unwrap(), None);
    }
}

#[test]
fn what_is_forgotten_is_not_left_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut owner = Owner::new(dir.path().to_owned());
    owner.load().unwrap();
    owner.save(list(vec![started(1)])).unwrap();
    owner.save(list(vec![])).unwrap();
    drop(owner);
    let content = fs::read(dir.path().join("geppetto.db")).unwrap();
    let secret = b"secret=";
    assert!(!content.windows(secret.len()).any(|window| window == secret));
}

impl Owner {
    fn history(&mut self, runner: RunnerId) -> Vec<StatusChange> {
        self.with("read", |open| {
            history::read(&open.connection, runner, usize::MAX)
        })
        .unwrap()
    }

    fn slots(&mut self) -> Vec<Slot> {
        self.with("read", |open| slots::read(&open.connection))
            .unwrap()
    }
}
