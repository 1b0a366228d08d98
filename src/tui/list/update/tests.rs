//! The page of all runners, key by key and message by message.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::tui::message::{Message, Reply};
use crate::tui::sample::{self, NOW, runner, screen, snapshot};
use crate::tui::update::update;
use crate::wire::{AttachView, Event, PromptView};

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars()
        .flat_map(|c| {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\u{1b}' => KeyCode::Esc,
                '\u{8}' => KeyCode::Backspace,
                c => KeyCode::Char(c),
            };
            update(app, Message::Key(KeyEvent::from(code)), NOW)
        })
        .collect()
}

fn names(app: &App) -> Vec<&str> {
    app.visible().iter().map(|one| one.name.as_str()).collect()
}

fn seen(app: &mut App, name: &str) -> Vec<Effect> {
    let came = Message::Screen {
        runner: name.to_owned(),
        screen: Ok(screen(&["x"])),
    };
    update(app, came, NOW)
}

fn three() -> App {
    let mut app = sample::empty();
    let runners = ["a", "b", "c"].map(|name| runner(name, "idle", 0));
    let effects = update(&mut app, snapshot(runners.to_vec()), NOW);
    assert_eq!(effects, [Effect::Look("a".to_owned())]);
    app
}

fn whom(name: &str) -> Target {
    Target {
        id: name.to_owned(),
        name: name.to_owned(),
    }
}

fn trouble() -> Trouble {
    Trouble {
        text: "No.".to_owned(),
        hint: None,
    }
}

#[test]
fn who_needs_the_person_comes_first_and_the_selected_one_stays_selected() {
    let mut app = sample::full();
    let first = ["asks", "broken", "checkout"];
    assert_eq!(names(&app)[..3], first);
    assert_eq!(names(&app)[4..], ["frozen", "done"]);
    press(&mut app, "jj");
    let woken = Event::Runner {
        runner: Box::new(runner("done", "errored", 0)),
    };
    update(&mut app, Message::Change(woken), NOW);
    assert_eq!(names(&app)[..4], ["asks", "broken", "done", "checkout"]);
    assert_eq!(app.list.selected.as_deref(), Some("checkout"));
}

#[test]
fn one_screen_is_asked_for_at_a_time() {
    let mut app = three();
    assert_eq!(
        press(&mut app, "jj"),
        [],
        "the first answer is still to come"
    );
    assert_eq!(seen(&mut app, "a"), [Effect::Look("c".to_owned())]);
    assert_eq!(app.list.preview, None, "that was the screen of another");
    assert_eq!(seen(&mut app, "c"), []);
    assert_eq!(seen(&mut app, "c"), [], "a new screen asks for nothing");
    assert!(app.list.preview.is_some());
    let changed = |name| {
        Message::Change(Event::Runner {
            runner: Box::new(runner(name, "running", 0)),
        })
    };
    assert_eq!(update(&mut app, changed("a"), NOW), []);
    let again = [Effect::Look("c".to_owned())];
    assert_eq!(update(&mut app, changed("c"), NOW), again);
    assert_eq!(update(&mut app, changed("c"), NOW), []);
    assert_eq!(seen(&mut app, "c"), again, "it changed meanwhile");
}

#[test]
fn who_is_forgotten_leaves_the_place_to_the_next() {
    let mut app = three();
    press(&mut app, "j");
    for next in ["c", "a"] {
        let runner_id = app.list.selected.clone().unwrap();
        let gone = Event::RunnerRemoved { runner_id };
        update(&mut app, Message::Change(gone), NOW);
        assert_eq!(app.list.selected.as_deref(), Some(next));
    }
    update(&mut app, snapshot(Vec::new()), NOW);
    assert_eq!(app.list.selected, None);
    assert_eq!(
        press(&mut app, "jks\nf"),
        [],
        "nothing can be done to nobody"
    );
}

#[test]
fn stop_and_forget_ask_first() {
    let mut app = three();
    assert_eq!(press(&mut app, "sn"), []);
    assert_eq!(app.list.mode, Mode::List);
    let stop = Effect::Ask {
        act: Act::Stop,
        runner: whom("a"),
    };
    assert_eq!(press(&mut app, "sy"), [stop]);
    assert_eq!(press(&mut app, "f\u{1b}"), []);
    press(&mut app, "f");
    let gone = Event::RunnerRemoved {
        runner_id: "a".to_owned(),
    };
    update(&mut app, Message::Change(gone), NOW);
    assert_eq!(press(&mut app, "y"), [], "who was meant is gone");
}

#[test]
fn the_question_that_is_shown_is_answered_and_no_other() {
    let mut asks = runner("a", "waiting", 5000);
    asks.prompt = Some(PromptView {
        id: "17".to_owned(),
        rule: "approval".to_owned(),
        can_approve: true,
        can_deny: true,
    });
    let mut app = sample::empty();
    update(&mut app, snapshot(vec![asks]), NOW);
    for (key, wanted) in [("+", "approve-prompt"), ("-", "deny-prompt")] {
        let effects = press(&mut app, key);
        let [Effect::Ask { act, runner }] = &effects[..] else {
            panic!("{effects:?}");
        };
        let request = serde_json::to_value(act.request(runner.id.clone())).unwrap();
        assert_eq!(
            request,
            serde_json::json!({"type": wanted, "runner": "a", "prompt": "17"})
        );
    }
    update(&mut app, snapshot(vec![runner("a", "idle", 0)]), NOW);
    assert!(press(&mut app, "+-").is_empty(), "it asks nothing any more");
    assert!(matches!(app.notice, Some(Notice::Wrong(_))));
    assert!(press(&mut app, "x").is_empty(), "it is asked for first");
    assert!(matches!(
        &press(&mut app, "y")[..],
        [Effect::Ask {
            act: Act::Interrupt,
            ..
        }]
    ));
}

#[test]
fn a_refusal_is_shown_until_the_next_key() {
    let mut app = three();
    press(&mut app, "p");
    assert!(matches!(app.notice, Some(Notice::Busy(_))));
    let refused = Message::Done {
        act: Act::Pause,
        runner: whom("a"),
        result: Err(trouble()),
    };
    update(&mut app, refused, NOW);
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
    press(&mut app, "j");
    assert_eq!(app.notice, None);
}

#[test]
fn enter_goes_where_the_daemon_says() {
    let mut app = three();
    assert!(matches!(
        &press(&mut app, "\n")[..],
        [Effect::Ask { act: Act::Jump, .. }]
    ));
    let view = AttachView {
        attach: vec!["x".to_owned()],
        switch: Vec::new(),
        switch_client: Vec::new(),
    };
    let found = Message::Done {
        act: Act::Jump,
        runner: whom("a"),
        result: Ok(Reply::Way(view.clone())),
    };
    assert_eq!(update(&mut app, found, NOW), [Effect::Jump(view)]);
}

#[test]
fn a_start_says_which_conversation_goes_on_until_the_next_key() {
    let mut app = three();
    press(&mut app, "S");
    let resumed = Message::Done {
        act: Act::Start,
        runner: whom("a"),
        result: Ok(Reply::Resumes("4b6a".to_owned())),
    };
    update(&mut app, resumed, NOW);
    let told = Notice::Busy("a resumes conversation 4b6a.".to_owned());
    assert_eq!(app.notice, Some(told));
    press(&mut app, "j");
    assert_eq!(app.notice, None);
}

#[test]
fn the_filter_is_typed_kept_and_ended() {
    let mut app = three();
    seen(&mut app, "a");
    assert_eq!(press(&mut app, "/b"), [Effect::Look("b".to_owned())]);
    assert_eq!(names(&app), ["b"]);
    press(&mut app, "x\u{8}\n");
    assert_eq!((names(&app), &app.list.mode), (vec!["b"], &Mode::List));
    assert_eq!(
        press(&mut app, "\u{1b}"),
        [],
        "ends the filter, not the program"
    );
    assert_eq!(names(&app), ["a", "b", "c"]);
    assert_eq!(press(&mut app, "\u{1b}"), [Effect::Leave]);
    assert_eq!(press(&mut app, "/b\nq").last(), Some(&Effect::Leave));
}

#[test]
fn a_daemon_that_comes_back_is_believed() {
    let mut app = three();
    seen(&mut app, "a");
    update(&mut app, Message::Away(trouble()), NOW);
    let lost = Message::Screen {
        runner: "a".to_owned(),
        screen: Err(trouble()),
    };
    update(&mut app, lost, NOW);
    assert!(
        app.list
            .preview
            .as_ref()
            .is_some_and(|kept| kept.screen.is_ok())
    );
    let back = snapshot(vec![runner("a", "idle", 0)]);
    assert_eq!(update(&mut app, back, NOW), [Effect::Look("a".to_owned())]);
    assert_eq!(app.away, None);
}

#[test]
fn marked_runners_are_acted_on_together() {
    let mut app = three();
    press(&mut app, "  ");
    assert_eq!(app.list.marked.len(), 2);
    press(&mut app, "s");
    let Mode::Confirm { runners, .. } = &app.list.mode else {
        panic!("it asks first");
    };
    assert_eq!(named(runners), "2 runners");
    let gone = Event::RunnerRemoved {
        runner_id: "a".to_owned(),
    };
    update(&mut app, Message::Change(gone), NOW);
    let asked: Vec<String> = press(&mut app, "y")
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Ask { runner, .. } => Some(runner.name),
            _ => None,
        })
        .collect();
    assert_eq!(asked, ["b"]);
    assert!(app.list.marked.is_empty());
    press(&mut app, "A/c");
    assert_eq!(app.list.marked.len(), 2);
    press(&mut app, "\u{1b}\u{1b}");
    assert!(app.list.marked.is_empty(), "the first ends the filter");
}

#[test]
fn all_answers_to_one_command_are_waited_for() {
    let mut app = three();
    press(&mut app, "Ap");
    let frozen = |name: &str, result| Message::Done {
        act: Act::Pause,
        runner: whom(name),
        result,
    };
    update(&mut app, frozen("a", Ok(Reply::Done)), NOW);
    assert!(matches!(app.notice, Some(Notice::Busy(_))));
    update(&mut app, frozen("b", Err(trouble())), NOW);
    update(&mut app, frozen("c", Ok(Reply::Done)), NOW);
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
    press(&mut app, "Ap");
    for name in ["a", "b", "c"] {
        update(&mut app, frozen(name, Ok(Reply::Done)), NOW);
    }
    assert_eq!(app.notice, None);
}

#[test]
fn a_line_is_typed_for_the_one_that_was_selected() {
    let mut app = three();
    press(&mut app, "aye");
    update(&mut app, Message::Paste("s\n".to_owned()), NOW);
    let answer = Effect::Ask {
        act: Act::Answer("yes ".to_owned()),
        runner: whom("a"),
    };
    assert_eq!(press(&mut app, "\n"), [answer]);
    press(&mut app, "R\u{8}new\n");
    let refused = Message::Done {
        act: Act::Rename("new".to_owned()),
        runner: whom("a"),
        result: Err(trouble()),
    };
    update(&mut app, refused, NOW);
    assert!(
        matches!(&app.list.mode, Mode::Line { text, .. } if text.text() == "new"),
        "what was typed is not lost"
    );
    press(&mut app, "\u{1b}ax");
    let gone = Event::RunnerRemoved {
        runner_id: "a".to_owned(),
    };
    update(&mut app, Message::Change(gone), NOW);
    assert_eq!(app.list.mode, Mode::List, "whom it was for is gone");
    update(&mut app, Message::Paste("q".to_owned()), NOW);
    assert_eq!(app.list.mode, Mode::List, "pasted text is no command");
}

#[test]
fn the_mouse_selects_goes_and_scrolls() {
    let mut app = sample::full();
    let mouse = |kind, column, row| {
        Message::Mouse(MouseEvent {
            kind,
            column,
            row,
            modifiers: KeyModifiers::NONE,
        })
    };
    let click = MouseEventKind::Down(MouseButton::Left);
    let broken = [Effect::Look("broken".to_owned())];
    seen(&mut app, "asks");
    assert_eq!(update(&mut app, mouse(click, 5, 2), NOW), broken);
    let jump = update(&mut app, mouse(click, 5, 2), NOW);
    assert!(matches!(&jump[..], [Effect::Ask { act: Act::Jump, .. }]));
    update(&mut app, mouse(MouseEventKind::ScrollDown, 5, 2), NOW);
    assert_eq!(app.list.selected.as_deref(), Some("checkout"));
    let came = Message::Screen {
        runner: "checkout".to_owned(),
        screen: Ok(screen(&["1", "2", "3", "4", "5"])),
    };
    seen(&mut app, "broken");
    update(&mut app, came, NOW);
    update(&mut app, mouse(MouseEventKind::ScrollUp, 5, 20), NOW);
    assert_eq!(
        app.list.preview.as_ref().map(|shown| shown.scroll),
        Some((3, 0))
    );
    press(&mut app, "JJJJ>");
    assert_eq!(
        app.list.preview.as_ref().map(|shown| shown.scroll),
        Some((0, 8))
    );
}

#[test]
fn what_is_measured_stays_until_it_is_measured_again() {
    let mut app = three();
    let told = |name: &str, cpu| {
        let stats = vec![sample::stats(name, cpu, "x")];
        Message::Change(Event::Stats { stats })
    };
    for message in [told("a", 1), told("b", 2), told("a", 3)] {
        update(&mut app, message, NOW);
    }
    let known = |app: &App| -> Vec<(String, Option<u32>)> {
        let cpu = |stats: &crate::wire::StatsView| stats.usage.and_then(|used| used.cpu_permille);
        app.stats
            .iter()
            .map(|(id, stats)| (id.clone(), cpu(stats)))
            .collect()
    };
    let expected = [("a".to_owned(), Some(3)), ("b".to_owned(), Some(2))];
    assert_eq!(known(&app), expected);
    update(&mut app, snapshot(vec![runner("b", "idle", 0)]), NOW);
    assert_eq!(known(&app), expected[1..]);
}

#[test]
fn the_keys_are_scrolled_and_left_with_any_other() {
    let mut app = three();
    press(&mut app, "?jjk");
    assert_eq!(app.help, Some(1));
    press(&mut app, "x?");
    assert_eq!(app.help, Some(0));
    assert_eq!(press(&mut app, "q"), [Effect::Leave]);
}
