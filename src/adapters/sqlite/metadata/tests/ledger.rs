//! Tests of the ledger: what every one must do, and what is on the disk of what people said.

use super::*;
use crate::domain::finding::TurnPartKind;
use crate::domain::time::Day;
use crate::domain::tokens::By;
use crate::testkit::ledger_contract::{batch, check_marks, check_sums, check_turns, parts};
use crate::testkit::{MemoryLedger, ledger_contract};

const SECRET: &str = "correct-horse";

#[tokio::test]
async fn it_keeps_the_contract() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| SqliteStore::start(dir.path().join(name)).unwrap();
    check_sums(&at("sums")).await;
    check_turns(&at("turns")).await;
    check_marks(&at("marks")).await;
}

#[tokio::test]
async fn the_one_in_memory_keeps_it_too() {
    check_sums(&MemoryLedger::default()).await;
    check_turns(&MemoryLedger::default()).await;
    check_marks(&MemoryLedger::default()).await;
}

/// A ledger in which somebody said the secret.
async fn with_secret(state_dir: &Path, key: Option<&Key>, redact: Option<Redact>) -> SqliteStore {
    let store = SqliteStore::start_with(state_dir.to_owned(), key.cloned(), redact).unwrap();
    let mut said = batch(runner_id(1), "one");
    let prompt = TurnPartKind::Prompt(format!("It is {SECRET}, isn't it?"));
    said.parts = vec![ledger_contract::part("1", 1, prompt)];
    store.record(said).await.unwrap();
    store
}

async fn said(store: &SqliteStore) -> (Vec<TurnPartKind>, usize) {
    let turns = store.turns(runner_id(1), 9).await.unwrap();
    let parts = turns.parts.into_iter().map(|part| part.what).collect();
    (parts, turns.unreadable)
}

fn is_on_disk(state_dir: &Path) -> bool {
    names(state_dir).iter().any(|name| {
        let bytes = fs::read(state_dir.join(name)).unwrap();
        memchr::memmem::find(&bytes, SECRET.as_bytes()).is_some()
    })
}

#[tokio::test]
async fn what_was_said_is_encrypted_when_there_is_a_key() {
    let dir = tempfile::tempdir().unwrap();
    let open = dir.path().join("open");
    drop(with_secret(&open, None, None).await);
    assert!(is_on_disk(&open), "or this test could not fail");

    let sealed = dir.path().join("sealed");
    let key = Key::from_bytes(&[7; 32]);
    let store = with_secret(&sealed, Some(&key), None).await;
    assert_eq!(said(&store).await.0.len(), 1);
    drop(store);
    assert!(!is_on_disk(&sealed));
    for other in [None, Some(Key::from_bytes(&[8; 32]))] {
        let store = SqliteStore::start_with(sealed.clone(), other, None).unwrap();
        assert_eq!(said(&store).await, (Vec::new(), 1));
    }
    assert_eq!(names(&sealed), ["geppetto.db"], "it is no damage");
}

#[tokio::test]
async fn secrets_are_starred_out_when_that_is_wanted() {
    let dir = tempfile::tempdir().unwrap();
    let star: Redact = Arc::new(|bytes: &mut [u8]| {
        if let Some(at) = memchr::memmem::find(bytes, SECRET.as_bytes()) {
            bytes[at..at + SECRET.len()].fill(b'*');
        }
    });
    let store = with_secret(dir.path(), None, Some(star)).await;
    let stars = "*".repeat(SECRET.len());
    let prompt = TurnPartKind::Prompt(format!("It is {stars}, isn't it?"));
    assert_eq!(said(&store).await, (vec![prompt], 0));
    drop(store);
    assert!(!is_on_disk(dir.path()));
}

#[tokio::test]
async fn the_oldest_turns_go_when_all_are_too_long() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let mut said = batch(runner_id(1), "one");
    said.parts = parts();
    store.record(said).await.unwrap();
    let bounds = |turn_bytes| LedgerBounds {
        messages_since: Timestamp(0),
        turns_since: Timestamp(0),
        turn_bytes,
    };
    assert_eq!(store.prune(bounds(10_000)).await.unwrap(), 0);
    let gone = store.prune(bounds(150)).await.unwrap();
    let left = store.turns(runner_id(1), 9).await.unwrap().parts;
    assert!((1..8).contains(&gone), "{gone} went");
    assert_eq!(left, parts()[gone..], "the newest stay");
}

#[tokio::test]
async fn what_was_recorded_outlives_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let mut found = batch(runner_id(1), "one");
    let message = ledger_contract::message("c", "m", 1, 5);
    found.messages = vec![(Day::of_number(20_261_126), message)];
    store.record(found.clone()).await.unwrap();
    drop(store);
    let store = SqliteStore::start(dir.path().to_owned()).unwrap();
    let changes = store.record(found).await.unwrap();
    assert!(changes[0].before.is_some(), "it is known");
    let sums = store.sums(SumQuery::all(By::Day)).await.unwrap();
    assert_eq!(sums[0].used.messages, 1);
    assert_eq!(sums[0].of, "2026-11-26");
}
