//! What `restore` plans and does: what ran when the server went away, in the order of its creation, each key once.

use super::*;
use crate::ports::store::RunnerStore;

/// The plan as lines.
async fn plan(core: &Core, is_dry: bool) -> Vec<String> {
    let restoring = core.app.restore(is_dry);
    tokio::pin!(restoring);
    let lines = loop {
        tokio::select! {
            lines = &mut restoring => break lines.unwrap(),
            () = core.run_parent_begins() => {}
        }
    };
    let line = |line: &Restored| format!("{} {:?}", line.runner.name, line.action);
    lines.iter().map(line).collect()
}

#[tokio::test]
async fn what_ran_is_planned_in_its_order_and_with_reasons() {
    let core = Core::new();
    core.mux.user_session("foreign").await;
    let target = RegisterTarget::Session("foreign".to_owned());
    let wishes = Registration::default();
    core.app.register(target, wishes).await.unwrap();
    for name in ["c", "over", "failed", "stopped", "a", "b"] {
        core.new_runner(named(name)).await.unwrap();
    }
    for (name, code) in [("over", 0), ("failed", 3)] {
        let id = core.app.show(name.to_owned()).await.unwrap().runner.id;
        // Long before the server goes.
        core.app
            .run_exited(id, 1, Outcome::Code(code), Timestamp(5))
            .await
            .unwrap();
    }
    core.app
        .stop(
            "stopped".to_owned(),
            StopMode::Forced,
            "Stopped by the user.",
        )
        .await
        .unwrap();
    assert_eq!(plan(&core, true).await, [""; 0]);
    core.mux.lose_server(core.app.ports.clock.now()).await;
    core.until("b", Status::Errored).await;
    let skipped = "foreign Skip(\"geppetto did not start it and does not know its command.\")";
    assert_eq!(
        plan(&core, true).await,
        [skipped, "c Start", "a Start", "b Start"]
    );
    assert_eq!(core.mux.deeds().await.last().unwrap(), "force %5");
    assert_eq!(
        plan(&core, false).await,
        [skipped, "c Started", "a Started", "b Started"]
    );
    assert_eq!(plan(&core, false).await, [skipped], "nothing twice");
    assert_eq!(core.status("stopped").await, "stopped");
}

#[tokio::test]
async fn a_key_is_restored_once_and_not_beside_who_has_it() {
    let lasting = Lasting::new();
    let old = lasting.daemon().await;
    for name in ["one", "two", "three", "four"] {
        old.new_runner(named(name)).await.unwrap();
    }
    lasting.crash(old).await;
    lasting.mux.lose_server(Timestamp(1)).await;
    let mut stored = lasting.store.load().await.unwrap();
    for (runner, key) in stored.runners.iter_mut().zip(["x", "x", "y", "y"]) {
        runner.key = Some(format!("coda::{key}::primary"));
    }
    // The older one ran last.
    stored.runners[0].started_at.0 = stored.runners[1].started_at.0 + 10;
    lasting.store.save(stored).await.unwrap();
    let core = lasting.daemon().await;
    let skip = |key| format!("Skip(\"Another runner has the key coda::{key}::primary.\")");
    assert_eq!(
        plan(&core, true).await,
        [
            "one Start".to_owned(),
            format!("two {}", skip("x")),
            format!("three {}", skip("y")),
            "four Start".to_owned(),
        ]
    );
    // Somebody was faster with one of the keys: the runner that is left of it is not started beside.
    let (taken, ()) = tokio::join!(
        core.app.start("three".to_owned(), StartMode::Resume),
        core.run_parent_begins()
    );
    taken.unwrap();
    assert_eq!(
        plan(&core, false).await,
        [
            "one Started".to_owned(),
            format!("two {}", skip("x")),
            format!("four {}", skip("y")),
        ]
    );
    let refused = core
        .app
        .start("two".to_owned(), StartMode::Resume)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, AppError::KeyInUse { name, .. } if name == "one"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn two_who_restore_at_once_start_everything_once() {
    let core = Core::new();
    for name in ["one", "two"] {
        core.new_runner(named(name)).await.unwrap();
    }
    core.mux.lose_server(core.app.ports.clock.now()).await;
    core.until("two", Status::Errored).await;
    let before = core.mux.deeds().await.len();
    let (a, b) = tokio::join!(plan(&core, false), plan(&core, false));
    assert_eq!(core.mux.deeds().await.len(), before + 2, "{a:?} {b:?}");
    for name in ["one", "two"] {
        assert_eq!(core.status(name).await, "running");
    }
}
