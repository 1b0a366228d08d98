//! What a log looks like.

use insta::assert_snapshot;
use ratatui::crossterm::event::{KeyCode, KeyEvent};

use crate::tui::app::App;
use crate::tui::logs::{Ask, Came};
use crate::tui::message::{Effect, Message, Trouble};
use crate::tui::sample::{self, NOW, runner, snapshot};
use crate::tui::update::update;
use crate::tui::view::tests::{COLOUR, PLAIN, drawn, press};
use crate::wire::LogView;

/// A log that is followed, with all sorts of lines.
fn opened() -> App {
    let mut app = sample::empty();
    let mut one = runner("asks \u{1b}[31m修理", "waiting", 9000);
    one.last_seq = 400;
    update(&mut app, snapshot(vec![one]), NOW);
    press(&mut app, "l");
    let texts = (0..60).map(|n| match n {
        40 => "Mark: before the build".to_owned(),
        45 => format!("error: {}", "the same word and again ".repeat(8)),
        50 => "修理 done \u{1b}[31m#(touch x)\u{202e}".to_owned(),
        n => format!("line {n} of the build"),
    });
    let entries = texts
        .zip(0..)
        .map(|(text, at)| LogView {
            run: 1,
            seq: at * 8,
            at_ms: NOW - 600_000 + at * 10_250,
            source: if at == 40 { "geppetto" } else { "pane" }.to_owned(),
            text,
        })
        .collect();
    let followed = Came::Followed {
        id: 1,
        is_fresh: true,
        entries,
    };
    let effects = update(&mut app, Message::Logs(followed), NOW);
    assert_eq!(effects, []);
    app
}

fn enter(app: &mut App) {
    update(app, Message::Key(KeyEvent::from(KeyCode::Enter)), NOW);
}

fn escape(app: &mut App) {
    update(app, Message::Key(KeyEvent::from(KeyCode::Esc)), NOW);
}

#[test]
fn followed_with_a_match_in_colour() {
    let mut app = opened();
    press(&mut app, "?AGAIN");
    enter(&mut app);
    press(&mut app, "?again");
    enter(&mut app);
    assert_snapshot!(drawn(&mut app, 80, 24, COLOUR));
}

#[test]
fn selected_with_times_without_colour() {
    let mut app = opened();
    press(&mut app, "Tvkk");
    assert_snapshot!(drawn(&mut app, 80, 24, PLAIN));
}

#[test]
fn large_with_dates_in_colour() {
    let mut app = opened();
    press(&mut app, "TT");
    assert_snapshot!(drawn(&mut app, 120, 40, COLOUR));
}

#[test]
fn large_and_not_broken_without_colour() {
    let mut app = opened();
    press(&mut app, "TTTwk/");
    assert_snapshot!(drawn(&mut app, 120, 40, PLAIN));
}

#[test]
fn what_is_typed_said_and_wrong() {
    let mut app = opened();
    let mut all = String::new();
    press(&mut app, "?(");
    enter(&mut app);
    all.push_str(&drawn(&mut app, 40, 6, PLAIN));
    escape(&mut app);
    press(&mut app, "t10m");
    all.push_str(&drawn(&mut app, 40, 4, PLAIN));
    escape(&mut app);
    press(&mut app, "n");
    all.push_str(&drawn(&mut app, 40, 4, PLAIN));
    press(&mut app, "h");
    all.push_str(&drawn(&mut app, 60, 17, PLAIN));
    press(&mut app, "h");
    let away = Trouble {
        text: "The daemon has ended.".to_owned(),
        hint: Some("Start it with `geppetto daemon start`.".to_owned()),
    };
    update(&mut app, Message::Away(away), NOW);
    all.push_str(&drawn(&mut app, 40, 6, PLAIN));
    assert_snapshot!(all);
}

#[test]
fn nothing_printed_is_said() {
    let mut app = sample::empty();
    app.open_logs("a".to_owned(), "a", true);
    assert!(drawn(&mut app, 60, 6, PLAIN).contains("Asking the daemon."));
    let effects = update(&mut app, snapshot(vec![runner("a", "completed", 0)]), NOW);
    let Some(Effect::Logs(Ask::Follow { id, .. })) = effects.last() else {
        panic!("{effects:?}");
    };
    let empty = Came::Followed {
        id: *id,
        is_fresh: true,
        entries: Vec::new(),
    };
    update(&mut app, Message::Logs(empty), NOW);
    let text = drawn(&mut app, 60, 6, PLAIN);
    assert!(text.contains("It has printed nothing"), "{text}");
}

#[test]
fn every_size_is_fine() {
    let mut app = opened();
    for keys in ["", "TT", "v", "h", "xw", "t"] {
        press(&mut app, keys);
        for columns in [1, 2, 5, 19, 20, 29, 30, 100] {
            for rows in [1, 2, 3, 7, 10] {
                drawn(&mut app, columns, rows, COLOUR);
            }
        }
    }
}
