//! A new daemon after the old one, and subscribers.

use super::*;

#[tokio::test]
async fn a_new_daemon_finds_what_lives_and_what_ended_meanwhile() {
    let (mux, store) = (FakeMux::new(), Arc::<MemoryStore>::default());
    let old = Core::with(mux.clone(), store.clone(), Settings::default());
    old.app.recover().await.unwrap();
    let lives = old.new_runner(named("lives")).await.unwrap();
    let ended = old.new_runner(named("ended")).await.unwrap();
    let vanished = old.new_runner(named("vanished")).await.unwrap();
    old.app
        .stop(
            "vanished".to_owned(),
            StopMode::Forced,
            "Stopped by the user.",
        )
        .await
        .unwrap();
    let _ = vanished;
    drop(old);
    store
        .leave_exit(ended.runner.id, 1, written(Outcome::Code(3)))
        .await;
    let pane = mux.pane_of(lives.runner.id).await.unwrap();
    while mux.is_watched(pane).await {
        tokio::task::yield_now().await;
    }
    let new = Core::with(mux.clone(), store, Settings::default());
    new.app.recover().await.unwrap();
    assert_eq!(new.names().await, ["lives", "ended", "vanished"]);
    assert_eq!(new.status("lives").await, "idle");
    assert_eq!(new.status("ended").await, "failed");
    assert_eq!(new.status("vanished").await, "stopped");
    assert!(mux.is_watched(pane).await);
}

#[tokio::test]
async fn a_subscriber_gets_a_snapshot_and_every_change() {
    let core = Core::new();
    core.new_runner(named("one")).await.unwrap();
    let mut subscription = core.app.subscribe().await.unwrap();
    assert_eq!(subscription.snapshot.len(), 1);
    core.app.pause("one".to_owned()).await.unwrap();
    match subscription.changes.recv().await.unwrap() {
        Change::Runner(now) => assert_eq!(now.runner.status.status(), Status::Paused),
        other @ Change::Removed(_) => panic!("{other:?}"),
    }
    let forgotten = core.app.forget("one".to_owned()).await.unwrap().runner.id;
    let removed = |change: &Change, id: RunnerId| matches!(change, Change::Removed(r) if *r == id);
    while let Some(change) = subscription.changes.recv().await {
        if removed(&change, forgotten) {
            return;
        }
    }
    panic!("the removal was not told");
}
