//! The form, key by key and message by message.

use ratatui::crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::tui::form::Draft;
use crate::tui::message::{Message, Trouble};
use crate::tui::sample::{self, NOW, runner};
use crate::tui::update::update;

fn key(app: &mut App, code: KeyCode) -> Vec<Effect> {
    update(app, Message::Key(KeyEvent::from(code)), NOW)
}

fn press(app: &mut App, keys: &str) -> Vec<Effect> {
    keys.chars()
        .flat_map(|c| {
            let code = match c {
                '\n' => KeyCode::Enter,
                '\t' => KeyCode::Tab,
                '\u{1b}' => KeyCode::Esc,
                c => KeyCode::Char(c),
            };
            key(app, code)
        })
        .collect()
}

fn control(app: &mut App, letter: char) -> Vec<Effect> {
    let key = KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL);
    update(app, Message::Key(key), NOW)
}

fn opened() -> App {
    let mut app = sample::full();
    app.form = Form::new("/src", Some("/home/me".to_owned()));
    press(&mut app, "n");
    assert!(matches!(app.page, Page::Form));
    app
}

fn draft_of(effects: &[Effect]) -> Draft {
    match effects {
        [Effect::Form(Wish::Start(draft))] => (**draft).clone(),
        other => panic!("{other:?}"),
    }
}

fn trouble() -> Trouble {
    Trouble {
        text: "No.".to_owned(),
        hint: None,
    }
}

fn refuse(app: &mut App, field: Option<&str>) {
    let refusal = Refusal {
        field: field.map(str::to_owned),
        trouble: trouble(),
    };
    update(app, Message::Form(News::Started(Err(refusal))), NOW);
}

fn names(app: &mut App, typed: &str, names: &[&str]) {
    let names = News::Names {
        typed: typed.to_owned(),
        names: names.iter().map(|&name| name.to_owned()).collect(),
    };
    update(app, Message::Form(names), NOW);
}

#[test]
fn a_whole_form_is_typed_and_started() {
    let mut app = opened();
    let effects = press(
        &mut app,
        "\n\nreview\nshop/review\nmake 'a b'\nA=1 B='2 3'\n",
    );
    let draft = draft_of(&effects);
    assert_eq!(
        (draft.directory.as_str(), draft.kind),
        ("/src", None),
        "as they were"
    );
    assert_eq!(draft.name.as_deref(), Some("review"));
    assert_eq!(draft.key.as_deref(), Some("shop/review"));
    assert_eq!(draft.command, ["make", "a b"]);
    assert_eq!(draft.environment.len(), 2);
    assert!(matches!(app.notice, Some(Notice::Busy(_))));
    assert_eq!(control(&mut app, 's'), [], "once");
}

#[test]
fn kinds_are_turned_and_found_by_letter() {
    let mut app = opened();
    let mut found = Vec::new();
    for code in [KeyCode::Right, KeyCode::Right, KeyCode::Left, KeyCode::Left] {
        key(&mut app, code);
        found.push(app.form.kind_name());
    }
    assert_eq!(
        found,
        [
            Some("claude-code"),
            Some("codex"),
            Some("claude-code"),
            None
        ]
    );
    key(&mut app, KeyCode::Left);
    assert_eq!(app.form.kind_name(), Some("custom"), "around");
    press(&mut app, "b");
    assert_eq!(app.form.kind_name(), None);
    let with_c = KINDS.iter().map(|kind| kind.name);
    let with_c: Vec<&str> = with_c.filter(|name| name.starts_with('c')).collect();
    let mut found = Vec::new();
    for _ in 0..=with_c.len() {
        press(&mut app, "c");
        found.push(app.form.kind_name().unwrap());
    }
    assert_eq!(found, [with_c.as_slice(), &["claude-code"]].concat());
    assert_eq!(app.form.focus, Part::Kind);
    let draft = draft_of(&control(&mut app, 's'));
    assert_eq!(draft.kind.as_deref(), Some("claude-code"));
    assert!(draft.command.is_empty(), "the kind has one");
}

#[test]
fn tab_completes_what_was_typed_and_else_goes_on() {
    let mut app = opened();
    press(&mut app, "\t\t");
    assert_eq!(app.form.focus, Part::Name, "nothing was typed");
    key(&mut app, KeyCode::BackTab);
    control(&mut app, 'u');
    let read = |typed: &str, directory: &str| {
        Effect::Form(Wish::Read {
            typed: typed.to_owned(),
            directory: directory.to_owned(),
        })
    };
    assert_eq!(press(&mut app, "~/sh\t"), [read("~/sh", "/home/me/")]);
    names(&mut app, "~/s", &["something", "else"]);
    assert_eq!(app.form.directory.text(), "~/sh", "that was asked before");
    names(&mut app, "~/sh", &["shop", "shed", "other"]);
    assert_eq!(app.form.choices, ["shed", "shop"]);
    assert_eq!(press(&mut app, "o\t"), [read("~/sho", "/home/me/")]);
    assert!(app.form.choices.is_empty());
    names(&mut app, "~/sho", &["shop", "shed", "other"]);
    assert_eq!(app.form.directory.text(), "~/shop/");
    assert_eq!(press(&mut app, "\t"), [read("~/shop/", "/home/me/shop/")]);
    for _ in 0..2 {
        assert_eq!(app.form.focus, Part::Directory);
        names(&mut app, "~/shop/", &["a", "b"]);
    }
    assert_eq!(app.form.focus, Part::Name, "it is as clear as it gets");
    assert_eq!(
        draft_of(&press(&mut app, "\n\nmake\n\n")).directory,
        "/home/me/shop/"
    );
}

#[test]
fn where_nothing_fits_tab_goes_on() {
    let mut app = opened();
    press(&mut app, "\nx\t");
    names(&mut app, "/srcx", &["src"]);
    assert_eq!(app.form.focus, Part::Name);
    assert_eq!(app.form.directory.text(), "/srcx");
}

#[test]
fn a_refusal_stands_at_its_part_and_nothing_is_lost() {
    let mut app = opened();
    key(&mut app, KeyCode::Up);
    key(&mut app, KeyCode::Up);
    press(&mut app, "mkae");
    control(&mut app, 's');
    press(&mut app, "\tx");
    refuse(&mut app, Some("command"));
    assert_eq!(app.form.wrong, Some((Part::Command, trouble())));
    assert_eq!(app.form.focus, Part::Command);
    assert_eq!(app.form.environment.text(), "x");
    assert_eq!(app.notice, None);
    press(&mut app, "!");
    assert_eq!(app.form.wrong, None, "it is being corrected");
    assert_eq!(app.form.command.text(), "mkae!");
    control(&mut app, 'u');
    press(&mut app, "make\t");
    control(&mut app, 'u');
    control(&mut app, 's');
    refuse(&mut app, None);
    assert_eq!(app.notice, Some(Notice::Wrong(trouble())));
    draft_of(&control(&mut app, 's'));
    press(&mut app, "\u{1b}");
    refuse(&mut app, Some("cwd"));
    assert_eq!(
        app.notice,
        Some(Notice::Wrong(trouble())),
        "told in the list"
    );
    press(&mut app, "n");
    assert_eq!(app.form.command.text(), "make", "it stays when one leaves");
    assert_eq!(app.form.wrong, Some((Part::Directory, trouble())));
}

#[test]
fn what_is_wrong_is_said_before_the_daemon_is_asked() {
    let mut app = opened();
    assert_eq!(control(&mut app, 's'), []);
    let at = |app: &App| app.form.wrong.as_ref().map(|(part, _)| *part);
    assert_eq!(
        (at(&app), app.form.focus),
        (Some(Part::Command), Part::Command)
    );
    assert_eq!(press(&mut app, "make\nA\n"), []);
    assert_eq!(at(&app), Some(Part::Environment));
    draft_of(&press(&mut app, "=1\n"));
}

#[test]
fn the_new_runner_is_selected_in_the_list() {
    let mut app = opened();
    app.list.filter = crate::tui::field::Field::new("broken");
    key(&mut app, KeyCode::Right);
    press(&mut app, "\n\n\n\nmake");
    control(&mut app, 's');
    let made = News::Started(Ok(Box::new(runner("fresh", "running", 0))));
    let effects = update(&mut app, Message::Form(made), NOW);
    assert_eq!(effects, [Effect::Look("fresh".to_owned())]);
    assert!(matches!(app.page, Page::Runners));
    assert_eq!(app.current().unwrap().1.name, "fresh");
    assert_eq!(app.notice, None);
    press(&mut app, "n");
    assert_eq!(app.form.command.text(), "");
    assert_eq!(app.form.directory.text(), "/src");
    assert_eq!(app.form.kind_name(), Some("claude-code"), "these stay");
}

#[test]
fn the_mouse_chooses_a_part() {
    let mut app = opened();
    for (row, part) in [
        (3, Part::Name),
        (1, Part::Kind),
        (6, Part::Environment),
        (8, Part::Environment),
    ] {
        let click = MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 3,
            row,
            modifiers: KeyModifiers::NONE,
        };
        update(&mut app, Message::Mouse(click), NOW);
        assert_eq!(app.form.focus, part, "{row}");
    }
}

#[test]
fn text_is_pasted_as_text() {
    let mut app = opened();
    update(&mut app, Message::Paste("c".to_owned()), NOW);
    assert_eq!(app.form.kind_name(), None);
    press(&mut app, "\n\n");
    update(&mut app, Message::Paste("a\nb\u{1b}".to_owned()), NOW);
    assert_eq!(app.form.name.text(), "a b");
}
