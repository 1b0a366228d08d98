//! Who is told of a change of status, in which way, and when not.

use super::*;
use crate::domain::exit::{Exit, ExitSource};
use crate::domain::notice::{NoticeWishes, Way};

fn wishing(ways: &[Way]) -> NoticeWishes {
    NoticeWishes {
        ways: ways.iter().copied().collect(),
        idle_after_work: Duration::ZERO,
        ..NoticeWishes::default()
    }
}

/// Runners in panes of their own, all in one session.
async fn runners(notify: NoticeWishes, names: &[&str]) -> (Core, Vec<RunnerNow>) {
    let settings = Settings {
        notify,
        ..Settings::default()
    };
    let core = Core::with(FakeMux::new(), Arc::default(), settings);
    let mut runners = Vec::new();
    for name in names {
        runners.push(core.new_runner(named(name)).await.unwrap());
    }
    (core, runners)
}

impl Core {
    /// A person looks at something else in the session of the runners.
    async fn look_aside(&self) {
        let aside = self.mux.user_pane(SessionId(0)).await;
        self.mux.look_at("/dev/pts/1", aside, true).await;
    }

    async fn fail(&self, now: &RunnerNow) {
        let (id, code) = (now.runner.id, Outcome::Code(3));
        let exited = self.app.run_exited(id, 1, code, Timestamp(5));
        exited.await.unwrap();
    }

    /// It prints, and is silent for a while.
    async fn work(&self, now: &RunnerNow) {
        let (pane, name) = (pane_of(self, now).await, now.runner.name.as_str());
        self.mux.print(pane, "work").await;
        self.until(name, Status::Running).await;
        let lasted = Duration::from_secs(30);
        self.mux.event(pane, ProcessEvent::Silence { lasted }).await;
        self.until(name, Status::Idle).await;
    }

    /// Time passes, of a clock that only tests have.
    async fn passes(&self, time: Duration) {
        let _passed = tokio::time::timeout(time, std::future::pending::<()>()).await;
    }

    /// Everything that was told, when nothing waits for others any more.
    async fn told(&self) -> Vec<String> {
        self.passes(Duration::from_secs(1)).await;
        [self.mux.told().await, self.notifier.told().await].concat()
    }
}

#[tokio::test(start_paused = true)]
async fn the_bell_rings_before_the_pane_may_close() {
    let (core, all) = runners(wishing(&[Way::Bell]), &["a"]).await;
    core.look_aside().await;
    core.fail(&all[0]).await;
    // The run parent is answered now.
    assert_eq!(core.mux.told().await, ["ring %1"]);
    assert_eq!(core.told().await, ["ring %1"]);
}

#[tokio::test(start_paused = true)]
async fn a_bell_that_nobody_hears_becomes_a_message() {
    let (core, all) = runners(wishing(&[Way::Bell]), &["far", "short"]).await;
    let elsewhere = core.mux.user_session("other").await;
    core.mux.look_at("/dev/pts/1", elsewhere, true).await;
    core.fail(&all[0]).await;
    let line = "say /dev/pts/1 far has failed: Its program ended (exit code 3).";
    assert_eq!(core.told().await, ["ring %1", line]);

    // Its window closes at once, and the flag of the bell with it.
    core.look_aside().await;
    let (id, code) = (all[1].runner.id, Outcome::Code(0));
    let exited = core.app.run_exited(id, 1, code, Timestamp(5));
    exited.await.unwrap();
    let told = core.told().await;
    assert_eq!(told[2..], ["say /dev/pts/1 short has completed"]);
}

#[tokio::test(start_paused = true)]
async fn a_pane_that_is_gone_has_no_bell_but_a_message() {
    let (core, all) = runners(wishing(&[Way::Bell]), &["a"]).await;
    core.look_aside().await;
    let pane = pane_of(&core, &all[0]).await;
    core.mux.lose_pane(pane).await;
    let exit = Exit {
        outcome: Outcome::Signal(9),
        source: ExitSource::Tmux,
        at: Timestamp(5),
    };
    core.mux.event(pane, ProcessEvent::Exit(exit)).await;
    let line = "say /dev/pts/1 a has failed: Its program ended (signal 9).";
    assert_eq!(core.told().await, [line]);
}

#[tokio::test(start_paused = true)]
async fn without_its_pane_a_runner_is_announced_from_what_is_shown() {
    let (core, all) = runners(wishing(&[Way::Osc]), &["a"]).await;
    core.look_aside().await;
    let pane = pane_of(&core, &all[0]).await;
    let (id, code) = (all[0].runner.id, Outcome::Code(0));
    let exited = core.app.run_exited(id, 1, code, Timestamp(5));
    exited.await.unwrap();
    core.mux.lose_pane(pane).await;
    assert_eq!(core.told().await, ["announce %2 a has completed"]);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_looks_at_is_not_told() {
    let (core, all) = runners(wishing(&Way::ALL), &["a", "b"]).await;
    let pane = pane_of(&core, &all[0]).await;
    core.mux.look_at("/dev/pts/1", pane, true).await;
    core.fail(&all[0]).await;
    assert_eq!(core.told().await, [""; 0]);

    // They look away before others have gathered: those that need no pane are told nobody either.
    core.fail(&all[1]).await;
    let pane = pane_of(&core, &all[1]).await;
    core.mux.look_at("/dev/pts/1", pane, true).await;
    assert_eq!(core.told().await, ["ring %2"]);
}

#[tokio::test(start_paused = true)]
async fn a_terminal_without_focus_does_not_look() {
    let (core, all) = runners(wishing(&[Way::Message]), &["a"]).await;
    let pane = pane_of(&core, &all[0]).await;
    core.mux.look_at("/dev/pts/1", pane, false).await;
    core.work(&all[0]).await;
    assert_eq!(core.told().await, ["say /dev/pts/1 a has fallen silent"]);
}

#[tokio::test(start_paused = true)]
async fn many_runners_are_told_in_one_line() {
    let ways = [Way::Message, Way::Desktop, Way::Osc];
    let (core, all) = runners(wishing(&ways), &["a", "b", "c"]).await;
    core.look_aside().await;
    for now in &all {
        core.work(now).await;
    }
    let told = core.told().await;
    let line = "3 runners need you: a, b, c";
    let by = ["say /dev/pts/1", "announce %1", "desktop"];
    assert_eq!(told, by.map(|by| format!("{by} {line}")));
}

#[tokio::test(start_paused = true)]
async fn a_runner_is_told_of_now_and_then() {
    let (core, all) = runners(wishing(&[Way::Bell]), &["a"]).await;
    core.look_aside().await;
    core.work(&all[0]).await;
    core.work(&all[0]).await;
    core.work(&all[0]).await;
    assert_eq!(core.told().await, ["ring %1"]);
    core.passes(Duration::from_secs(5)).await;
    assert_eq!(core.told().await, ["ring %1", "ring %1"]);

    // What is over by its time is not told.
    core.work(&all[0]).await;
    core.mux.print(pane_of(&core, &all[0]).await, "more").await;
    core.until("a", Status::Running).await;
    core.passes(Duration::from_secs(9)).await;
    assert_eq!(core.told().await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn quiet_hours_end() {
    let wishes = NoticeWishes {
        quiet_hours: Some("11:00-13:00".parse().unwrap()),
        ..wishing(&[Way::Bell])
    };
    let (core, all) = runners(wishes, &["a"]).await;
    core.look_aside().await;
    core.work(&all[0]).await;
    assert_eq!(core.told().await, [""; 0]);
    core.passes(Duration::from_secs(3600)).await;
    core.work(&all[0]).await;
    assert_eq!(core.told().await, ["ring %1"]);
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_the_user_stops_is_not_told() {
    let (core, _all) = runners(wishing(&[Way::Bell]), &["a"]).await;
    core.look_aside().await;
    let stop = core.app.stop("a".to_owned(), StopMode::Forced, "Stopped.");
    stop.await.unwrap();
    assert_eq!(core.told().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_snoozed_runner_is_told_of_afterwards() {
    let (core, all) = runners(wishing(&[Way::Bell]), &["a"]).await;
    core.look_aside().await;
    let snooze = |length| core.app.snooze("a".to_owned(), length);
    let now = snooze(Some(Duration::from_secs(60))).await.unwrap();
    core.work(&all[0]).await;
    assert_eq!(core.told().await, [""; 0]);
    assert_eq!(
        core.app
            .show("a".to_owned())
            .await
            .unwrap()
            .runner
            .snoozed_until,
        now.runner.snoozed_until
    );

    core.passes(Duration::from_secs(60)).await;
    core.work(&all[0]).await;
    assert_eq!(core.told().await, ["ring %1"]);
    let after = core.app.show("a".to_owned()).await.unwrap().runner;
    assert_eq!(after.snoozed_until, None);

    core.passes(Duration::from_secs(60)).await;
    snooze(Some(Duration::from_secs(60))).await.unwrap();
    assert_eq!(snooze(None).await.unwrap().runner.snoozed_until, None);
    core.work(&all[0]).await;
    assert_eq!(core.told().await, ["ring %1", "ring %1"]);
}

#[tokio::test]
async fn a_snooze_outlives_the_daemon() {
    let lasting = Lasting::new();
    let daemon = lasting.daemon().await;
    daemon.new_runner(named("a")).await.unwrap();
    let length = Some(Duration::from_secs(3600));
    let now = daemon.app.snooze("a".to_owned(), length).await.unwrap();
    lasting.crash(daemon).await;
    let daemon = lasting.daemon().await;
    let after = daemon.app.show("a".to_owned()).await.unwrap().runner;
    assert_eq!(after.snoozed_until, now.runner.snoozed_until);
}

#[tokio::test(start_paused = true)]
async fn the_next_one_is_that_behind_the_one_that_is_looked_at() {
    let (core, all) = runners(wishing(&[]), &["idle", "failed", "busy", "asleep"]).await;
    core.look_aside().await;
    let none = core.app.next(None, None).await.unwrap_err();
    assert!(matches!(none, AppError::NoneNeeds), "{none}");
    core.work(&all[0]).await;
    core.fail(&all[1]).await;
    core.fail(&all[3]).await;
    let length = Some(Duration::from_secs(60));
    core.app.snooze("asleep".to_owned(), length).await.unwrap();

    let next = async |pane, terminal| {
        let (now, way) = core.app.next(pane, terminal).await.unwrap();
        (now.runner.name.to_string(), way.switch.join(" "))
    };
    let (failed, idle) = ("failed".to_owned(), "idle".to_owned());
    assert_eq!(
        next(None, None).await,
        (failed.clone(), "switch %2".to_owned())
    );
    assert_eq!(
        next(Some(PaneId(2)), None).await,
        (idle, "switch %1".to_owned())
    );
    assert_eq!(next(Some(PaneId(1)), None).await.0, failed);
    core.mux.look_at("/dev/pts/1", PaneId(2), true).await;
    let way = next(None, Some("/dev/pts/1")).await.1;
    assert_eq!(way, "switch %1 -c /dev/pts/1");
    let gone = core.app.next(None, Some("/dev/pts/9")).await.unwrap_err();
    assert!(
        matches!(
            gone,
            AppError::Invalid {
                field: "client",
                ..
            }
        ),
        "{gone}"
    );

    // A pane that is gone is nowhere to go.
    core.mux.lose_pane(PaneId(2)).await;
    assert_eq!(next(None, None).await.0, "idle");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_fails_is_a_warning() {
    let wishes = NoticeWishes {
        command: Some("exit 7".to_owned()),
        ..wishing(&[Way::Command])
    };
    let (core, all) = runners(wishes, &["a", "b"]).await;
    core.fail(&all[0]).await;
    core.fail(&all[1]).await;
    let told = core.told().await;
    assert_eq!(told, ["command a: exit 7", "command b: exit 7"]);
    let warning = "Notices by command fail: the notify command failed (exit status: 7).";
    assert_eq!(core.app.warnings().await.unwrap(), [warning]);
}
