//! What every [`RunnerStore`] must do, run against the one in memory and the one in files.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::time::Duration;

use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::{PaneId, Pid, RunnerId, SessionId, WindowId};
use crate::domain::runner::{Launch, Place};
use crate::domain::status::Status;
use crate::domain::time::Timestamp;
use crate::ports::store::{RunnerStore, Stored, StoredRunner, StoredServer};

/// Checks an empty store. `leave_exit` does what a run parent without a daemon does.
pub(crate) async fn check<F>(
    store: &dyn RunnerStore,
    leave_exit: impl Fn(RunnerId, u32, Outcome, Timestamp) -> F,
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

    let (one, other) = (runner_id(1), runner_id(2));
    assert_eq!(store.take_exit(one, 1).await.unwrap(), None);
    let (killed, left) = (Outcome::Signal(9), Outcome::Code(3));
    leave_exit(one, 1, killed, Timestamp(5)).await;
    leave_exit(one, 2, left, Timestamp(6)).await;
    assert_eq!(store.take_exit(other, 1).await.unwrap(), None);
    let taken = store.take_exit(one, 1).await.unwrap();
    assert_eq!(taken, Some((killed, Timestamp(5))));
    assert_eq!(store.take_exit(one, 1).await.unwrap(), None, "once");
    let taken = store.take_exit(one, 2).await.unwrap();
    assert_eq!(taken, Some((left, Timestamp(6))));
    assert_eq!(store.load().await.unwrap(), fewer, "exits are apart");
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

fn runner_id(number: u32) -> RunnerId {
    let text = format!("01930000-0000-7000-8000-{number:012x}");
    text.parse().unwrap()
}

fn bare(number: u32) -> StoredRunner {
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
    }
}

fn started(number: u32) -> StoredRunner {
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
        check(&store, |runner, run, outcome, at| {
            store.leave_exit(runner, run, outcome, at)
        })
        .await;
    }

    #[tokio::test]
    async fn the_store_in_files_keeps_the_contract() {
        let dir = tempfile::tempdir().unwrap();
        let state_dir = dir.path().join("a/b");
        check(
            &SqliteStore::start(state_dir.clone()).unwrap(),
            |runner, run, outcome, at| {
                let (code, signal) = match outcome {
                    Outcome::Code(code) => (Some(code), None),
                    Outcome::Signal(signal) => (None, Some(signal)),
                    Outcome::NotKnown => (None, None),
                };
                // Written by the run parent's own writer: the two sides of the file must agree.
                let exited = RunExited {
                    runner_id: runner.to_string(),
                    run,
                    code,
                    signal,
                    at_ms: at.0,
                };
                exit_file::write(&state_dir, &exited).unwrap();
                std::future::ready(())
            },
        )
        .await;
    }
}
