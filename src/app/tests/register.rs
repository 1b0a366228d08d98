//! What the user has running already becomes runners.

use super::*;

#[tokio::test]
async fn a_registered_session_brings_all_its_panes_and_later_ones() {
    let core = Core::new();
    core.mux.user_session("work").await;
    core.mux.user_pane(SessionId(0)).await;
    let target = || RegisterTarget::Session("work".to_owned());
    let first = core
        .app
        .register(target(), Registration::default())
        .await
        .unwrap();
    assert_eq!(
        (first.added, first.runner.runner.name.as_str()),
        (2, "work")
    );
    let again = core
        .app
        .register(target(), Registration::default())
        .await
        .unwrap();
    assert_eq!(
        (again.added, again.runner.runner.id),
        (0, first.runner.runner.id)
    );
    assert_eq!(core.names().await, ["work", "work-2"]);
    core.app.forget("work-2".to_owned()).await.unwrap();
    core.mux.user_pane(SessionId(0)).await;
    core.mux.tell_layout().await;
    core.until_named("work-3").await;
    assert_eq!(
        core.names().await,
        ["work", "work-3"],
        "a forgotten pane stays forgotten"
    );
    assert!(core.mux.is_watched(PaneId(3)).await);
}

#[tokio::test]
async fn one_pane_or_process_is_registered_by_itself() {
    let core = Core::new();
    core.mux.user_session("work").await;
    let wishes = Registration {
        name: Some("mine".to_owned()),
        ..Registration::default()
    };
    let pid = RegisterTarget::Process(Pid::new(1001).unwrap());
    let done = core.app.register(pid, wishes).await.unwrap();
    assert_eq!(done.runner.runner.name.as_str(), "mine");
    core.mux.user_pane(SessionId(0)).await;
    core.mux.tell_layout().await;
    let missing = RegisterTarget::Pane(PaneId(99));
    core.app
        .register(missing, Registration::default())
        .await
        .unwrap_err();
    assert_eq!(
        core.names().await,
        ["mine"],
        "the session itself is not registered"
    );
}
