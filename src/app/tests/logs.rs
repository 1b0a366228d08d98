//! Followers of a log: every line once, or told how many were left out.

use super::*;

#[tokio::test]
async fn a_follower_gets_every_line_once() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    let lines = |from: u32, to: u32| (from..to).map(|n| format!("{n}\n")).collect::<String>();
    core.mux.print(pane, &lines(1, 500)).await;
    core.until_seq(499).await;
    let mut follower = core
        .app
        .follow_logs("one".to_owned(), LogQuery::newest(usize::MAX))
        .await
        .unwrap();
    for from in (500..1000).step_by(10) {
        core.mux.print(pane, &lines(from, from + 10)).await;
    }
    let mut seen = Vec::new();
    while seen.len() < 999 {
        match follower.next().await.unwrap() {
            FollowItem::Entries(entries) => {
                assert!(entries.len() <= 50);
                seen.extend(
                    entries
                        .iter()
                        .map(|entry| entry.text.parse::<u32>().unwrap()),
                );
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(seen, (1..1000).collect::<Vec<_>>());
    core.app
        .stop("one".to_owned(), StopMode::Forced, "Stopped by the user.")
        .await
        .unwrap();
    assert!(matches!(follower.next().await, Some(FollowItem::Ended(_))));
    core.app.forget("one".to_owned()).await.unwrap();
    assert!(follower.next().await.is_none());
}

#[tokio::test]
async fn a_slow_follower_is_told_how_much_it_missed() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    let mut follower = core
        .app
        .follow_logs("one".to_owned(), LogQuery::newest(usize::MAX))
        .await
        .unwrap();
    let total = 20_000;
    for from in (0..total).step_by(100) {
        let text: String = (from..from + 100).map(|n| format!("{n}\n")).collect();
        core.mux.print(pane, &text).await;
    }
    core.until_seq(total).await;
    let (mut given, mut missed, mut expected) = (0_u64, 0_u64, 1_u64);
    while given + missed < total {
        match follower.next().await.unwrap() {
            FollowItem::Entries(entries) => {
                for entry in entries {
                    assert_eq!(*entry.text, *(expected - 1).to_string());
                    expected += 1;
                    given += 1;
                }
            }
            FollowItem::Lagged(count) => {
                missed += count;
                expected += count;
            }
            other @ FollowItem::Ended(_) => panic!("{other:?}"),
        }
    }
    assert!(missed > 0 && given > 0, "{given} given, {missed} missed");
}

#[tokio::test]
async fn lost_output_leaves_a_mark() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux
        .event(pane, ProcessEvent::Lost { bytes: Some(12) })
        .await;
    core.mux.print(pane, "after\n").await;
    core.until_seq(2).await;
    let log = core
        .app
        .logs("one".to_owned(), LogQuery::newest(10))
        .await
        .unwrap();
    let texts: Vec<&str> = log.iter().map(|entry| &*entry.text).collect();
    assert_eq!(
        texts,
        [
            "12 bytes of output are missing here: it came too fast.",
            "after"
        ]
    );
}

#[tokio::test]
async fn the_output_directory_gets_the_log() {
    let core = Core::new();
    let request = NewRunner {
        output_dir: Some("/out".into()),
        ..named("one")
    };
    let now = core.new_runner(request).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "first\nsecond\n").await;
    core.until_seq(2).await;
    let path = Path::new("/out/one.log");
    while core
        .files
        .written
        .lock()
        .await
        .get(path)
        .is_none_or(|text| !text.contains("second"))
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        core.files.written.lock().await.get(path).unwrap(),
        "first\nsecond\n"
    );
}

#[tokio::test]
async fn a_follower_whose_queue_was_full_still_learns_of_the_end() {
    let core = Core::new();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    let mut follower = core
        .app
        .follow_logs("one".to_owned(), LogQuery::newest(0))
        .await
        .unwrap();
    for from in (0..20_000).step_by(100) {
        let text: String = (from..from + 100).map(|n| format!("{n}\n")).collect();
        core.mux.print(pane, &text).await;
    }
    core.until_seq(20_000).await;
    core.app
        .stop("one".to_owned(), StopMode::Forced, "Stopped by the user.")
        .await
        .unwrap();
    let mut seen = 0;
    loop {
        match follower.next().await.unwrap() {
            FollowItem::Entries(entries) => seen += entries.len() as u64,
            FollowItem::Lagged(count) => seen += count,
            FollowItem::Ended(now) => {
                assert_eq!((seen, now.entries), (20_000, 20_000));
                return;
            }
        }
    }
}
