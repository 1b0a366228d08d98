//! The page that says why, and the question what a light should be, drawn.

use insta::assert_snapshot;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::tui::app::App;
use crate::tui::light;
use crate::tui::message::{Message, Trouble};
use crate::tui::sample::{self, NOW, told};
use crate::tui::update::update;
use crate::tui::view::tests::{COLOUR, PLAIN, drawn, press};
use crate::tui::why::News;

fn opened() -> App {
    let mut app = sample::full();
    press(&mut app, "e");
    let news = News {
        runner: "asks".to_owned(),
        told: Ok(told()),
    };
    update(&mut app, Message::Why(news), NOW);
    app
}

fn kept(app: &mut App) {
    let path = "/home/ann/.local/state/geppetto/fixtures/claude-code-20251124T160000Z.txt";
    let news = light::News::Kept(Ok(path.to_owned()));
    update(app, Message::Light(news), NOW);
}

#[test]
fn evidence_in_80_columns_in_colour() {
    assert_snapshot!(drawn(&mut opened(), 80, 24, COLOUR));
}

#[test]
fn evidence_in_80_columns_without_colour() {
    assert_snapshot!(drawn(&mut opened(), 80, 24, PLAIN));
}

#[test]
fn evidence_in_160_columns_is_a_table() {
    assert_snapshot!(drawn(&mut opened(), 160, 12, PLAIN));
}

#[test]
fn keys_questions_and_troubles() {
    let mut app = opened();
    let mut all = String::new();
    press(&mut app, "?");
    all.push_str(&drawn(&mut app, 60, 8, PLAIN));
    press(&mut app, "xw");
    all.push_str(&drawn(&mut app, 60, 6, PLAIN));
    update(&mut app, Message::Key(KeyEvent::from(KeyCode::Esc)), NOW);
    kept(&mut app);
    all.push_str(&drawn(&mut app, 60, 8, PLAIN));
    press(&mut app, "j");
    let news = News {
        runner: "asks".to_owned(),
        told: Err(Trouble {
            text: "No runner has this id.".to_owned(),
            hint: Some("It was forgotten.".to_owned()),
        }),
    };
    update(&mut app, Message::Why(news), NOW);
    all.push_str(&drawn(&mut app, 60, 6, PLAIN));
    assert_snapshot!(all);
}

#[test]
fn a_wrong_light_in_the_list() {
    let mut app = sample::full();
    press(&mut app, "w");
    let question = drawn(&mut app, 80, 24, COLOUR);
    press(&mut app, "i");
    let busy = drawn(&mut app, 80, 24, PLAIN);
    kept(&mut app);
    let told = drawn(&mut app, 80, 24, PLAIN);
    let last = |text: &str, rows: usize| {
        let screen: Vec<&str> = text.lines().take(24).collect();
        screen[24 - rows..].join("\n")
    };
    assert_snapshot!([last(&question, 1), last(&busy, 1), last(&told, 2)].join("\n"), @r"
    asks is really: i:idle  r:running  w:waiting  Esc:no matter
    Keep asks …
    Kept: /home/ann/.local/state/geppetto/fixtures/claude-code-20251124T160000Z.txt
    Read it before you give it to others.
    ");
    assert!(question.contains("Yellow"), "{question}");
}

#[test]
fn before_the_daemon_has_answered_that_is_said() {
    let mut app = sample::full();
    press(&mut app, "e");
    assert!(drawn(&mut app, 40, 6, PLAIN).contains("Asking the daemon."));
}

#[test]
fn hostile_text_is_text_and_every_size_is_fine() {
    let mut app = opened();
    for keys in ["", "jj", "w"] {
        press(&mut app, keys);
        for columns in [1, 2, 5, 13, 20, 40, 79, 80, 101, 200] {
            for rows in [1, 2, 3, 7, 10, 40] {
                let text = drawn(&mut app, columns, rows, COLOUR);
                assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
            }
        }
    }
    update(&mut app, Message::Key(KeyEvent::from(KeyCode::Esc)), NOW);
    kept(&mut app);
    for columns in [1, 2, 5, 13] {
        drawn(&mut app, columns, 7, COLOUR);
    }
}
