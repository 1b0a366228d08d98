//! The page that says why, key by key and message by message.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::tui::message::{Message, Trouble};
use crate::tui::sample::{self, NOW, runner, snapshot, told};
use crate::tui::update::update;

fn key(app: &mut App, code: KeyCode, now_ms: u64) -> Vec<Effect> {
    update(app, Message::Key(KeyEvent::from(code)), now_ms)
}

fn press(app: &mut App, c: char) -> Vec<Effect> {
    key(app, KeyCode::Char(c), NOW)
}

fn asks() -> [Effect; 1] {
    [Effect::Why("asks".to_owned())]
}

fn answered(app: &mut App, now_ms: u64) -> Vec<Effect> {
    let news = News {
        runner: "asks".to_owned(),
        told: Ok(told()),
    };
    update(app, Message::Why(news), now_ms)
}

fn changes(app: &mut App, name: &str, now_ms: u64) -> Vec<Effect> {
    let one = Box::new(runner(name, "running", 0));
    let mut effects = update(app, Message::Change(Event::Runner { runner: one }), now_ms);
    effects.retain(|effect| matches!(effect, Effect::Why(_)));
    effects
}

fn page(app: &App) -> &Why {
    match &app.page {
        Page::Why(why) => why,
        other => panic!("another page: {other:?}"),
    }
}

#[test]
fn e_asks_why_and_shows_what_is_told() {
    let mut app = sample::full();
    assert_eq!(press(&mut app, 'e'), asks());
    assert_eq!(page(&app).runner.name, "asks");
    assert_eq!(app.next_tick(), None, "the answer is still to come");
    assert_eq!(answered(&mut app, NOW), []);
    assert_eq!(page(&app).told, Some(told()));
    for code in [KeyCode::Esc, KeyCode::Char('q'), KeyCode::Char('e')] {
        assert_eq!(key(&mut app, code, NOW), []);
        assert!(matches!(app.page, Page::Runners), "{code:?}");
        press(&mut app, 'e');
    }
    press(&mut app, 'q');
    // What comes now is for nobody.
    assert_eq!(answered(&mut app, NOW), []);
    assert!(matches!(app.page, Page::Runners));
}

#[test]
fn it_is_asked_again_on_a_change_but_not_without_end() {
    let mut app = sample::full();
    press(&mut app, 'e');
    // While it is asked, and a moment after.
    assert_eq!(changes(&mut app, "asks", NOW + 10), []);
    assert_eq!(answered(&mut app, NOW + 20), []);
    assert_eq!(app.next_tick(), Some(PACE - 20));
    assert_eq!(changes(&mut app, "asks", NOW + 30), []);
    assert_eq!(update(&mut app, Message::Tick, NOW + PACE), asks());
    assert_eq!(answered(&mut app, NOW + PACE), []);
    // Of others nothing is asked.
    assert_eq!(changes(&mut app, "broken", NOW + 2 * PACE), []);
    assert_eq!(changes(&mut app, "asks", NOW + 2 * PACE), asks());
    answered(&mut app, NOW + 2 * PACE);
    // Evidence may change where no status does.
    assert_eq!(app.next_tick(), Some(SLOW));
    let slow = NOW + 2 * PACE + SLOW;
    assert_eq!(update(&mut app, Message::Tick, slow), asks());
}

#[test]
fn an_absent_daemon_is_not_asked_until_it_is_back() {
    let trouble = || Trouble {
        text: "The daemon has ended.".to_owned(),
        hint: None,
    };
    let mut app = sample::full();
    press(&mut app, 'e');
    answered(&mut app, NOW);
    update(&mut app, Message::Away(trouble()), NOW);
    assert_eq!(update(&mut app, Message::Tick, NOW + 2 * SLOW), []);
    assert_eq!(app.next_tick(), None);
    let back = snapshot(vec![runner("asks", "waiting", 0)]);
    let effects = update(&mut app, back, NOW + 2 * SLOW);
    assert!(effects.contains(&asks()[0]), "{effects:?}");
    assert_eq!(page(&app).told, Some(told()), "what was told is kept");
    // A refusal is told beside what was known.
    let news = News {
        runner: "asks".to_owned(),
        told: Err(trouble()),
    };
    update(&mut app, Message::Why(news), NOW + 2 * SLOW);
    assert_eq!(page(&app).trouble, Some(trouble()));
    assert!(page(&app).told.is_some());
    update(&mut app, Message::Tick, NOW + 4 * SLOW);
    answered(&mut app, NOW + 4 * SLOW);
    assert_eq!(page(&app).trouble, None);
}

#[test]
fn an_answer_about_another_runner_is_not_shown() {
    let mut app = sample::full();
    press(&mut app, 'e');
    press(&mut app, 'q');
    press(&mut app, 'j');
    assert_eq!(press(&mut app, 'e'), [Effect::Why("broken".to_owned())]);
    answered(&mut app, NOW);
    assert_eq!(page(&app).told, None);
    assert_eq!(app.next_tick(), None, "the right answer is still to come");
}

#[test]
fn rows_are_scrolled_as_far_as_there_are_any() {
    let mut app = sample::full();
    app.size = (60, 8);
    press(&mut app, 'e');
    answered(&mut app, NOW);
    key(&mut app, KeyCode::End, NOW);
    let end = page(&app).first;
    assert!(end > 3, "{end}");
    press(&mut app, 'j');
    assert_eq!(page(&app).first, end);
    press(&mut app, 'k');
    assert_eq!(page(&app).first, end - 1);
    let wheel = MouseEvent {
        kind: MouseEventKind::ScrollUp,
        column: 1,
        row: 1,
        modifiers: KeyModifiers::NONE,
    };
    update(&mut app, Message::Mouse(wheel), NOW);
    assert_eq!(page(&app).first, end - 4);
    key(&mut app, KeyCode::Home, NOW);
    assert_eq!(page(&app).first, 0);
    // With more room there is less to scroll.
    key(&mut app, KeyCode::End, NOW);
    let larger = Message::Resized {
        columns: 200,
        rows: 50,
    };
    update(&mut app, larger, NOW);
    press(&mut app, 'k');
    assert_eq!(page(&app).first, 0);
}

#[test]
fn a_wrong_light_is_told_from_here_and_ctrl_c_leaves() {
    let mut app = sample::full();
    press(&mut app, 'e');
    let take = light::Wish::Take("asks".to_owned());
    assert_eq!(press(&mut app, 'w'), [Effect::Light(take)]);
    key(&mut app, KeyCode::Esc, NOW);
    assert!(matches!(app.page, Page::Why(_)), "only the question ended");
    let end = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(update(&mut app, Message::Key(end), NOW), [Effect::Leave]);
}

#[test]
fn without_a_runner_there_is_no_page() {
    let mut app = sample::empty();
    assert_eq!(press(&mut app, 'e'), []);
    assert!(matches!(app.page, Page::Runners));
}
