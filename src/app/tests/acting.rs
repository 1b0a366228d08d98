//! Keys that are pressed for a person: only for the question that was meant, once, and only while its agent is there.

use super::*;
use crate::domain::finding::Finding;
use crate::domain::screen_rule::Rules;
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};

/// Of Claude Code 2.1.
pub(super) const WORKS: &str = "❯ go\n\n✻ Pondering… (3s)\n";
pub(super) const IDLE: &str = "● done\n\n──────────────────\n❯ \n──────────────────\n";
pub(super) const ASKS: &str = "❯ go\n\n──────────────────\n Bash command\n touch a\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel";
const ASKS_ELSE: &str = "❯ go\n\n──────────────────\n Bash command\n rm -r a\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel";
const PLAN: &str = "──────────────────\n Ready to code?\n Would you like to proceed?\n ❯ 1. Yes, all of it\n   2. No\n";

/// A core with Claude Code in the pane of "one".
pub(super) struct Scene {
    pub(super) core: Core,
    pub(super) pane: PaneId,
}

impl Scene {
    pub(super) async fn new(screens: &[&str], status: Status) -> Self {
        let settings = Settings {
            rules: Rules::shipped().unwrap(),
            ..Settings::default()
        };
        let core = Core::with(FakeMux::new(), Arc::default(), settings);
        let request = NewRunner {
            kind: Some("claude-code".to_owned()),
            ..named("one")
        };
        let now = core.new_runner(request).await.unwrap();
        let pane = pane_of(&core, &now).await;
        let scene = Self { core, pane };
        scene.lives(77);
        scene.core.mux.print(pane, "\n").await;
        scene.core.mux.shows(pane, screens).await;
        while scene
            .core
            .app
            .explain("one".to_owned())
            .await
            .unwrap()
            .occupant
            .is_none()
        {
            // Time stands still while anything is to do.
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        scene.core.until("one", status).await;
        scene
    }

    /// Claude Code with that pid is in the pane from now on.
    pub(super) fn lives(&self, pid: i32) {
        let line = [(pid, "claude")];
        self.core.agents.run(Pid::new(1001).unwrap(), &line);
    }

    /// Its hook says that it asks.
    async fn asks_by_hook(&self) {
        let sign = Sign {
            source: Source::Hook,
            at: self.core.app.ports.clock.now(),
            claim: Some(Claim {
                certainty: certainty::EXACT,
                doing: Doing::Waiting,
                reason: Reason::Approval,
                detail: "PermissionRequest".to_owned(),
            }),
        };
        self.core.agents.writes(77, Finding::Sign(sign)).await;
    }

    async fn answer(&self, decision: Decision) -> Result<RunnerNow, AppError> {
        self.core
            .app
            .answer_prompt("one".to_owned(), decision, None)
            .await
    }

    /// What was pressed or pasted.
    pub(super) async fn typed(&self) -> Vec<String> {
        let deeds = self.core.mux.deeds().await;
        let is_typed = |deed: &String| deed.starts_with("press") || deed.starts_with("paste");
        deeds.into_iter().filter(is_typed).collect()
    }

    /// What geppetto said in its log.
    pub(super) async fn notes(&self) -> Vec<String> {
        let query = LogQuery::default();
        let entries = self.core.app.logs("one".to_owned(), query).await.unwrap();
        let ours = entries
            .iter()
            .filter(|entry| entry.source == crate::domain::log::LogSource::Geppetto);
        ours.map(|entry| entry.text.to_string()).collect()
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_or_denied_is_pressed_once_and_written_down() {
    for (decision, pressed, note) in [
        (
            Decision::Approve,
            "press %1 1",
            "approved (approval: approval)",
        ),
        (
            Decision::Deny,
            "press %1 Escape",
            "denied (approval: approval)",
        ),
    ] {
        let scene = Scene::new(&[ASKS, WORKS], Status::Waiting).await;
        let now = scene.answer(decision).await.unwrap();
        assert_eq!(now.runner.status.status(), Status::Running);
        assert!(now.prompt.is_none());
        assert_eq!(scene.typed().await, [pressed]);
        assert_eq!(scene.notes().await, [note]);
        // It asks no more.
        let refused = scene.answer(decision).await;
        assert!(
            matches!(refused, Err(AppError::Act(ActError::NoPrompt { .. }))),
            "{refused:?}"
        );
        assert_eq!(scene.typed().await.len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_that_stays_is_told_and_not_answered_again() {
    let scene = Scene::new(&[ASKS], Status::Waiting).await;
    let refused = scene.answer(Decision::Approve).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::NotConfirmed { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, ["press %1 1"]);
    let noted = "keys were pressed, and nothing was seen of it: approved (approval: approval)";
    assert_eq!(scene.notes().await, [noted]);
}

#[tokio::test(start_paused = true)]
async fn only_the_question_that_was_seen_is_answered() {
    let scene = Scene::new(&[ASKS], Status::Waiting).await;
    let app = &scene.core.app;
    let seen = app.show("one".to_owned()).await.unwrap().prompt.unwrap().id;
    scene.core.mux.shows(scene.pane, &[ASKS_ELSE, WORKS]).await;
    let answer =
        |meant: String| app.answer_prompt("one".to_owned(), Decision::Approve, Some(meant));
    let refused = answer(seen.to_string()).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::PromptChanged { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [""; 0]);
    let other = app.show("one".to_owned()).await.unwrap().prompt.unwrap().id;
    assert_ne!(seen, other);
    answer(other.to_string()).await.unwrap();
    assert_eq!(scene.typed().await, ["press %1 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_came_while_nobody_looked_is_not_answered() {
    let scene = Scene::new(&[ASKS], Status::Waiting).await;
    // tmux has this, and nothing told of it.
    scene.core.mux.will_show(scene.pane, &[ASKS_ELSE]).await;
    let refused = scene.answer(Decision::Approve).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::PromptChanged { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_a_hook_told_of_is_answered_once_it_is_drawn() {
    let scene = Scene::new(&[WORKS], Status::Running).await;
    scene.asks_by_hook().await;
    scene.core.until("one", Status::Waiting).await;
    let draws = async {
        tokio::time::advance(Duration::from_millis(200)).await;
        scene.core.mux.shows(scene.pane, &[ASKS, WORKS]).await;
    };
    let (answered, ()) = tokio::join!(scene.answer(Decision::Approve), draws);
    answered.unwrap();
    assert_eq!(scene.typed().await, ["press %1 1"]);
    // One that is never drawn.
    let scene = Scene::new(&[WORKS], Status::Running).await;
    scene.asks_by_hook().await;
    scene.core.until("one", Status::Waiting).await;
    let refused = scene.answer(Decision::Approve).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::NoPrompt { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_no_key_is_known_for_is_left_to_the_person() {
    let scene = Scene::new(&[PLAN], Status::Waiting).await;
    let refused = scene.answer(Decision::Approve).await;
    let told = "No keys are known by which runner \"one\" would be approved: it asks something (approval: plan).";
    assert_eq!(refused.unwrap_err().to_string(), told);
    assert_eq!(scene.typed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_took_the_place_of_the_one_that_asked_is_not_answered() {
    let scene = Scene::new(&[ASKS], Status::Waiting).await;
    scene.lives(78);
    let refused = scene.answer(Decision::Approve).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::Moved { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn two_who_answer_at_once_press_once() {
    let scene = Scene::new(&[ASKS, WORKS], Status::Waiting).await;
    let (one, other) = tokio::join!(
        scene.answer(Decision::Approve),
        scene.answer(Decision::Approve)
    );
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(scene.typed().await, ["press %1 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_broken_off_only_while_there_is_one() {
    let scene = Scene::new(&[WORKS, IDLE], Status::Running).await;
    let now = scene.core.app.interrupt("one".to_owned()).await.unwrap();
    assert_eq!(now.runner.status.status(), Status::Idle);
    assert_ne!(now.runner.status.cause(), Reason::Working);
    let refused = scene.core.app.interrupt("one".to_owned()).await;
    assert!(
        matches!(refused, Err(AppError::Operation { .. })),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, ["press %1 Escape"]);
    assert_eq!(scene.notes().await, ["interrupted (it was running)"]);
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_goes_on_is_told() {
    let scene = Scene::new(&[WORKS], Status::Running).await;
    let refused = scene.core.app.interrupt("one".to_owned()).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::NotConfirmed { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, ["press %1 Escape"]);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_an_agent_learns_that_another_one_is_there() {
    let scene = Scene::new(&[WORKS], Status::Running).await;
    let app = &scene.core.app;
    let awaited = |statuses| Awaited {
        statuses,
        done: true,
    };
    let waiting = app.wait_for("one".to_owned(), awaited(Vec::new()), None);
    let replaced = async {
        // So long that who lives there may be looked at again.
        tokio::time::advance(Duration::from_secs(2)).await;
        scene.lives(78);
        scene.core.mux.print(scene.pane, "\n").await;
    };
    let (waited, ()) = tokio::join!(waiting, replaced);
    assert!(
        matches!(waited, Err(AppError::Act(ActError::Moved { .. }))),
        "{waited:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn done_is_rest_after_work() {
    let scene = Scene::new(&[IDLE], Status::Idle).await;
    let app = &scene.core.app;
    let done = |limit| {
        let awaited = Awaited {
            statuses: Vec::new(),
            done: true,
        };
        app.wait_for("one".to_owned(), awaited, Some(Duration::from_secs(limit)))
    };
    assert!(matches!(done(1).await, Err(AppError::TimedOut { .. })));
    let worked = async {
        scene.core.mux.shows(scene.pane, &[WORKS]).await;
        scene.core.until("one", Status::Running).await;
        scene.core.mux.shows(scene.pane, &[IDLE]).await;
    };
    let (waited, ()) = tokio::join!(done(20), worked);
    assert_eq!(waited.unwrap().runner.status.cause(), Reason::Done);
}
