//! What is measured of runners: when somebody looks, only then, and what of it lasts.

use super::*;
use crate::domain::usage::Usage;

const MIB: u64 = 1024 * 1024;

/// A core that takes no peaks by itself.
fn without_peaks() -> Core {
    let settings = Settings {
        peaks_every: Duration::ZERO,
        ..Settings::default()
    };
    Core::with(FakeMux::new(), Arc::default(), settings)
}

/// Lets so much of the paused time pass, with everything that is due in it.
async fn pass(seconds: u64) {
    let time = Duration::from_secs(seconds);
    let never = std::future::pending::<()>();
    tokio::time::timeout(time, never).await.unwrap_err();
}

impl Core {
    /// The program and its child have used so much by now.
    async fn has_used(&self, cpu_ms: u64, memory: u64) {
        let cpu = Duration::from_millis(cpu_ms);
        self.usage.uses(4242, 1, cpu, memory).await;
        self.usage.uses(4243, 4242, Duration::ZERO, MIB).await;
    }

    async fn stats_of(&self, name: &str) -> RunnerStats {
        let now = self.app.stats(Some(name.to_owned())).await.unwrap();
        now.runners.into_iter().next().unwrap()
    }
}

fn usage(cpu_permille: u32, memory: u64, processes: u32) -> Option<Usage> {
    Some(Usage {
        cpu_permille: Some(cpu_permille),
        memory,
        processes,
    })
}

#[tokio::test(start_paused = true)]
async fn nothing_is_measured_while_nobody_looks() {
    let core = without_peaks();
    core.new_runner(named("one")).await.unwrap();
    core.has_used(0, MIB).await;
    pass(3600).await;
    assert_eq!(core.usage.readings(), 0);
    let mut follower = core.app.follow_stats(Duration::from_secs(1)).unwrap();
    let (_, first) = follower.next().await.unwrap();
    assert_eq!(first[0].usage, usage(0, 2 * MIB, 2));
    pass(10).await;
    let followed = core.usage.readings();
    assert!((10..=13).contains(&followed), "{followed} readings");
    drop(follower);
    pass(3600).await;
    assert_eq!(core.usage.readings(), followed);
}

#[tokio::test(start_paused = true)]
async fn only_what_changed_is_told_and_nothing_when_nothing_did() {
    let core = without_peaks();
    core.new_runner(named("one")).await.unwrap();
    core.mux.user_session("quiet").await;
    let target = RegisterTarget::Session("quiet".to_owned());
    core.app
        .register(target, Registration::default())
        .await
        .unwrap();
    core.has_used(0, MIB).await;
    let mut follower = core.app.follow_stats(Duration::from_secs(1)).unwrap();
    let (_, first) = follower.next().await.unwrap();
    assert_eq!(first.len(), 2, "all at first");
    let minute = Duration::from_secs(60);
    // What follows from the beginning: the pictures of both panes are on the disk by then.
    while tokio::time::timeout(minute, follower.next()).await.is_ok() {}
    core.has_used(500, MIB).await;
    let (_, news) = follower.next().await.unwrap();
    let named: Vec<&str> = news.iter().map(|stats| stats.name.as_str()).collect();
    assert_eq!(named, ["one"]);
    assert_eq!(news[0].usage, usage(500, 2 * MIB, 2));
    let (_, news) = follower.next().await.unwrap();
    assert_eq!(news[0].usage, usage(0, 2 * MIB, 2));
    assert_eq!(news[0].peak, usage(500, 2 * MIB, 2));
    assert!(
        tokio::time::timeout(minute, follower.next()).await.is_err(),
        "only time has passed"
    );
}

#[tokio::test(start_paused = true)]
async fn followers_share_one_sampler_at_the_fastest_pace() {
    let core = without_peaks();
    core.new_runner(named("one")).await.unwrap();
    core.has_used(0, MIB).await;
    let mut slow = core.app.follow_stats(Duration::from_secs(5)).unwrap();
    let mut fast = core.app.follow_stats(Duration::from_secs(1)).unwrap();
    let before = core.usage.readings();
    let (mut told_slow, mut told_fast) = (0, 0);
    for second in 1..=20 {
        core.has_used(second * 100, second * MIB).await;
        pass(1).await;
        let now = Duration::from_millis(1);
        told_slow += usize::from(tokio::time::timeout(now, slow.next()).await.is_ok());
        told_fast += usize::from(tokio::time::timeout(now, fast.next()).await.is_ok());
    }
    let readings = core.usage.readings() - before;
    assert!((20..=23).contains(&readings), "{readings} readings");
    assert!((4..=5).contains(&told_slow), "{told_slow} events");
    assert!((19..=20).contains(&told_fast), "{told_fast} events");
    let refused = core.app.follow_stats(Duration::from_millis(499));
    let refusal = refused.err().unwrap().to_string();
    assert_eq!(refusal, "statsEveryMs must be at least 500.");
}

#[tokio::test(start_paused = true)]
async fn a_question_is_measured_for_and_the_next_one_gets_the_same() {
    let core = without_peaks();
    core.new_runner(named("one")).await.unwrap();
    core.has_used(0, MIB).await;
    let answer = core.stats_of("one").await;
    assert_eq!(answer.usage, usage(0, 2 * MIB, 2));
    assert_eq!(core.usage.readings(), 2);
    core.stats_of("one").await;
    assert!(core.usage.readings() <= 4);
    let gone = core.app.stats(Some("two".to_owned())).await.unwrap_err();
    assert!(matches!(gone, AppError::RunnerNotFound { .. }), "{gone}");
}

#[tokio::test(start_paused = true)]
async fn peaks_are_looked_at_seldom_and_only_while_something_runs() {
    let store = Arc::<MemoryStore>::default();
    let core = Core::with(FakeMux::new(), store.clone(), Settings::default());
    pass(3600).await;
    assert_eq!(core.usage.readings(), 0, "nothing runs");
    core.new_runner(named("one")).await.unwrap();
    core.has_used(0, 7 * MIB).await;
    pass(630).await;
    let readings = core.usage.readings();
    assert!((9..=11).contains(&readings), "{readings} readings");
    let kept = crate::ports::store::RunnerStore::load(&*store).await;
    let kept = kept.unwrap().runners.remove(0).lifetime.unwrap();
    assert_eq!(kept.peak, usage(0, 8 * MIB, 2));
    core.app
        .stop("one".to_owned(), StopMode::Forced, "Stopped by the user.")
        .await
        .unwrap();
    pass(3600).await;
    assert_eq!(core.usage.readings(), readings);
    let over = core.stats_of("one").await;
    assert_eq!((over.usage, over.peak), (None, usage(0, 8 * MIB, 2)));
}

#[tokio::test(start_paused = true)]
async fn what_is_printed_is_counted_and_its_newest_line_is_known() {
    let core = without_peaks();
    let now = core.new_runner(named("one")).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "first\r\nsecond\r\n   \r\n").await;
    core.until_seq(3).await;
    let stats = core.stats_of("one").await;
    assert_eq!((stats.output_bytes, stats.log_entries), (20, 3));
    assert_eq!(stats.last_line.as_deref(), Some("second"));
    assert_eq!(stats.transcript.bytes, 20);
    assert!(stats.last_output_at.is_some());
    assert!(stats.attach_latency.is_some());
    core.mux.print(pane, "Go on? [y/n] ").await;
    while core.stats_of("one").await.output_bytes < 33 {
        tokio::task::yield_now().await;
    }
    let stats = core.stats_of("one").await;
    assert_eq!(stats.last_line.as_deref(), Some("Go on? [y/n]"));
}

#[tokio::test(start_paused = true)]
async fn counts_and_peaks_outlive_the_daemon() {
    let lasting = Lasting::new();
    let pane = lasting.mux.user_session("work").await;
    let daemon = lasting.daemon().await;
    let target = RegisterTarget::Session("work".to_owned());
    let registered = daemon.app.register(target, Registration::default()).await;
    let runner = registered.unwrap().runner.runner;
    let root = runner.pid.unwrap().as_raw();
    daemon.usage.uses(root, 1, Duration::ZERO, 9 * MIB).await;
    daemon.mux.print(pane, "a\r\nb\r\n").await;
    while daemon.stats_of(runner.name.as_str()).await.log_entries < 2 {
        tokio::task::yield_now().await;
    }
    pass(61).await;
    let before = daemon.stats_of(runner.name.as_str()).await;
    lasting.crash(daemon).await;

    let daemon = lasting.daemon().await;
    let after = daemon.stats_of(runner.name.as_str()).await;
    assert_eq!(
        (after.output_bytes, after.log_entries, after.peak),
        (before.output_bytes, before.log_entries, before.peak)
    );
    assert_eq!(after.last_output_at, before.last_output_at);
    assert!(after.tally.changes >= before.tally.changes);
    assert_eq!(after.usage, None, "nothing that it measures is there");
}
