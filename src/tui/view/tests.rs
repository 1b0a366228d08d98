//! What is drawn, as text and, with colours, as the runs of styled cells below it.

mod pages;

use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::style::Style;

use super::{Look, draw};
use crate::tui::app::App;
use crate::tui::message::{Message, Trouble};
use crate::tui::sample::{self, NOW};
use crate::tui::update::update;
use crate::wire::{Event, SpendingView, SpentView};

pub(super) const COLOUR: Look = Look {
    has_colour: true,
    is_ascii: false,
};

pub(super) const PLAIN: Look = Look {
    has_colour: false,
    is_ascii: true,
};

pub(super) fn drawn(app: &mut App, columns: u16, rows: u16, look: Look) -> String {
    update(app, Message::Resized { columns, rows }, NOW);
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(frame, app, look)).unwrap();
    let buffer = terminal.backend().buffer();
    let mut text = String::new();
    let mut styles = String::new();
    for y in 0..rows {
        let (mut row, mut skip) = (String::new(), 0);
        let (mut present, mut from) = (Style::reset(), 0);
        let mut end_run = |style: Style, from: u16, to: u16| {
            if style != Style::reset() {
                let modifiers = style.add_modifier;
                let [fg, bg] =
                    [style.fg, style.bg].map(|colour| format!("{:?}", colour.unwrap_or_default()));
                styles.push_str(&format!("{y}: {from}-{to} {fg} {bg} {modifiers:?}\n"));
            }
        };
        for x in 0..columns {
            let cell = &buffer[(x, y)];
            if skip == 0 {
                row.push_str(cell.symbol());
                skip = super::text::width(cell.symbol()).max(1);
            }
            skip -= 1;
            let style = Style::reset()
                .fg(cell.fg)
                .bg(cell.bg)
                .add_modifier(cell.modifier);
            if style != present {
                end_run(present, from, x);
                (present, from) = (style, x);
            }
        }
        end_run(present, from, columns);
        text.push_str(row.trim_end());
        text.push('\n');
    }
    format!("{text}{styles}")
}

pub(super) fn press(app: &mut App, keys: &str) {
    for c in keys.chars() {
        update(app, Message::Key(KeyEvent::from(KeyCode::Char(c))), NOW);
    }
}

#[test]
fn below_each_other_in_colour() {
    assert_snapshot!(drawn(&mut sample::full(), 80, 24, COLOUR));
}

#[test]
fn below_each_other_without_colour() {
    let text = drawn(&mut sample::full(), 80, 24, PLAIN);
    assert!(
        !text.contains("Yellow") && !text.contains("Indexed"),
        "{text}"
    );
    assert_snapshot!(text);
}

#[test]
fn beside_each_other_in_colour() {
    assert_snapshot!(drawn(&mut sample::full(), 120, 40, COLOUR));
}

#[test]
fn all_of_it_on_a_large_terminal() {
    assert_snapshot!(drawn(&mut sample::full(), 200, 50, COLOUR));
}

#[test]
fn all_of_it_on_a_large_terminal_without_colour() {
    assert_snapshot!(drawn(&mut sample::full(), 200, 50, PLAIN));
}

#[test]
fn with_headings_and_marks_in_one_row_each() {
    let mut app = sample::full();
    press(&mut app, "gvjj  o");
    assert_snapshot!(drawn(&mut app, 140, 11, PLAIN));
}

#[test]
fn beside_each_other_without_colour() {
    assert_snapshot!(drawn(&mut sample::full(), 120, 40, PLAIN));
}

#[test]
fn what_agents_spent_is_in_wide_rows_and_on_cards() {
    let spent = SpentView {
        messages: 3,
        input_tokens: 345_678,
        output_tokens: 9_000,
        cost_micros: 1_240_000,
        ..SpentView::default()
    };
    let mut asks = sample::runner("asks", "waiting", 9_000);
    asks.spending = Some(Box::new(SpendingView {
        today: spent,
        day: "2025-11-24".to_owned(),
        context_tokens: Some(124_000),
        context_window: Some(200_000),
        ..SpendingView::default()
    }));
    let mut app = sample::full();
    let changed = Event::Runner {
        runner: Box::new(asks),
    };
    update(&mut app, Message::Change(changed), NOW);
    let all = drawn(&mut app, 80, 50, PLAIN);
    let cards = all.lines().take(4).collect::<Vec<_>>().join("\n");
    assert_snapshot!(cards, @"
    geppetto  ?1  x1  -1  *1  =1  +1
    >? waiting   asks                      9s  claude-code
                   1%  3.0M         354k tok   $1.24  ctx 62%  Do you want to go on?
     x failed    broken                    1m  claude-code
    ");
    press(&mut app, "v");
    let all = drawn(&mut app, 160, 9, PLAIN);
    let rows = all.lines().take(4).collect::<Vec<_>>().join("\n");
    assert_snapshot!(rows, @"
    geppetto  ? 1 waiting  x 1 failed  - 1 idle  * 1 running  = 1 paused  + 1 completed
    >? waiting   asks                      9s  claude-code                           work    1%  3.0M         354k tok   $1.24  ctx 62%  Do you want to go on?
     x failed    broken                    1m  claude-code                           work
     - idle      checkout                  2m  claude-code  coda::checkout::primary  work   34%  340M    3/s                             [31mTests: 修 passed, all …
    ");
}

#[test]
fn keys_questions_filter_and_troubles() {
    let mut app = sample::full();
    let mut all = String::new();
    for keys in ["?", "xs", "n/chec"] {
        press(&mut app, keys);
        all.push_str(&drawn(&mut app, 60, 12, PLAIN));
    }
    let away = Trouble {
        text: "The daemon has ended.".to_owned(),
        hint: Some("Start it with `geppetto daemon start`.".to_owned()),
    };
    update(&mut app, Message::Away(away), NOW);
    all.push_str(&drawn(&mut app, 60, 12, PLAIN));
    assert_snapshot!(all);
}

#[test]
fn nothing_to_show_says_what_to_do() {
    let mut app = sample::empty();
    assert!(drawn(&mut app, 40, 6, PLAIN).contains("Asking the daemon."));
    update(&mut app, sample::snapshot(Vec::new()), NOW);
    let text = drawn(&mut app, 40, 8, PLAIN);
    assert!(
        text.contains("No runner is watched.") && text.contains("prefix + G"),
        "{text}"
    );
}

#[test]
fn every_size_is_fine() {
    let mut app = sample::full();
    for keys in ["", "s", "n?", "x/a"] {
        press(&mut app, keys);
        for columns in [1, 2, 5, 19, 20, 99, 100, 101] {
            for rows in [1, 2, 3, 7, 10] {
                drawn(&mut app, columns, rows, COLOUR);
            }
        }
    }
}

#[test]
fn five_hundred_runners_are_walked_and_grouped() {
    let mut app = sample::empty();
    let runners = (0..500).map(|number| {
        let mut one = sample::runner(&format!("runner-{number:03}"), "idle", number * 1000);
        one.session_name = Some(format!("session-{}", number % 7));
        one
    });
    update(&mut app, sample::snapshot(runners.collect()), NOW);
    update(&mut app, Message::Key(KeyEvent::from(KeyCode::End)), NOW);
    let text = drawn(&mut app, 120, 40, PLAIN);
    assert!(text.contains(">- idle      runner-499"), "{text}");
    assert!(
        text.contains("runner-463") && !text.contains("runner-001"),
        "{text}"
    );
    press(&mut app, "gg/session-3");
    for code in [KeyCode::Enter, KeyCode::Home] {
        update(&mut app, Message::Key(KeyEvent::from(code)), NOW);
    }
    let text = drawn(&mut app, 120, 40, PLAIN);
    assert!(text.contains("71 of 500"), "{text}");
    assert!(
        text.lines().any(|line| line.starts_with("session-3")),
        "{text}"
    );
}

#[test]
fn in_twenty_columns_there_are_symbol_name_and_time() {
    let text = drawn(&mut sample::full(), 20, 6, PLAIN);
    let rows: Vec<&str> = text.lines().take(6).collect();
    assert_snapshot!(rows.join("\n"), @r"
    geppetto  ?1  x1  -1
    >? asks           9s
     x broken         1m
     - checkout       2m
     * #(touch x)[3…  3s
    ?:keys  Enter:go  a…
    ");
}

#[test]
fn hostile_names_are_text() {
    let text = drawn(&mut sample::full(), 80, 24, PLAIN);
    assert!(text.contains("#(touch x)[31mevil 修理"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
}
