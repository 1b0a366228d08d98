//! A daemon that was killed at the wrong moment, a tmux server that goes away, and another one that counts from the beginning.

use super::*;
use crate::domain::runner::Origin;
use crate::ports::store::RunnerStore;

#[tokio::test]
async fn a_run_that_was_being_started_is_found_by_its_mark_and_without() {
    for is_marked in [true, false] {
        let lasting = Lasting::new();
        let old = lasting.daemon().await;
        let one = old.new_runner(named("one")).await.unwrap().runner.id;
        let pane = lasting.mux.pane_of(one).await.unwrap();
        lasting.crash(old).await;
        // As it was saved before its window was there, by a daemon that started the server for it, too.
        let mut stored = lasting.store.load().await.unwrap();
        stored.server = None;
        stored.runners[0].place = None;
        stored.runners[0].status = Status::Starting;
        lasting.store.save(stored).await.unwrap();
        if !is_marked {
            lasting.mux.unmark(pane).await;
        }
        let new = lasting.daemon().await;
        assert_eq!(new.until("one", Status::Idle).await.runner.id, one);
        assert!(lasting.mux.is_watched(pane).await);
        assert_eq!(new.names().await, ["one"], "once");
    }
}

#[tokio::test]
async fn an_exit_that_was_written_down_is_the_servers_doing_or_its_own() {
    let exit = |outcome, hung_up| WrittenExit {
        hung_up,
        ..written(outcome)
    };
    for (is_server_gone, exit, status) in [
        (true, exit(Outcome::Code(0), true), "errored"),
        (true, exit(Outcome::Code(7), true), "errored"),
        (true, exit(Outcome::Signal(1), false), "errored"),
        (true, exit(Outcome::Code(0), false), "completed"),
        (false, exit(Outcome::Code(0), true), "completed"),
        (false, exit(Outcome::Code(7), false), "failed"),
    ] {
        let lasting = Lasting::new();
        let old = lasting.daemon().await;
        let one = old.new_runner(named("one")).await.unwrap().runner.id;
        lasting.crash(old).await;
        lasting.store.leave_exit(one, 1, exit).await;
        if is_server_gone {
            lasting.mux.lose_server(Timestamp(9)).await;
        }
        let new = lasting.daemon().await;
        assert_eq!(new.status("one").await, status, "{exit:?}");
        let plan = new.app.restore(true).await.unwrap();
        assert_eq!(plan.len(), usize::from(status == "errored"), "{exit:?}");
    }
}

#[tokio::test]
async fn a_hang_up_is_the_servers_doing_whichever_is_known_first() {
    for is_exit_first in [true, false] {
        let core = Core::new();
        let one = core.new_runner(named("one")).await.unwrap().runner.id;
        let at = core.app.ports.clock.now();
        let exits = async || {
            core.app.run_hung_up(one, 1).await.unwrap();
            core.app
                .run_exited(one, 1, Outcome::Code(0), at)
                .await
                .unwrap();
        };
        if is_exit_first {
            exits().await;
            assert_eq!(core.status("one").await, "completed");
            core.mux.lose_server(at).await;
        } else {
            core.mux.lose_server(at).await;
            core.until("one", Status::Errored).await;
            // There is another server by now.
            core.mux.user_session("theirs").await;
            core.mux.tell_layout().await;
            exits().await;
        }
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(core.status("one").await, "errored", "{is_exit_first}");
        let plan = core.app.restore(true).await.unwrap();
        assert_eq!(plan.len(), 1);
    }
}

#[tokio::test]
async fn an_exit_of_an_earlier_run_is_not_that_of_the_next() {
    let core = Core::new();
    let one = core.new_runner(named("one")).await.unwrap().runner.id;
    let at = core.app.ports.clock.now();
    core.mux.lose_server(at).await;
    core.until("one", Status::Errored).await;
    let (restored, ()) = tokio::join!(core.app.restore(false), core.run_parent_begins());
    assert_eq!(restored.unwrap()[0].action, RestoreAction::Started);
    core.app.run_hung_up(one, 1).await.unwrap();
    core.app
        .run_exited(one, 1, Outcome::Code(0), at)
        .await
        .unwrap();
    let now = core.app.show("one".to_owned()).await.unwrap();
    assert_eq!(
        (now.runner.run, now.runner.status.status()),
        (2, Status::Running)
    );
    // Its own end is its own, although a server went away a moment ago.
    core.app
        .run_exited(one, 2, Outcome::Code(3), at)
        .await
        .unwrap();
    assert_eq!(core.status("one").await, "failed");
}

#[tokio::test]
async fn panes_with_the_numbers_of_a_lost_server_are_other_panes() {
    for is_daemon_there in [true, false] {
        let lasting = Lasting::new();
        let core = lasting.daemon().await;
        let session = || RegisterTarget::Session("mine".to_owned());
        let pane = lasting.mux.user_session("mine").await;
        let wishes = Registration::default();
        let mine = core.app.register(session(), wishes.clone()).await.unwrap();
        core.new_runner(named("one")).await.unwrap();
        // Same session, same pane, and the same process ids, as can be.
        let others = async || {
            assert_eq!(lasting.mux.user_session("mine").await, pane);
            lasting.mux.user_pane(SessionId(0)).await;
        };
        let core = if is_daemon_there {
            lasting.mux.lose_server(Timestamp(1)).await;
            core.until("mine", Status::Errored).await;
            core.until("one", Status::Errored).await;
            others().await;
            lasting.mux.tell_layout().await;
            core
        } else {
            lasting.crash(core).await;
            lasting.mux.lose_server(Timestamp(1)).await;
            others().await;
            lasting.daemon().await
        };
        for name in ["mine", "one"] {
            assert_eq!(core.until(name, Status::Errored).await.runner.place, None);
            core.app.attach(name.to_owned()).await.unwrap_err();
        }
        assert!(!lasting.mux.is_watched(pane).await);
        let theirs = core.app.register(session(), wishes).await.unwrap();
        assert_ne!(theirs.runner.runner.id, mine.runner.runner.id);
        assert_eq!((theirs.added, theirs.runner.runner.run), (2, 1));
        assert_eq!(core.status("mine").await, "errored");
        assert!(matches!(theirs.runner.runner.origin, Origin::Registered));
    }
}
