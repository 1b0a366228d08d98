//! What became of a file while nobody had it open.

use super::*;

/// A transcript with the text `before`, known to the store, which has closed it.
async fn closed() -> (Store, RunnerId) {
    let store = Store::new();
    let id = runner();
    let start = Position::new(Epoch(1), Seq(0));
    store.store.append(id, output(start, 1, "before")).unwrap();
    let store = store.reopen();
    // What was opened only to be looked at is closed again.
    let pruned = store.store.prune(ROOMY, Timestamp(9), true).await.unwrap();
    assert!(pruned.is_empty(), "{pruned:?}");
    assert_eq!(bytes_of(&all(&store.store, id).await), b"before");
    let log = super::super::super::database::has_log(&store.path(id));
    assert!(!log, "nobody has it open for writing");
    (store, id)
}

/// What is told next of recordings.
async fn news(told: &mut mpsc::Receiver<RecordingEvent>) -> RecordingEvent {
    let next = tokio::time::timeout(Duration::from_secs(20), told.recv());
    next.await.expect("something is told").unwrap()
}

async fn goes_on(store: &Store, id: RunnerId) -> Vec<Stored> {
    let end = Position::new(Epoch(1), Seq(6));
    store.store.append(id, output(end, 2, "after")).unwrap();
    store.store.flush(id, true).await.unwrap();
    all(&store.store, id).await
}

#[tokio::test]
async fn what_was_written_before_is_read_and_written_on() {
    let (store, id) = closed().await;
    let stored = goes_on(&store, id).await;
    assert_eq!(bytes_of(&stored), b"beforeafter");
    assert_eq!(gaps(&stored), []);
}

#[tokio::test]
async fn a_file_that_was_removed_is_nothing_and_then_a_gap() {
    let (store, id) = closed().await;
    fs::remove_file(store.path(id)).unwrap();
    assert_eq!(all(&store.store, id).await, []);
    let stored = goes_on(&store, id).await;
    assert_eq!(bytes_of(&stored), b"after");
    let missing = Gap {
        bytes: None,
        reason: GapReason::Damaged,
    };
    assert_eq!(gaps(&stored), [missing]);
    // Positions go on, and what was lost once is not lost again.
    let end = Position::new(Epoch(1), Seq(11));
    assert_eq!(store.store.extent(id).await.unwrap().end, end);
    store.store.append(id, output(end, 3, "!")).unwrap();
    let store = store.reopen();
    let stored = all(&store.store, id).await;
    assert_eq!(bytes_of(&stored), b"after!");
    assert_eq!(gaps(&stored), [missing]);
}

#[tokio::test]
async fn a_file_that_was_damaged_is_set_aside_under_a_name_that_is_told() {
    for is_read_first in [true, false] {
        let (store, id) = closed().await;
        let mut told = store.store.recordings().unwrap();
        fs::write(store.path(id), b"no database".repeat(1000)).unwrap();
        if is_read_first {
            assert_eq!(gaps(&all(&store.store, id).await).len(), 1);
        }
        let stored = goes_on(&store, id).await;
        assert_eq!(bytes_of(&stored), b"after");
        assert_eq!(gaps(&stored)[0].reason, GapReason::Damaged);
        assert_eq!(gaps(&stored).len(), 1, "read first: {is_read_first}");
        let aside = store.path(id).with_extension("db.damaged-1");
        let event = news(&mut told).await;
        let set_aside = Recording::SetAside {
            aside: aside.clone(),
        };
        assert_eq!((event.runner, event.state), (id, set_aside));
        assert!(fs::read(aside).unwrap().starts_with(b"no database"));
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_again_is_named() {
    let (store, id) = closed().await;
    let mut told = store.store.recordings().unwrap();
    let (path, away) = (store.path(id), store.dir.path().join("away"));
    fs::rename(&path, &away).unwrap();
    fs::create_dir(&path).unwrap();
    let named = |error: TranscriptError, wanted: &str| {
        let TranscriptError::Io { path, action, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!((path, action), (store.path(id), wanted));
    };
    named(store.store.extent(id).await.unwrap_err(), "read");
    let end = Position::new(Epoch(1), Seq(6));
    store.store.append(id, output(end, 2, "after")).unwrap();
    named(store.store.flush(id, true).await.unwrap_err(), "written");
    let Recording::Paused { reason } = news(&mut told).await.state else {
        panic!("it is paused");
    };
    assert!(reason.contains(path.to_str().unwrap()), "{reason}");
    // It is there again, and nothing is missing.
    fs::remove_dir(&path).unwrap();
    fs::rename(&away, &path).unwrap();
    assert_eq!(news(&mut told).await.state, Recording::On);
    let stored = all(&store.store, id).await;
    assert_eq!(bytes_of(&stored), b"beforeafter");
    assert_eq!(gaps(&stored), []);
}
