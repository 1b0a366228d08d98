//! Texts for agents: typed with care, once, and what is answered to them.

use super::acting::{ASKS, IDLE, Scene, WORKS};
use super::*;
use crate::domain::finding::{Conversation, Finding, TurnEnd, TurnPart, TurnPartKind};
use crate::domain::sign::Source;

const TYPED: &str = "● done\n\n──────────────────\n❯ go on\n──────────────────\n";
const DRAFT: &str = "● done\n\n──────────────────\n❯ wait, go on\n──────────────────\n";
const TAKEN: &str = "● done\n\n❯ go on\n\n──────────────────\n❯ \n──────────────────\n";
const ANSWERED: &str = "● done\n\n❯ go on\n\n● all of it\n\n✻ Baked for 2s\n\n──────────────────\n❯ \n──────────────────\n";

fn message(care: Care) -> Message {
    Message {
        runner: "one".to_owned(),
        text: "go on".to_owned(),
        enter: Enter::Press,
        care,
    }
}

async fn send(scene: &Scene) -> Result<Sent, AppError> {
    scene.core.app.send(message(Care::Checked)).await
}

#[tokio::test(start_paused = true)]
async fn enter_follows_a_text_that_stands_in_the_prompt() {
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let sent = send(&scene).await.unwrap();
    assert_eq!(sent.landed, Some(Landed::Worked(Source::Screen)));
    assert_eq!(sent.now.runner.status.status(), Status::Running);
    assert_eq!(
        scene.typed().await,
        [r#"paste %1 "go on""#, "press %1 Enter"]
    );
    assert_eq!(scene.notes().await, ["sent 5 characters"]);
}

#[tokio::test(start_paused = true)]
async fn a_text_that_brings_no_work_has_landed_when_it_left_the_prompt() {
    let scene = Scene::new(&[IDLE, TYPED, TAKEN], Status::Idle).await;
    let sent = send(&scene).await.unwrap();
    assert_eq!(sent.landed, Some(Landed::LeftPrompt));
}

#[tokio::test(start_paused = true)]
async fn a_text_that_stays_in_the_prompt_is_told_and_not_sent_again() {
    let scene = Scene::new(&[IDLE, TYPED], Status::Idle).await;
    let refused = send(&scene).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::NotTaken { .. }))),
        "{refused:?}"
    );
    assert_eq!(
        scene.typed().await,
        [r#"paste %1 "go on""#, "press %1 Enter"]
    );
}

#[tokio::test(start_paused = true)]
async fn without_a_sight_of_the_text_enter_is_not_pressed() {
    let scene = Scene::new(&[IDLE], Status::Idle).await;
    let refused = send(&scene).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::NotShown { .. }))),
        "{refused:?}"
    );
    let scene = Scene::new(&[IDLE, DRAFT], Status::Idle).await;
    let refused = send(&scene).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::Draft { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [r#"paste %1 "go on""#]);
}

#[tokio::test(start_paused = true)]
async fn a_question_is_not_answered_by_accident() {
    let scene = Scene::new(&[ASKS], Status::Waiting).await;
    let refused = send(&scene).await;
    assert!(
        matches!(refused, Err(AppError::Act(ActError::Asks { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_question_that_comes_between_the_text_and_enter_is_not_answered() {
    let scene = Scene::new(&[IDLE, TYPED], Status::Idle).await;
    let asks = async {
        while scene.typed().await.is_empty() {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        // The text is seen, and before Enter this is there, of which nothing tells.
        tokio::time::advance(Duration::from_millis(50)).await;
        scene.core.mux.will_show(scene.pane, &[ASKS]).await;
    };
    let (refused, ()) = tokio::join!(send(&scene), asks);
    assert!(
        matches!(refused, Err(AppError::Act(ActError::Asks { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [r#"paste %1 "go on""#]);
}

#[tokio::test(start_paused = true)]
async fn by_force_everything_is_typed() {
    let scene = Scene::new(&[ASKS, ASKS, WORKS], Status::Waiting).await;
    let sent = scene.core.app.send(message(Care::Forced)).await.unwrap();
    assert_eq!(sent.landed, Some(Landed::Worked(Source::Screen)));
    assert_eq!(
        scene.typed().await,
        [r#"paste %1 "go on""#, "press %1 Enter"]
    );
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_took_the_place_gets_no_enter() {
    let scene = Scene::new(&[IDLE, TYPED], Status::Idle).await;
    let moves = async {
        while scene.typed().await.is_empty() {
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        scene.lives(78);
    };
    let (refused, ()) = tokio::join!(send(&scene), moves);
    assert!(
        matches!(refused, Err(AppError::Act(ActError::Moved { .. }))),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [r#"paste %1 "go on""#]);
}

async fn ask(scene: &Scene, seconds: u64) -> Result<Asked, AppError> {
    let limit = Some(Duration::from_secs(seconds));
    scene.core.app.ask(message(Care::Checked), limit).await
}

/// Works for a while, and then shows that.
async fn works_and_shows(scene: &Scene, screen: &str) {
    scene.core.until("one", Status::Running).await;
    tokio::time::advance(Duration::from_secs(5)).await;
    scene.core.mux.shows(scene.pane, &[screen]).await;
}

fn part(key: &str, at: u64, what: TurnPartKind) -> Finding {
    Finding::Turn(TurnPart {
        conversation: "c".to_owned(),
        key: key.to_owned(),
        at: Timestamp(at),
        what,
    })
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_what_the_screen_shows_below_the_text() {
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let (asked, ()) = tokio::join!(ask(&scene, 60), works_and_shows(&scene, ANSWERED));
    let answer = asked.unwrap().answer.unwrap();
    assert_eq!(answer.from, PeekFrom::Screen);
    assert_eq!(answer.text, "● all of it\n\n✻ Baked for 2s");
}

#[tokio::test(start_paused = true)]
async fn the_answer_is_that_of_this_turn_though_it_is_written_down_late() {
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let agents = &scene.core.agents;
    let conversation = Conversation {
        id: "c".to_owned(),
        version: None,
        file: None,
    };
    agents.writes(77, Finding::Conversation(conversation)).await;
    let answer = |text: &str| TurnPartKind::Answer(text.to_owned());
    let prompt = || TurnPartKind::Prompt("go on".to_owned());
    agents.writes(77, part("1", 1, prompt())).await;
    agents
        .writes(77, part("2", 2, answer("that of before")))
        .await;
    // Now and later: the clock of these tests goes on by a second each time it is asked.
    let now = scene.core.app.ports.clock.now().0 + 60_000;
    let writes = async {
        works_and_shows(&scene, ANSWERED).await;
        scene.core.until("one", Status::Idle).await;
        tokio::time::advance(Duration::from_millis(400)).await;
        agents.writes(77, part("3", now, prompt())).await;
        agents
            .writes(77, part("4", now + 1, answer("I look")))
            .await;
        let tool = TurnPartKind::ToolCall {
            call: "t".to_owned(),
            tool: "Bash".to_owned(),
            input: "ls".to_owned(),
        };
        agents.writes(77, part("5", now + 2, tool)).await;
        agents
            .writes(77, part("6", now + 3, answer("all of it, at length")))
            .await;
    };
    let (asked, ()) = tokio::join!(ask(&scene, 60), writes);
    let answer = asked.unwrap().answer.unwrap();
    assert_eq!(
        (answer.from, answer.text.as_str()),
        (PeekFrom::Turns, "all of it, at length")
    );
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_was_broken_off_has_no_answer() {
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let now = scene.core.app.ports.clock.now().0 + 60_000;
    let agents = &scene.core.agents;
    let writes = async {
        scene.core.until("one", Status::Running).await;
        let prompt = TurnPartKind::Prompt("go on".to_owned());
        agents.writes(77, part("1", now, prompt)).await;
        let end = TurnPartKind::End {
            how: TurnEnd::Interrupted,
            took_ms: None,
        };
        agents.writes(77, part("2", now + 1, end)).await;
        works_and_shows(&scene, ANSWERED).await;
    };
    let (asked, ()) = tokio::join!(ask(&scene, 60), writes);
    let answer = asked.unwrap().answer.unwrap();
    assert_eq!((answer.from, answer.text.as_str()), (PeekFrom::Turns, ""));
}

#[tokio::test(start_paused = true)]
async fn what_asks_the_person_has_not_answered() {
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let (asked, ()) = tokio::join!(ask(&scene, 60), works_and_shows(&scene, ASKS));
    let asked = asked.unwrap();
    assert!(asked.answer.is_none());
    assert_eq!(asked.sent.now.runner.status.status(), Status::Waiting);
}

#[tokio::test(start_paused = true)]
async fn a_command_of_the_agents_own_is_over_without_work() {
    let scene = Scene::new(&[IDLE, TYPED, TAKEN], Status::Idle).await;
    let asked = ask(&scene, 60).await.unwrap();
    assert_eq!(asked.sent.landed, Some(Landed::LeftPrompt));
    assert_eq!(asked.answer.unwrap().text, "");
}

#[tokio::test(start_paused = true)]
async fn an_agent_that_works_is_not_asked_and_a_slow_one_not_waited_for() {
    let scene = Scene::new(&[WORKS], Status::Running).await;
    let refused = ask(&scene, 60).await;
    assert!(
        matches!(refused, Err(AppError::Operation { .. })),
        "{refused:?}"
    );
    assert_eq!(scene.typed().await, [""; 0]);
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let refused = ask(&scene, 60).await;
    assert!(
        matches!(
            refused,
            Err(AppError::TimedOut {
                waited_ms: 60_000,
                ..
            })
        ),
        "{refused:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn half_a_prompt_is_not_left_behind_by_one_who_goes_away() {
    let scene = Scene::new(&[IDLE, TYPED, WORKS], Status::Idle).await;
    let gave_up = tokio::time::timeout(Duration::from_millis(50), send(&scene)).await;
    assert!(gave_up.is_err());
    scene.core.until("one", Status::Running).await;
    assert_eq!(
        scene.typed().await,
        [r#"paste %1 "go on""#, "press %1 Enter"]
    );
}
