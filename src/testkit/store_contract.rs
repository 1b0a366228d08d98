//! What every [`RunnerStore`] and every [`SlotStore`] must do, run against the one in memory and the one in SQLite.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{Epoch, PaneId, Pid, RunnerId, Seq, SessionId, WindowId};
use crate::domain::key::SessionKey;
use crate::domain::lifetime::Lifetime;
use crate::domain::runner::{Launch, Place};
use crate::domain::slot::{Slot, SlotStatus};
use crate::domain::status::Status;
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;
use crate::domain::transcript::Position;
use crate::domain::usage::Usage;
use crate::ports::keys::SlotStore;
use crate::ports::store::{
    HISTORY_KEPT, RunnerStore, StatusChange, StoreError, Stored, StoredConversation, StoredRunner,
    StoredServer, WrittenExit,
};

/// Checks an empty store. `leave_exit` does what a run parent without a daemon does.
pub(crate) async fn check<F>(
    store: &dyn RunnerStore,
    leave_exit: impl Fn(RunnerId, u32, WrittenExit) -> F,
) where
    F: Future<Output = ()>,
{
    assert_eq!(store.load().await.unwrap(), Stored::default());

    let full = full();
    store.save(full.clone()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), full);
    assert_eq!(store.load().await.unwrap(), full, "loading takes nothing");

    let fewer = Stored {
        server: None,
        runners: full.runners.iter().take(1).cloned().collect(),
        forgotten_panes: vec![],
    };
    store.save(fewer.clone()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), fewer, "saving replaces");

    let mut snoozed = fewer.clone();
    snoozed.runners[0].snoozed_until = Some(Timestamp(u64::MAX));
    let mut talked = fewer.clone();
    talked.runners[0].conversation = Some(conversation("größe \0\"'{}"));
    let mut talked_on = talked.clone();
    talked_on.runners[0].conversation = Some(conversation("another"));
    for changed in [snoozed, talked, talked_on, fewer.clone()] {
        store.save(changed.clone()).await.unwrap();
        assert_eq!(store.load().await.unwrap(), changed);
    }

    let (one, other) = (runner_id(1), runner_id(2));
    assert_eq!(store.take_exit(one, 1).await.unwrap(), None);
    let exit = |outcome, at, hung_up| WrittenExit {
        outcome,
        at: Timestamp(at),
        hung_up,
    };
    let killed = exit(Outcome::Signal(9), 5, false);
    let left = exit(Outcome::Code(0), 6, true);
    leave_exit(one, 1, killed).await;
    leave_exit(one, 2, left).await;
    assert_eq!(store.take_exit(other, 1).await.unwrap(), None);
    let taken = store.take_exit(one, 1).await.unwrap();
    assert_eq!(taken, Some(killed));
    assert_eq!(store.take_exit(one, 1).await.unwrap(), None, "once");
    let taken = store.take_exit(one, 2).await.unwrap();
    assert_eq!(taken, Some(left));
    assert_eq!(store.load().await.unwrap(), fewer, "exits are apart");

    let mut turned = full;
    turned.runners.reverse();
    store.save(turned.clone()).await.unwrap();
    assert_eq!(store.load().await.unwrap(), turned, "order is kept");
}

/// Checks the history of statuses, in a store without runner 77.
pub(crate) async fn check_history(store: &dyn RunnerStore) {
    let (id, other) = (runner_id(77), bare(78));
    let history = async |limit| store.history(id, limit).await.unwrap();
    let save = async |status, reason: &str, since| {
        let reason = reason.to_owned();
        let since = Timestamp(since);
        let runner = StoredRunner {
            status,
            reason,
            since,
            ..bare(77)
        };
        let runners = vec![runner, other.clone()];
        let stored = Stored {
            runners,
            ..Stored::default()
        };
        store.save(stored).await.unwrap();
    };
    let change = |status, reason: &str, at| StatusChange {
        run: 1,
        status,
        reason: reason.to_owned(),
        at: Timestamp(at),
    };
    assert_eq!(history(9).await, []);
    save(Status::Running, "It prints.", 1).await;
    save(Status::Running, "Only the reason is another.", 1).await;
    save(Status::Idle, "It is silent.", u64::MAX).await;
    let first = change(Status::Running, "It prints.", 1);
    let second = change(Status::Idle, "It is silent.", u64::MAX);
    assert_eq!(history(9).await, [first, second.clone()]);
    assert_eq!(history(1).await, [second], "the newest");
    assert_eq!(history(0).await, []);
    assert_eq!(store.history(other.id, 9).await.unwrap().len(), 1);

    let many = HISTORY_KEPT as u64 + 1;
    for at in 0..many {
        save(Status::Running, "", at).await;
    }
    let kept = history(usize::MAX).await;
    assert_eq!(kept.len(), HISTORY_KEPT);
    assert_eq!(kept[0].at, Timestamp(1), "the oldest go");
    assert_eq!(kept[HISTORY_KEPT - 1].at, Timestamp(many - 1));
    assert_eq!(store.history(other.id, 9).await.unwrap().len(), 1);

    store.save(Stored::default()).await.unwrap();
    assert_eq!(history(9).await, [], "it goes with the runner");
    save(Status::Running, "", 5).await;
    assert_eq!(history(9).await, [change(Status::Running, "", 5)]);
}

/// Checks the table of session keys, in a store without any; leaves [`slots`] in it.
pub(crate) async fn check_slots(store: &dyn SlotStore) {
    let [primary, review, other] = slots();
    assert_eq!(store.slots().await.unwrap(), []);
    for slot in [&other, &review, &primary] {
        store.put_slot(slot.clone()).await.unwrap();
    }
    assert_eq!(store.slots().await.unwrap(), slots(), "by idea and slot");

    let changed = Slot {
        status: SlotStatus::Ended,
        cursor: None,
        snapshot: None,
        ..primary.clone()
    };
    store.put_slot(changed.clone()).await.unwrap();
    let now = [changed, review.clone(), other.clone()];
    assert_eq!(store.slots().await.unwrap(), now, "the key is in it once");

    let thief = Slot {
        session_name: review.session_name.clone(),
        ..other.clone()
    };
    let Err(StoreError::Io { source, .. }) = store.put_slot(thief).await else {
        panic!("two keys have one tmux name");
    };
    assert_eq!(source.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(store.slots().await.unwrap(), now, "nothing has changed");

    assert!(store.remove_slot(&review.key).await.unwrap());
    assert!(!store.remove_slot(&review.key).await.unwrap(), "once");
    for slot in [review, primary] {
        store.put_slot(slot).await.unwrap();
    }
    assert_eq!(store.slots().await.unwrap(), slots());
}

/// One slot with everything, one with nothing, and one of another prefix.
pub(crate) fn slots() -> [Slot; 3] {
    let bare = |key: &str| {
        let key = SessionKey::parse(key, "coda").unwrap();
        Slot {
            session_name: key.session_name(),
            key,
            status: SlotStatus::Reserved,
            runner: None,
            created_at: Timestamp(1),
            last_connected_at: None,
            last_detach_at: None,
            cursor: None,
            snapshot: None,
        }
    };
    let primary = Slot {
        status: SlotStatus::Detached,
        runner: Some(runner_id(1)),
        last_connected_at: Some(Timestamp(2)),
        last_detach_at: Some(Timestamp(u64::MAX)),
        cursor: Some(Position::new(Epoch(u32::MAX), Seq(u64::MAX))),
        snapshot: Some("größe 🦀\n\0'\"\u{1b}[31m\n".repeat(500)),
        ..bare("checkout")
    };
    [primary, bare("checkout/review"), bare("a::zebra::primary")]
}

/// Every field set, every status, every way to end, and texts that break careless writers.
pub(crate) fn full() -> Stored {
    let mut runners = vec![bare(0)];
    for (number, status) in (1..).zip(Status::ALL) {
        runners.push(StoredRunner {
            status,
            ..bare(number)
        });
    }
    let outcomes = [Outcome::Code(-1), Outcome::Signal(15), Outcome::NotKnown];
    let sources = [
        ExitSource::RunParent,
        ExitSource::Tmux,
        ExitSource::PaneClosed,
        ExitSource::PaneRespawned,
        ExitSource::ServerGone,
        ExitSource::Killed,
    ];
    for (number, (source, outcome)) in (20..).zip(sources.into_iter().zip(outcomes.iter().cycle()))
    {
        let exit = Exit {
            outcome: *outcome,
            source,
            at: Timestamp(u64::from(number)),
        };
        runners.push(StoredRunner {
            exit: Some(exit),
            ..started(number)
        });
    }
    Stored {
        server: Some(StoredServer {
            pid: 4711,
            start_time: 1_790_000_000,
        }),
        runners,
        forgotten_panes: vec![0, 3, u32::MAX],
    }
}

pub(crate) fn runner_id(number: u32) -> RunnerId {
    let text = format!("01930000-0000-7000-8000-{number:012x}");
    text.parse().unwrap()
}

fn conversation(id: &str) -> StoredConversation {
    StoredConversation {
        kind: "claude-code".to_owned(),
        id: id.to_owned(),
    }
}

pub(crate) fn bare(number: u32) -> StoredRunner {
    StoredRunner {
        id: runner_id(number),
        name: format!("größe-🦀-{number}"),
        kind: "custom".to_owned(),
        launch: None,
        idle_after: Duration::from_millis(1500),
        max_duration: None,
        output_dir: None,
        key: None,
        place: None,
        session_name: "$(touch x)#(touch x)\n%exit \"\\\u{1b}[31m\u{202e}".to_owned(),
        pid: None,
        run: 1,
        status: Status::Starting,
        reason: String::new(),
        since: Timestamp(0),
        exit: None,
        created_at: Timestamp(1),
        started_at: Timestamp(2),
        lifetime: None,
        snoozed_until: None,
        conversation: None,
        given_kind: None,
    }
}

pub(crate) fn started(number: u32) -> StoredRunner {
    let not_text = OsString::from_vec(b"/tmp/\xff\n\"dir".to_vec());
    let env = [
        ("EMPTY", ""),
        ("TOKEN", "secret=\"1\"\n"),
        ("PATH", "/a:/b c"),
    ];
    let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
    StoredRunner {
        launch: Some(Launch {
            command: ["sh", "-c", "exit 3 # '\"", ""].map(str::to_owned).to_vec(),
            cwd: not_text.clone().into(),
            env: BTreeMap::from(env),
            size: Some((120, 40)),
        }),
        max_duration: Some(Duration::from_hours(1)),
        output_dir: Some(not_text.into()),
        key: Some("coda::checkout::primary".to_owned()),
        place: Some(Place {
            session: SessionId(1),
            window: WindowId(2),
            pane: PaneId(u32::MAX),
            pane_pid: Pid::new(99).unwrap(),
        }),
        pid: Some(100),
        run: 7,
        status: Status::Failed,
        reason: "Its program ended (signal 15).".to_owned(),
        since: Timestamp(u64::MAX),
        lifetime: Some(Lifetime {
            tally: Tally {
                changes: u64::MAX,
                run: 6,
                status: Status::Idle,
                since: Timestamp(u64::MAX),
                times: Status::ALL.map(|status| (status, u64::MAX)).into(),
            },
            peak: Some(Usage {
                cpu_permille: Some(u32::MAX),
                memory: u64::MAX,
                processes: 0,
            }),
            output_bytes: u64::MAX,
            lost_bytes: 1,
            log_entries: 2,
            last_output_at: Some(Timestamp(3)),
        }),
        conversation: Some(conversation("4b6a0b5e-1111-4222-8333-444455556666")),
        given_kind: Some("codex".to_owned()),
        ..bare(number)
    }
}

mod tests {
    use super::*;
    use crate::adapters::sqlite::SqliteStore;
    use crate::supervise::exit_file;
    use crate::testkit::MemoryStore;
    use crate::wire::RunExited;

    #[tokio::test]
    async fn the_store_in_memory_keeps_the_contract() {
        let store = MemoryStore::default();
        check(&store, |runner, run, written| {
            store.leave_exit(runner, run, written)
        })
        .await;
        check_history(&store).await;
        check_slots(&store).await;
    }

    #[tokio::test]
    async fn the_store_in_sqlite_keeps_the_contract() {
        let dir = tempfile::tempdir().unwrap();
        let state_dir = dir.path().join("a/b");
        let store = SqliteStore::start(state_dir.clone()).unwrap();
        check(&store, |runner, run, written| {
            let (code, signal) = written.outcome.code_and_signal();
            // Written by the run parent's own writer: the two sides of the file must agree.
            let exited = RunExited {
                runner_id: runner.to_string(),
                run,
                code,
                signal,
                hung_up: written.hung_up,
                at_ms: written.at.0,
            };
            exit_file::write(&state_dir, &exited).unwrap();
            std::future::ready(())
        })
        .await;
        check_history(&store).await;
        check_slots(&store).await;
    }
}
