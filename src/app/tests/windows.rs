//! Somebody looks around in tmux and goes somewhere.

use super::*;
use crate::ports::mux::MuxError;

#[tokio::test]
async fn every_pane_is_told_with_its_runner() {
    let core = Core::new();
    let first = core.mux.user_session("work").await;
    let second = core.mux.user_pane(SessionId(0)).await;
    core.mux.user_session("other").await;
    core.app
        .register(RegisterTarget::Pane(second), Registration::default())
        .await
        .unwrap();
    let trees = core.app.session_trees().await.unwrap();
    let found: Vec<(String, String, Option<String>)> = trees
        .iter()
        .flat_map(|tree| tree.windows.iter().map(move |window| (tree, window)))
        .flat_map(|(tree, window)| window.panes.iter().map(move |pane| (tree, pane)))
        .map(|(tree, pane)| {
            let runner = pane.runner.as_ref().map(|runner| runner.name.clone());
            let session = tree.now.session.name.clone();
            (session, pane.text.title.clone(), runner)
        })
        .collect();
    let pane = |session: &str, pane: PaneId, runner: Option<&str>| {
        let runner = runner.map(str::to_owned);
        (session.to_owned(), format!("title of {pane}"), runner)
    };
    let name = trees[0].windows[1].panes[0].runner.clone().unwrap().name;
    assert_eq!(
        found,
        [
            pane("work", first, None),
            pane("work", second, Some(&name)),
            pane("other", PaneId(3), None)
        ]
    );
    assert_eq!((trees[0].now.runners, trees[1].now.runners), (1, 0));
}

#[tokio::test]
async fn a_runner_that_ended_stays_in_its_pane() {
    let core = Core::new();
    let pane = core.mux.user_session("work").await;
    let target = RegisterTarget::Pane(pane);
    let registered = core
        .app
        .register(target, Registration::default())
        .await
        .unwrap();
    let name = registered.runner.runner.name.to_string();
    core.app
        .stop(name.clone(), StopMode::Forced, "Stopped.")
        .await
        .unwrap();
    let trees = core.app.session_trees().await.unwrap();
    let resident = trees[0].windows[0].panes[0].runner.clone().unwrap();
    assert_eq!((resident.name, resident.status), (name, Status::Stopped));
    assert_eq!(trees[0].now.runners, 0);
}

#[tokio::test]
async fn the_way_leads_to_panes_and_to_what_a_session_shows() {
    let core = Core::new();
    let first = core.mux.user_session("work").await;
    let second = core.mux.user_pane(SessionId(0)).await;
    core.mux.user_session("other").await;
    core.mux.tell_layout().await;
    for (pane, session) in [(second, None), (first, Some("$0"))] {
        let session = session.map(str::to_owned);
        let commands = core.app.attach_pane(pane, session).await.unwrap();
        assert_eq!(commands.attach, ["attach", "work"]);
        assert_eq!(commands.switch, ["switch".to_owned(), pane.to_string()]);
    }
    let shown = core.app.attach_session("work".to_owned()).await.unwrap();
    assert_eq!(shown.switch, ["switch".to_owned(), first.to_string()]);
    let elsewhere = core.app.attach_pane(first, Some("other".to_owned()));
    let refusal = elsewhere.await.unwrap_err();
    assert!(matches!(refusal, AppError::Mux(MuxError::NoPane { .. })));
    let nowhere = core.app.attach_session("wor".to_owned()).await.unwrap_err();
    assert!(matches!(nowhere, AppError::Mux(MuxError::NoSession { .. })));
}
