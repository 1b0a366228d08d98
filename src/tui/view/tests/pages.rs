//! The page of sessions and the form of a new runner, drawn.

use insta::assert_snapshot;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{COLOUR, PLAIN, drawn, press};
use crate::tui::app::App;
use crate::tui::form::{self, Form, Refusal};
use crate::tui::message::{Message, Trouble};
use crate::tui::sample::{self, NOW};
use crate::tui::sessions;
use crate::tui::update::update;

fn browsing() -> App {
    let mut app = sample::full();
    press(&mut app, "t");
    let news = sessions::News::Listed(Ok(sample::sessions()));
    update(&mut app, Message::Sessions(news), NOW);
    app
}

fn key(app: &mut App, code: KeyCode) {
    update(app, Message::Key(KeyEvent::from(code)), NOW);
}

/// A form that was filled in and refused.
fn filling() -> App {
    let mut app = sample::full();
    app.form = Form::new("/src/shop", Some("/home/me".to_owned()));
    press(&mut app, "n");
    key(&mut app, KeyCode::Right);
    for text in ["", "review", "shop/review", "mkae -j8", "A=1"] {
        key(&mut app, KeyCode::Down);
        press(&mut app, text);
    }
    let start = KeyEvent::new(KeyCode::Char('s'), KeyModifiers::CONTROL);
    update(&mut app, Message::Key(start), NOW);
    let refusal = Refusal {
        field: Some("command".to_owned()),
        trouble: Trouble {
            text: "The command \"mkae\" was not found.".to_owned(),
            hint: Some("Check its spelling.".to_owned()),
        },
    };
    let refused = form::News::Started(Err(refusal));
    update(&mut app, Message::Form(refused), NOW);
    app
}

#[test]
fn sessions_in_80_columns_in_colour() {
    assert_snapshot!(drawn(&mut browsing(), 80, 24, COLOUR));
}

#[test]
fn sessions_in_80_columns_without_colour() {
    let text = drawn(&mut browsing(), 80, 24, PLAIN);
    assert!(!text.contains("Yellow"), "{text}");
    assert_snapshot!(text);
}

#[test]
fn sessions_in_120_columns_in_colour() {
    assert_snapshot!(drawn(&mut browsing(), 120, 40, COLOUR));
}

#[test]
fn sessions_in_120_columns_without_colour() {
    assert_snapshot!(drawn(&mut browsing(), 120, 40, PLAIN));
}

#[test]
fn questions_filter_and_troubles_of_sessions() {
    let mut app = browsing();
    let mut all = String::new();
    for keys in ["?", "xx", "n/vim"] {
        press(&mut app, keys);
        all.push_str(&drawn(&mut app, 60, 12, PLAIN));
    }
    press(&mut app, "\u{8}zzz");
    all.push_str(&drawn(&mut app, 60, 4, PLAIN));
    key(&mut app, KeyCode::Esc);
    let lost = sessions::News::Listed(Err(Trouble {
        text: "tmux did not answer.".to_owned(),
        hint: Some("Try again in a moment.".to_owned()),
    }));
    update(&mut app, Message::Sessions(lost), NOW);
    all.push_str(&drawn(&mut app, 60, 8, PLAIN));
    assert_snapshot!(all);
}

#[test]
fn before_tmux_has_answered_that_is_said() {
    let mut app = sample::full();
    press(&mut app, "t");
    assert!(drawn(&mut app, 40, 6, PLAIN).contains("Asking tmux."));
}

#[test]
fn a_form_in_80_columns_in_colour() {
    assert_snapshot!(drawn(&mut filling(), 80, 24, COLOUR));
}

#[test]
fn a_form_in_80_columns_without_colour() {
    let text = drawn(&mut filling(), 80, 24, PLAIN);
    assert!(!text.contains("Red"), "{text}");
    assert_snapshot!(text);
}

#[test]
fn a_form_in_120_columns_in_colour() {
    assert_snapshot!(drawn(&mut filling(), 120, 40, COLOUR));
}

#[test]
fn a_form_in_120_columns_without_colour() {
    assert_snapshot!(drawn(&mut filling(), 120, 40, PLAIN));
}

#[test]
fn keys_choices_and_small_terminals_of_a_form() {
    let mut app = filling();
    let mut all = String::new();
    key(&mut app, KeyCode::F(1));
    all.push_str(&drawn(&mut app, 60, 11, PLAIN));
    key(&mut app, KeyCode::Esc);
    all.push_str(&drawn(&mut app, 20, 5, PLAIN));
    for _ in 0..3 {
        key(&mut app, KeyCode::Up);
    }
    press(&mut app, "/");
    key(&mut app, KeyCode::Tab);
    let names = form::News::Names {
        typed: "/src/shop/".to_owned(),
        names: ["web", "server", "\u{5e9}\u{5dc}"]
            .map(str::to_owned)
            .into(),
    };
    update(&mut app, Message::Form(names), NOW);
    all.push_str(&drawn(&mut app, 60, 12, PLAIN));
    assert_snapshot!(all);
}

#[test]
fn every_size_is_fine() {
    for (mut app, all_keys) in [
        (browsing(), ["", "x", "n?", "x/a"]),
        (filling(), ["", "a", "修理", "x"]),
    ] {
        for keys in all_keys {
            press(&mut app, keys);
            for columns in [1, 2, 5, 13, 19, 20, 40, 99, 100, 101] {
                for rows in [1, 2, 3, 7, 10] {
                    drawn(&mut app, columns, rows, COLOUR);
                }
            }
        }
    }
}

#[test]
fn in_twenty_columns_there_are_windows_and_runners() {
    let text = drawn(&mut browsing(), 20, 8, PLAIN);
    let rows: Vec<&str> = text.lines().take(8).collect();
    assert_snapshot!(rows.join("\n"), @r"
    geppetto  sessions
     work  $0  watched …
       0* edit
    >    0.0*  ? asks
         0.1
       3 build
     #(touch x)[31m  $3
    ?:keys  Enter:go  r…
    ");
}

#[test]
fn hostile_names_are_text() {
    for columns in [80, 120] {
        let text = drawn(&mut browsing(), columns, 24, PLAIN);
        assert!(text.contains("#(touch x)[31m"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text}");
    }
}
