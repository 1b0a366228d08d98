//! The page of sessions, key by key and message by message.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::super::Place;
use super::*;
use crate::tui::message::{Message, Trouble};
use crate::tui::sample::{self, NOW, runner};
use crate::tui::update::update;
use crate::wire::{AttachPane, AttachView, Event};

fn press_at(app: &mut App, keys: &str, now_ms: u64) -> Vec<Effect> {
    keys.chars()
        .flat_map(|c| {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\u{1b}' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            update(app, Message::Key(KeyEvent::from(code)), now_ms)
        })
        .collect()
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    press_at(app, keys, NOW)
}

fn listed(app: &mut App, now_ms: u64) -> Vec<Effect> {
    let news = News::Listed(Ok(sample::sessions()));
    update(app, Message::Sessions(news), now_ms)
}

fn opened() -> App {
    let mut app = sample::full();
    app.list.selected = None;
    assert_eq!(press(&mut app, "t"), [Effect::Sessions(Wish::List)]);
    assert_eq!(listed(&mut app, NOW), []);
    app
}

fn selected(app: &App) -> String {
    let node = app.sessions.selected.clone().unwrap();
    let window = node.window.map(|index| index.to_string());
    [Some(node.session), window, node.pane]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

fn trouble() -> Trouble {
    Trouble {
        text: "No.".to_owned(),
        hint: None,
    }
}

#[test]
fn the_tree_is_walked_and_enter_goes_there() {
    let mut app = opened();
    let mut places = vec![selected(&app)];
    for _ in 0..9 {
        press(&mut app, "j");
        places.push(selected(&app));
    }
    assert_eq!(
        places,
        [
            "$0", "$0 0", "$0 0 %0", "$0 0 %1", "$0 3 %2", "$3", "$3 0 %7", "$4", "$4 3 %2",
            "$4 3 %2"
        ]
    );
    let way = |app: &mut App, keys: &str| match &press(app, keys)[..] {
        [Effect::Sessions(Wish::Go(AttachPane { session, pane }))] => {
            (session.clone().unwrap(), pane.clone())
        }
        other => panic!("{other:?}"),
    };
    let pane = |id: &str| Some(id.to_owned());
    assert_eq!(way(&mut app, "\n"), ("$4".to_owned(), pane("%2")));
    assert_eq!(way(&mut app, "k\n"), ("$4".to_owned(), None));
    assert_eq!(way(&mut app, "kkkkkk\n"), ("$0".to_owned(), pane("%0")));
    let view = AttachView {
        attach: vec!["x".to_owned()],
        switch: Vec::new(),
        switch_client: Vec::new(),
    };
    let found = Message::Sessions(News::Way(Ok(view.clone())));
    assert_eq!(update(&mut app, found, NOW), [Effect::Jump(view)]);
    let gone = Message::Sessions(News::Way(Err(trouble())));
    assert_eq!(
        update(&mut app, gone, NOW),
        [Effect::Sessions(Wish::List)],
        "what is shown is not true any more"
    );
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
}

#[test]
fn the_first_time_it_opens_at_the_runner_that_was_selected() {
    let mut app = sample::full();
    press(&mut app, "t");
    listed(&mut app, NOW);
    assert_eq!(selected(&app), "$0 0 %0");
    press(&mut app, "jqjt");
    listed(&mut app, NOW);
    assert_eq!(selected(&app), "$0 0 %1", "then where one was");
}

#[test]
fn a_session_a_window_and_a_pane_are_registered() {
    let mut app = opened();
    let mut registered = |keys: &str| match press(&mut app, keys).pop() {
        Some(Effect::Sessions(Wish::Register(places))) => places,
        other => panic!("{other:?}"),
    };
    let pane = |id: &str| Place::Pane(id.to_owned());
    assert_eq!(registered("G"), [Place::Session("$0".to_owned())]);
    assert_eq!(registered("jr"), [pane("%0"), pane("%1")]);
    assert_eq!(registered("jjr"), [pane("%1")]);
    assert!(matches!(app.notice, Some(Notice::Busy(_))));
    let done = Message::Sessions(News::Registered(Ok(())));
    assert_eq!(update(&mut app, done, NOW), [Effect::Sessions(Wish::List)]);
    assert_eq!(app.notice, None);
    let refused = Message::Sessions(News::Registered(Err(trouble())));
    update(&mut app, refused, NOW);
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
}

#[test]
fn only_a_panes_runner_is_forgotten_and_only_after_a_yes() {
    let mut app = opened();
    assert_eq!(press(&mut app, "xjxjjx"), []);
    assert_eq!(app.sessions.mode, Mode::Tree, "nobody lives there");
    press(&mut app, "kx");
    assert!(matches!(&app.sessions.mode, Mode::Forget(who) if who.name == "asks"));
    assert_eq!(press(&mut app, "q"), []);
    assert_eq!(app.sessions.mode, Mode::Tree, "any other key says no");
    let forget = Effect::Ask {
        act: Act::Forget,
        runner: Target {
            id: "asks".to_owned(),
            name: "asks".to_owned(),
        },
    };
    assert_eq!(press(&mut app, "xy"), [forget]);
}

#[test]
fn tmux_is_asked_only_while_the_page_is_shown() {
    let mut app = sample::full();
    let change = || {
        Message::Change(Event::Runner {
            runner: Box::new(runner("frozen", "idle", 0)),
        })
    };
    let list = [Effect::Sessions(Wish::List)];
    assert_eq!(update(&mut app, change(), NOW), []);
    assert_eq!(press(&mut app, "t"), list);
    assert_eq!(
        update(&mut app, change(), NOW + 2 * SLOW),
        [],
        "one at a time"
    );
    assert_eq!(app.next_tick(), None);
    assert_eq!(
        listed(&mut app, NOW + 2 * SLOW),
        list,
        "it changed meanwhile"
    );
    listed(&mut app, NOW + 2 * SLOW);
    assert_eq!(app.next_tick(), Some(SLOW));
    assert_eq!(update(&mut app, change(), NOW + 2 * SLOW + 1), []);
    assert_eq!(app.next_tick(), Some(PACE - 1), "not at once");
    let then = NOW + 2 * SLOW + PACE;
    assert_eq!(update(&mut app, Message::Tick, then), list);
    listed(&mut app, then);
    let refresh = KeyEvent::new(KeyCode::Char('l'), KeyModifiers::CONTROL);
    assert_eq!(update(&mut app, Message::Key(refresh), then), list);
    listed(&mut app, then);
    press_at(&mut app, "q", then);
    assert!(matches!(app.page, Page::Runners));
    assert_eq!(update(&mut app, Message::Tick, then + 2 * SLOW), []);
}

#[test]
fn what_was_seen_stays_while_the_daemon_is_away() {
    let mut app = opened();
    update(&mut app, Message::Away(trouble()), NOW);
    let failed = |app: &mut App| {
        let news = News::Listed(Err(trouble()));
        update(app, Message::Sessions(news), NOW)
    };
    failed(&mut app);
    assert_eq!(app.sessions.trouble, None, "that is said already");
    assert_eq!(app.next_tick(), None);
    assert_eq!(update(&mut app, Message::Tick, NOW + 2 * SLOW), []);
    let back = sample::snapshot(Vec::new());
    let effects = update(&mut app, back, NOW + 2 * SLOW);
    assert_eq!(effects.last(), Some(&Effect::Sessions(Wish::List)));
    failed(&mut app);
    assert_eq!(app.sessions.trouble, Some(trouble()));
    assert!(app.sessions.all.is_some());
}

#[test]
fn the_filter_is_typed_kept_and_ended() {
    let mut app = opened();
    press(&mut app, "/vim");
    assert_eq!(selected(&app), "$0");
    press(&mut app, "\njj");
    assert_eq!(selected(&app), "$0 0 %1");
    press(&mut app, "\u{1b}");
    assert_eq!(selected(&app), "$0 0 %1", "it stays selected");
    assert!(matches!(app.page, Page::Sessions));
    update(&mut app, Message::Paste("q".to_owned()), NOW);
    assert!(
        matches!(app.page, Page::Sessions),
        "pasted text is no command"
    );
    press(&mut app, "\u{1b}");
    assert!(matches!(app.page, Page::Runners));
}

#[test]
fn what_is_gone_leaves_its_place_to_the_next() {
    let mut app = opened();
    press(&mut app, "jjj");
    let mut fewer = sample::sessions();
    fewer.remove(0);
    let news = News::Listed(Ok(fewer));
    update(&mut app, Message::Sessions(news), NOW);
    assert_eq!(selected(&app), "$4 3 %2");
    let none = News::Listed(Ok(Vec::new()));
    update(&mut app, Message::Sessions(none), NOW);
    assert_eq!(app.sessions.selected, None);
    assert_eq!(
        press(&mut app, "jkrx\n"),
        [],
        "nothing can be done to nothing"
    );
}

#[test]
fn the_mouse_selects_goes_and_moves() {
    let mut app = opened();
    let mouse = |kind, row| {
        Message::Mouse(MouseEvent {
            kind,
            column: 5,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    let click = MouseEventKind::Down(MouseButton::Left);
    assert_eq!(update(&mut app, mouse(click, 3), NOW), []);
    assert_eq!(selected(&app), "$0 0 %0");
    let go = update(&mut app, mouse(click, 3), NOW);
    assert!(matches!(&go[..], [Effect::Sessions(Wish::Go(_))]));
    update(&mut app, mouse(MouseEventKind::ScrollDown, 0), NOW);
    assert_eq!(selected(&app), "$0 0 %1");
    for row in [0, 22, 23] {
        assert_eq!(update(&mut app, mouse(click, row), NOW), []);
        assert_eq!(selected(&app), "$0 0 %1", "row {row} has nothing");
    }
}
