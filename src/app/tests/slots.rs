//! Slots: one runner and one session for a key, who looks at it, what was seen last, and how to get there.

use super::*;
use crate::domain::ids::Seq;
use crate::domain::key::SessionKey;
use crate::domain::runner::Origin;
use crate::domain::slot::{Slot, SlotStatus};
use crate::ports::keys::SlotStore;
use crate::ports::store::RunnerStore;

/// How often a test looks before it gives up: every look lets the others go on.
const LOOKS: usize = 1000;

fn keyed(key: &str, program: &str) -> NewRunner {
    NewRunner {
        key: Some(key.to_owned()),
        ..command(&[program])
    }
}

/// The runner "one", in the slot `idea`.
fn one(program: &str) -> NewRunner {
    NewRunner {
        name: Some("one".to_owned()),
        ..keyed("idea", program)
    }
}

async fn end(core: &Core, name: &str) {
    let id = core.app.show(name.to_owned()).await.unwrap().runner.id;
    let run = core.app.show(name.to_owned()).await.unwrap().runner.run;
    core.app
        .run_exited(id, run, Outcome::Code(0), Timestamp(5))
        .await
        .unwrap();
}

async fn slot(core: &Core, key: &str) -> Slot {
    core.app.show_slot(key).await.unwrap().0
}

async fn until_slot(core: &Core, key: &str, status: SlotStatus) -> Slot {
    for _ in 0..LOOKS {
        let slot = slot(core, key).await;
        if slot.status == status {
            return slot;
        }
        tokio::task::yield_now().await;
    }
    panic!("the slot {key} is never {}", status.as_str());
}

/// The command that a runner has, and its name.
async fn command_of(core: &Core) -> (String, String) {
    let now = core.app.list(None).await.unwrap().remove(0);
    let Origin::Started(launch) = now.runner.origin else {
        panic!("it was started");
    };
    (launch.command.join(" "), now.runner.name.to_string())
}

#[tokio::test]
async fn of_two_who_want_one_key_at_once_one_gets_it() {
    for has_ended_runner in [false, true] {
        let core = Core::new();
        if has_ended_runner {
            core.new_runner(keyed("idea", "first")).await.unwrap();
            end(&core, "first").await;
        }
        let (a, b) = tokio::join!(
            core.new_runner(keyed("idea", "agent-a")),
            core.new_runner(keyed("idea", "agent-b")),
        );
        let (won, lost, program) = match (a, b) {
            (Ok(won), Err(lost)) => (won, lost, "agent-a"),
            (Err(lost), Ok(won)) => (won, lost, "agent-b"),
            other => panic!("{other:?}"),
        };
        assert!(
            matches!(&lost, AppError::KeyInUse { id, .. } if *id == won.runner.id),
            "{lost:?}"
        );
        assert_eq!(command_of(&core).await.0, program);
        let deeds = core.mux.deeds().await;
        assert_eq!(deeds.last(), Some(&format!("spawn {program}")));
        assert_eq!(deeds.len(), 1 + usize::from(has_ended_runner));
        assert_eq!(core.names().await.len(), 1);
    }
}

#[tokio::test]
async fn a_run_of_a_key_that_does_not_start_changes_nothing() {
    let core = Core::new();
    let first = NewRunner {
        idle_after: Some(Duration::from_secs(7)),
        ..one("claude")
    };
    let first = core.new_runner(first).await.unwrap();
    end(&core, "one").await;
    core.mux.lose_pane(pane_of(&core, &first).await).await;
    let before = core.app.show("one".to_owned()).await.unwrap().runner;
    for (name, program) in [("two", "unstartable"), ("broken", "codex")] {
        let again = NewRunner {
            name: Some(name.to_owned()),
            max_duration: Some(Duration::from_secs(9)),
            ..keyed("idea", program)
        };
        core.new_runner(again).await.unwrap_err();
        let after = core.app.show("one".to_owned()).await.unwrap().runner;
        assert_eq!(after.origin, before.origin);
        assert_eq!(after.wishes, before.wishes);
        assert_eq!(
            (after.kind.name, after.status, after.place, after.pid),
            (
                before.kind.name,
                before.status.clone(),
                before.place.clone(),
                before.pid
            )
        );
        assert_eq!(core.names().await, ["one"]);
    }
    core.new_runner(keyed("idea", "codex")).await.unwrap();
    assert_eq!(
        command_of(&core).await,
        ("codex".to_owned(), "one".to_owned())
    );
}

#[tokio::test]
async fn attendance_follows_the_session_and_keeps_what_was_seen_last() {
    let core = Core::new();
    core.app.reserve_slot("idea").await.unwrap();
    core.mux.tell_layout().await;
    assert_eq!(slot(&core, "idea").await.status, SlotStatus::Reserved);
    let now = core.new_runner(one("agent")).await.unwrap();
    core.mux.tell_layout().await;
    let made = until_slot(&core, "idea", SlotStatus::Detached).await;
    assert_eq!(made.runner, Some(now.runner.id));
    assert_eq!((made.last_connected_at, made.last_detach_at), (None, None));

    let name = now.runner.session_name.clone();
    core.mux.attach_terminals(&name, 2).await;
    let seen = until_slot(&core, "idea", SlotStatus::Attached).await;
    assert!(seen.last_connected_at.is_some() && seen.cursor.is_none());
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "seen\r\n").await;
    core.until_seq(1).await;
    // One of two leaves: somebody still looks.
    core.mux.attach_terminals(&name, 1).await;
    core.mux.attach_terminals(&name, 0).await;
    let left = until_slot(&core, "idea", SlotStatus::Detached).await;
    assert_eq!(left.cursor.map(|cursor| cursor.seq), Some(Seq(6)));
    assert!(left.snapshot.unwrap().contains("seen"));
    assert!(left.last_detach_at.is_some());

    core.mux.print(pane, "unseen\r\n").await;
    core.until_seq(2).await;
    let since = core.app.show_slot("idea").await.unwrap().1.unwrap();
    assert_eq!((since.bytes, since.entries), (8, 1));
    core.mux.lose_session(&name).await;
    let ended = until_slot(&core, "idea", SlotStatus::Ended).await;
    assert_eq!(
        (ended.cursor, ended.last_detach_at),
        (left.cursor, left.last_detach_at)
    );
}

/// A core with a slot that somebody has looked at and left.
async fn left_slot(core: &Core) -> (RunnerNow, Slot) {
    let now = core.new_runner(one("agent")).await.unwrap();
    let name = now.runner.session_name.clone();
    core.mux.attach_terminals(&name, 1).await;
    until_slot(core, "idea", SlotStatus::Attached).await;
    core.mux.print(pane_of(core, &now).await, "seen\r\n").await;
    core.until_seq(1).await;
    core.mux.attach_terminals(&name, 0).await;
    let left = until_slot(core, "idea", SlotStatus::Detached).await;
    assert!(left.cursor.is_some() && left.snapshot.is_some());
    (now, left)
}

impl Core {
    /// Registers the session of the slot `idea`.
    async fn register_slot(&self, now: &RunnerNow) -> Registered {
        let target = RegisterTarget::Session(now.runner.session_name.clone());
        let wishes = Registration::default();
        self.app.register(target, wishes).await.unwrap()
    }
}

#[tokio::test]
async fn a_slot_of_another_runner_has_no_cursor_and_that_of_another_pane_keeps_it() {
    let core = Core::new();
    let (now, left) = left_slot(&core).await;
    // A pane beside it is no other history.
    let session = now.runner.place.clone().unwrap().session;
    core.mux.user_pane(session).await;
    assert_eq!(core.register_slot(&now).await.added, 1);
    let kept = slot(&core, "idea").await;
    assert_eq!((kept.runner, kept.cursor), (left.runner, left.cursor));
    // The next run of the same runner is the same history.
    end(&core, now.runner.name.as_str()).await;
    core.new_runner(keyed("idea", "agent")).await.unwrap();
    assert_eq!(slot(&core, "idea").await.cursor, left.cursor);

    core.app.forget(now.runner.name.to_string()).await.unwrap();
    let next = core.new_runner(keyed("idea", "other")).await.unwrap();
    let replaced = slot(&core, "idea").await;
    assert_eq!(replaced.runner, Some(next.runner.id));
    assert_eq!((replaced.cursor, replaced.snapshot), (None, None));
}

#[tokio::test]
async fn a_new_daemon_leaves_a_slot_its_runner_and_its_cursor() {
    let lasting = Lasting::new();
    let old = lasting.daemon().await;
    let (now, left) = left_slot(&old).await;
    // Others of the same key, one older and one newer.
    for name in ["two", "three"] {
        old.new_runner(named(name)).await.unwrap();
    }
    lasting.crash(old).await;
    let mut stored = lasting.store.load().await.unwrap();
    for runner in &mut stored.runners {
        runner.key = Some("coda::idea::primary".to_owned());
        if runner.id != now.runner.id {
            runner.status = Status::Completed;
        }
    }
    lasting.store.save(stored).await.unwrap();
    let new = lasting.daemon().await;
    let kept = slot(&new, "idea").await;
    assert_eq!(kept.runner, Some(now.runner.id));
    // Nothing of its transcript outlived this crash, so the cursor is held at its end.
    assert!(kept.cursor.is_some() && kept.snapshot == left.snapshot);
    lasting.crash(new).await;

    // Slots that an older geppetto did not keep are made.
    let key = SessionKey::parse("idea", "coda").unwrap();
    lasting.store.remove_slot(&key).await.unwrap();
    let new = lasting.daemon().await;
    let newest = new.app.list(None).await.unwrap().pop().unwrap().runner.id;
    assert_eq!(slot(&new, "idea").await.runner, Some(newest));
}

#[tokio::test]
async fn the_way_to_a_slot_is_its_runner_then_its_session_then_nothing() {
    let core = Core::new();
    let refused = core.app.attach_slot("idea").await.unwrap_err();
    assert!(
        matches!(refused, AppError::SlotNotFound { .. }),
        "{refused}"
    );
    core.app.reserve_slot("idea").await.unwrap();
    let refused = core.app.attach_slot("idea").await.unwrap_err();
    assert!(
        matches!(&refused, AppError::NoSlotSession { short, .. } if short == "idea/primary"),
        "{refused}"
    );
    let now = core.new_runner(keyed("idea", "agent")).await.unwrap();
    let session = now.runner.place.clone().unwrap().session;
    core.mux.user_pane(session).await;
    core.mux.tell_layout().await;
    let way = core.app.attach_slot("idea").await.unwrap();
    assert_eq!(way.switch, ["switch", "%1"]);
    core.mux.lose_pane(PaneId(1)).await;
    let mut way = way;
    for _ in 0..LOOKS {
        way = core.app.attach_slot("idea").await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(way.switch, ["switch", "%2"]);
    assert_eq!(way.attach, ["attach", "coda__idea__primary"]);
    // Also when nothing is known of its runner any more.
    core.app.forget(now.runner.name.to_string()).await.unwrap();
    assert_eq!(core.app.attach_slot("idea").await.unwrap(), way);
    core.mux.lose_session("coda__idea__primary").await;
    until_slot(&core, "idea", SlotStatus::Ended).await;
    core.app.attach_slot("idea").await.unwrap_err();
}

#[tokio::test]
async fn the_key_of_a_session_is_not_given_to_another() {
    let core = Core::new();
    for name in ["one", "two", "three"] {
        core.mux.user_session(name).await;
    }
    let register = |name: &str, key: &str| {
        let target = RegisterTarget::Session(name.to_owned());
        let wishes = Registration {
            key: Some(key.to_owned()),
            ..Registration::default()
        };
        core.app.register(target, wishes)
    };
    let (a, b) = tokio::join!(register("one", "idea"), register("two", "idea"));
    let (taken, refused) = match (a, b) {
        (Ok(_), Err(refused)) => ("one", refused),
        (Err(refused), Ok(_)) => ("two", refused),
        other => panic!("{other:?}"),
    };
    assert!(
        matches!(&refused, AppError::KeyOfSession { session, .. } if session == taken),
        "{refused:?}"
    );
    register(taken, "idea").await.unwrap();
    let refused = register("three", "idea").await.unwrap_err();
    assert!(
        matches!(refused, AppError::KeyOfSession { .. }),
        "{refused}"
    );
    register("three", "idea/other").await.unwrap();
    // Given back, it is free.
    core.app.release_slot("idea").await.unwrap();
    register("three", "idea").await.unwrap();

    core.new_runner(keyed("mine", "agent")).await.unwrap();
    let refused = register("one", "mine").await.unwrap_err();
    assert!(
        matches!(refused, AppError::KeyOfSession { .. }),
        "{refused}"
    );
}
