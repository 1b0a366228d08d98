//! A person says that a light is wrong, key by key.

use super::*;
use crate::tui::message::Message;
use crate::tui::sample::{self, NOW, runner, screen};
use crate::tui::update::update;

fn key(app: &mut App, code: KeyCode) -> Vec<Effect> {
    update(app, Message::Key(KeyEvent::from(code)), NOW)
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars()
        .flat_map(|c| key(app, KeyCode::Char(c)))
        .collect()
}

fn shot(name: &str) -> Box<Shot> {
    Box::new(Shot {
        runner: runner(name, "waiting", 0),
        screen: *screen(&["> "]),
        explanation: None,
    })
}

fn taken(app: &mut App, name: &str) -> Vec<Effect> {
    let news = News::Taken {
        runner: name.to_owned(),
        shot: Ok(shot(name)),
    };
    update(app, Message::Light(news), NOW)
}

fn take(name: &str) -> [Effect; 1] {
    [Effect::Light(Wish::Take(name.to_owned()))]
}

fn keep(name: &str, right: Right) -> [Effect; 1] {
    let shot = shot(name);
    [Effect::Light(Wish::Keep { shot, right })]
}

#[test]
fn what_there_is_to_see_is_taken_at_once_and_kept_with_the_answer() {
    let mut app = sample::full();
    assert_eq!(press(&mut app, "w"), take("asks"));
    assert_eq!(taken(&mut app, "asks"), []);
    assert!(app.asked_light().is_some());
    assert_eq!(press(&mut app, "i"), keep("asks", Right::Idle));
    assert_eq!(app.light, None);
    let kept = News::Kept(Ok("/f/x.txt".to_owned()));
    update(&mut app, Message::Light(kept), NOW);
    assert_eq!(app.notice, Some(Notice::Kept("/f/x.txt".to_owned())));
    press(&mut app, "j");
    assert_eq!(app.notice, None);
}

#[test]
fn an_answer_that_is_faster_than_the_daemon_waits() {
    let mut app = sample::full();
    for (typed, right) in [("r", Right::Running), ("w", Right::Waiting)] {
        assert_eq!(press(&mut app, "w"), take("asks"));
        assert_eq!(press(&mut app, typed), []);
        assert!(app.asked_light().is_none());
        // Another one is not begun before.
        assert_eq!(press(&mut app, "w"), []);
        assert_eq!(taken(&mut app, "asks"), keep("asks", right));
    }
}

#[test]
fn escape_gives_it_up_and_other_keys_mean_nothing() {
    let mut app = sample::full();
    press(&mut app, "w");
    assert_eq!(press(&mut app, "qsf?jx"), []);
    assert_eq!(key(&mut app, KeyCode::Enter), []);
    update(&mut app, Message::Paste("i".to_owned()), NOW);
    assert!(app.asked_light().is_some() && app.help.is_none());
    assert_eq!(app.list.selected.as_deref(), Some("asks"));
    assert_eq!(key(&mut app, KeyCode::Esc), []);
    assert_eq!(app.light, None);
    // What comes of it later is not wanted, nor taken for another one.
    assert_eq!(taken(&mut app, "asks"), []);
    press(&mut app, "j");
    assert_eq!(press(&mut app, "w"), take("broken"));
    assert_eq!(taken(&mut app, "asks"), []);
    assert_eq!(press(&mut app, "i"), []);
    assert_eq!(taken(&mut app, "broken"), keep("broken", Right::Idle));
}

#[test]
fn a_refusal_ends_the_question() {
    let trouble = || Trouble {
        text: "It is gone.".to_owned(),
        hint: None,
    };
    let mut app = sample::full();
    press(&mut app, "w");
    let news = News::Taken {
        runner: "asks".to_owned(),
        shot: Err(trouble()),
    };
    update(&mut app, Message::Light(news), NOW);
    assert_eq!(app.light, None);
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
    press(&mut app, "w");
    assert_eq!(app.notice, None);
    press(&mut app, "i");
    taken(&mut app, "asks");
    let news = News::Kept(Err(trouble()));
    update(&mut app, Message::Light(news), NOW);
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
}

#[test]
fn without_a_runner_nothing_is_asked() {
    let mut app = sample::empty();
    assert_eq!(press(&mut app, "w"), []);
    assert_eq!(app.light, None);
}
