//! A log, key by key and page by page, with a daemon that answers as the real one does.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseEvent, MouseEventKind};
use regex::Regex;

use super::*;
use crate::tui::app::{App, Page};
use crate::tui::message::{Effect, Message};
use crate::tui::sample::{self, NOW, runner, snapshot};
use crate::tui::update::update;
use crate::wire::{GetRunnerLogs, LogView};

/// What the daemon has, and how it was asked.
struct Daemon {
    entries: Vec<LogView>,
    asked: Vec<Ask>,
    /// The stream that is open, and how much it has told.
    stream: Option<(u64, usize)>,
}

fn entry(at: u64, text: &str) -> LogView {
    LogView {
        run: 1,
        // Three to a place.
        seq: at / 3 * 10,
        at_ms: NOW + at,
        source: "pane".to_owned(),
        text: text.to_owned(),
    }
}

fn place(text: Option<&String>) -> Option<(u32, u64)> {
    let (run, seq) = text?.split_once(':')?;
    Some((run.parse().ok()?, seq.parse().ok()?))
}

impl Daemon {
    fn numbered(count: u64) -> Self {
        Self {
            entries: (0..count).map(|n| entry(n, &format!("line {n}"))).collect(),
            asked: Vec::new(),
            stream: None,
        }
    }

    /// The page of a request; entries of one place stay together.
    fn page(&self, request: &GetRunnerLogs) -> Vec<LogView> {
        let of = |entry: &LogView| (entry.run, entry.seq);
        let from = place(request.from.as_ref());
        let before = place(request.before.as_ref());
        let grep = request.grep.as_ref().map(|grep| Regex::new(grep).unwrap());
        let mut found: Vec<LogView> = self
            .entries
            .iter()
            .filter(|one| from.is_none_or(|from| of(one) > from))
            .filter(|one| before.is_none_or(|before| of(one) < before))
            .filter(|one| request.since_ms.is_none_or(|since| one.at_ms >= since))
            .filter(|one| grep.as_ref().is_none_or(|grep| grep.is_match(&one.text)))
            .cloned()
            .collect();
        let limit = request.limit.unwrap();
        if before.is_none() && (request.oldest || from.is_some()) {
            if let Some(last) = found.get(limit - 1).map(of) {
                found.retain(|one| of(one) <= last);
            }
        } else {
            assert!(before.is_some() || request.whole, "{request:?}");
            if let Some(first) = found.len().checked_sub(limit) {
                let first = of(&found[first]);
                found.retain(|one| of(one) >= first);
            }
        }
        found
    }

    /// Tells the dashboard, and answers all that it asks because of it, except for what is copied.
    fn tell(&mut self, app: &mut App, message: Message) -> Vec<Effect> {
        let mut effects = update(app, message, NOW);
        let mut others = Vec::new();
        while !effects.is_empty() {
            for effect in std::mem::take(&mut effects) {
                let Effect::Logs(ask) = effect else {
                    others.push(effect);
                    continue;
                };
                let came = match &ask {
                    Ask::Page { id, request } | Ask::Since { id, request, .. } => {
                        let mut request = request.clone();
                        if let Ask::Since { typed, .. } = &ask {
                            request.since_ms = Some(NOW + typed.parse::<u64>().unwrap());
                        }
                        Some(Came::Page {
                            id: *id,
                            entries: Ok(self.page(&request)),
                        })
                    }
                    Ask::Follow { id, request } => {
                        self.stream = Some((*id, self.entries.len()));
                        Some(Came::Followed {
                            id: *id,
                            is_fresh: true,
                            entries: self.page(request),
                        })
                    }
                    Ask::Rest => {
                        self.stream = None;
                        None
                    }
                    Ask::Copy { .. } => None,
                };
                self.asked.push(ask);
                effects.extend(
                    came.into_iter()
                        .flat_map(|came| update(app, Message::Logs(came), NOW)),
                );
            }
        }
        others
    }

    fn press(&mut self, app: &mut App, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for c in keys.chars() {
            let key = match c {
                '\n' => KeyEvent::from(KeyCode::Enter),
                '\u{1b}' => KeyEvent::from(KeyCode::Esc),
                '\u{4}' => KeyEvent::new(KeyCode::Char('d'), KeyModifiers::CONTROL),
                c => KeyEvent::from(KeyCode::Char(c)),
            };
            effects.extend(self.tell(app, Message::Key(key)));
        }
        effects
    }

    /// The runner prints.
    fn print(&mut self, app: &mut App, text: &str) {
        let at = u64::try_from(self.entries.len()).unwrap();
        self.entries.push(entry(at, text));
        if let Some((id, told)) = self.stream {
            let entries = self.entries[told..].to_vec();
            self.stream = Some((id, self.entries.len()));
            let is_fresh = false;
            let news = Came::Followed {
                id,
                is_fresh,
                entries,
            };
            self.tell(app, Message::Logs(news));
        }
    }

    /// The text that was copied last.
    fn copied(&self) -> &str {
        let texts = self.asked.iter().rev().find_map(|ask| match ask {
            Ask::Copy { text, .. } => Some(text.as_str()),
            _ => None,
        });
        texts.unwrap_or_default()
    }
}

/// A dashboard of 24 rows with the log of a runner that printed so many lines.
fn opened(count: u64) -> (App, Daemon) {
    let mut app = sample::empty();
    update(&mut app, snapshot(vec![runner("a", "running", 0)]), NOW);
    let mut daemon = Daemon::numbered(count);
    daemon.press(&mut app, "l");
    (app, daemon)
}

fn logs(app: &App) -> &Logs {
    match &app.page {
        Page::Logs(logs) => logs,
        Page::Runners | Page::Sessions | Page::Form | Page::Why(_) => {
            panic!("the page of all runners")
        }
    }
}

/// The first and the last text that are seen.
fn seen(app: &App) -> (String, String) {
    let logs = logs(app);
    let room = crate::tui::view::log_room(app);
    let bottom = room.bottom_of(&logs.window, logs.top);
    let text = |number| logs.window.get(number).unwrap().text.clone();
    (text(logs.top.number), text(bottom.number))
}

fn lines(first: u64, last: u64) -> (String, String) {
    (format!("line {first}"), format!("line {last}"))
}

fn said(app: &App) -> String {
    match &logs(app).said {
        Some(Said::Word(word)) => word.clone(),
        Some(Said::Wrong(trouble)) => trouble.text.clone(),
        None => String::new(),
    }
}

#[test]
fn from_the_end_to_the_beginning_and_back_every_line_is_passed_once() {
    let (mut app, mut daemon) = opened(10_000);
    assert_eq!(seen(&app), lines(9978, 9999));
    // Row by row, over all pages.
    for first in (0..9978).rev() {
        daemon.press(&mut app, "k");
        assert_eq!(seen(&app), lines(first, first + 21));
        assert!(logs(&app).window.numbers().count() <= 4000);
    }
    daemon.press(&mut app, "kkb");
    assert_eq!(seen(&app), lines(0, 21));
    for first in 1..=9978 {
        daemon.press(&mut app, "j");
        assert_eq!(seen(&app), lines(first, first + 21));
        assert!(logs(&app).window.numbers().count() <= 4000);
    }
    // What was printed meanwhile is found by going on.
    daemon.print(&mut app, "more");
    daemon.print(&mut app, "and more");
    daemon.press(&mut app, "jjj");
    assert_eq!(seen(&app).1, "and more");
    assert_eq!(daemon.stream, None);
    let questions = daemon.asked.len();
    assert!(questions < 100, "{questions} questions");
}

#[test]
fn what_was_removed_meanwhile_leaves_no_silent_hole() {
    let (mut app, mut daemon) = opened(10_000);
    daemon.press(&mut app, "g");
    daemon.entries.drain(..5000);
    daemon.press(&mut app, "/line 499$\n");
    assert_eq!(seen(&app), lines(5000, 5021));
    assert!(said(&app).contains("kept no more"), "{}", said(&app));
}

#[test]
fn the_newest_lines_are_followed_until_the_person_goes_up() {
    let (mut app, mut daemon) = opened(100);
    daemon.print(&mut app, "new");
    assert_eq!(seen(&app), ("line 79".to_owned(), "new".to_owned()));
    daemon.press(&mut app, "kj");
    daemon.print(&mut app, "not seen");
    assert_eq!(seen(&app).1, "new");
    daemon.press(&mut app, "G");
    assert_eq!(seen(&app).1, "not seen");
    daemon.press(&mut app, "F");
    assert_eq!(daemon.stream, None);
    daemon.press(&mut app, "g");
    assert_eq!(seen(&app).0, "line 0");
    daemon.press(&mut app, "F");
    daemon.print(&mut app, "newest");
    assert_eq!(seen(&app).1, "newest");
    // A flood: what is told is not what comes next, so that it is a window of its own.
    let (id, _) = daemon.stream.unwrap();
    let flood = Came::Followed {
        id,
        is_fresh: true,
        entries: (6000..6003).map(|n| entry(n, &n.to_string())).collect(),
    };
    daemon.entries = Daemon::numbered(6000).entries;
    daemon.tell(&mut app, Message::Logs(flood));
    assert_eq!(seen(&app), ("line 5981".to_owned(), "6002".to_owned()));
}

#[test]
fn what_is_looked_for_is_found_in_both_directions_beyond_what_is_known() {
    let (mut app, mut daemon) = opened(10_000);
    daemon.press(&mut app, "g/LINE\n");
    assert_eq!(said(&app), "No match further down.");
    daemon.press(&mut app, "/line 70[01][01]$\n");
    let found = |app: &App| {
        let logs = logs(app);
        let hit = logs.hit.unwrap();
        let room = crate::tui::view::log_room(app);
        let bottom = room.bottom_of(&logs.window, logs.top).number;
        assert!((logs.top.number..=bottom).contains(&hit));
        logs.window.get(hit).unwrap().text.clone()
    };
    assert_eq!(found(&app), "line 7000");
    assert_eq!(seen(&app), lines(6993, 7014));
    // Those of one place, those of others, and none.
    for expected in [7001, 7010, 7011, 7011] {
        daemon.press(&mut app, "n");
        assert_eq!(found(&app), format!("line {expected}"));
    }
    assert_eq!(said(&app), "No match further down.");
    for expected in [7010, 7001, 7000, 7000] {
        daemon.press(&mut app, "N");
        assert_eq!(found(&app), format!("line {expected}"));
    }
    assert_eq!(said(&app), "No match further up.");
    daemon.press(&mut app, "?^line 3\n");
    assert_eq!(found(&app), "line 3999");
    daemon.press(&mut app, "n");
    assert_eq!(found(&app), "line 3998");
    daemon.press(&mut app, "?^line 12$\nn");
    assert_eq!(found(&app), "line 12");
    assert_eq!(said(&app), "No match further up.");
    // Nothing typed means the same again.
    daemon.press(&mut app, "?^line 1.$\n?\n");
    assert_eq!(found(&app), "line 18");
}

#[test]
fn a_match_at_the_end_that_came_later_at_a_known_place_is_found() {
    let (mut app, mut daemon) = opened(3001);
    daemon.press(&mut app, "k/^line (3000|of)\n");
    assert_eq!(seen(&app).1, "line 3000");
    // At the same place as the last one that is known.
    daemon.print(&mut app, "line of late");
    daemon.press(&mut app, "n");
    assert_eq!(seen(&app).1, "line of late");
}

#[test]
fn a_wrong_expression_is_said_in_place_and_can_be_corrected() {
    let (mut app, mut daemon) = opened(10);
    daemon.press(&mut app, "/(\n");
    assert_eq!(
        said(&app),
        "\"(\" is not a regular expression: unclosed group."
    );
    daemon.press(&mut app, "line 4)\n");
    assert_eq!(logs(&app).hit, Some(4));
    daemon.press(&mut app, "n");
    assert_eq!(said(&app), "No match further down.");
}

#[test]
fn a_long_search_can_be_given_up() {
    let (mut app, _) = opened(10_000);
    let key = |app: &mut App, code| update(app, Message::Key(KeyEvent::from(code)), NOW);
    for c in "/nowhere".chars() {
        key(&mut app, KeyCode::Char(c));
    }
    let effects = key(&mut app, KeyCode::Enter);
    let [Effect::Logs(Ask::Page { id, .. })] = effects[..] else {
        panic!("{effects:?}");
    };
    assert!(logs(&app).is_searching());
    assert_eq!(key(&mut app, KeyCode::Esc), []);
    assert!(!logs(&app).is_searching());
    let found = Came::Page {
        id,
        entries: Ok(vec![entry(0, "nowhere")]),
    };
    assert_eq!(update(&mut app, Message::Logs(found), NOW), []);
    assert_eq!(seen(&app).1, "line 9999");
}

#[test]
fn a_time_is_gone_to() {
    let (mut app, mut daemon) = opened(10_000);
    daemon.press(&mut app, "t5000\n");
    assert_eq!(seen(&app), lines(5000, 5021));
    daemon.press(&mut app, "k");
    assert_eq!(seen(&app), lines(4999, 5020));
    daemon.press(&mut app, "t20000\n");
    assert_eq!(said(&app), "Nothing was printed since then.");
    assert_eq!(seen(&app), lines(4999, 5020));
    daemon.press(&mut app, "t\u{1b}j");
    assert_eq!(seen(&app), lines(5000, 5021));
}

#[test]
fn lines_are_selected_and_copied_without_times() {
    let (mut app, mut daemon) = opened(100);
    daemon.press(&mut app, "Ty");
    assert!(daemon.copied().starts_with("line 78\n"));
    assert!(daemon.copied().ends_with("line 99\n"));
    daemon.press(&mut app, "vkky");
    assert_eq!(daemon.copied(), "line 97\nline 98\nline 99\n");
    assert_eq!(logs(&app).selection, None);
    // A selection keeps still what it selects from, and begins at what was found.
    daemon.press(&mut app, "?line 50\nvjj");
    daemon.print(&mut app, "new");
    daemon.press(&mut app, "\u{1b}");
    assert_eq!(logs(&app).selection, None);
    daemon.press(&mut app, "vjjy");
    assert_eq!(daemon.copied(), "line 50\nline 51\nline 52\n");
    daemon.press(&mut app, "Gvgy");
    assert_eq!(daemon.copied().lines().count(), 101);
    let text = "6 lines copied.".to_owned();
    daemon.tell(&mut app, Message::Logs(Came::Copied(Ok(text.clone()))));
    assert_eq!(said(&app), text);
}

#[test]
fn a_selection_ends_where_the_window_does_and_says_so() {
    let (mut app, mut daemon) = opened(10_000);
    daemon.press(&mut app, "v");
    for _ in 0..400 {
        daemon.press(&mut app, "b");
    }
    assert_eq!(said(&app), "A selection cannot be larger than this.");
    let first = seen(&app).0;
    daemon.press(&mut app, "y");
    assert!(daemon.copied().starts_with(&format!("{first}\n")));
    assert!(daemon.copied().ends_with("line 9999\n"));
    assert!(daemon.copied().lines().count() >= 3000);
}

#[test]
fn long_lines_are_broken_into_rows_or_scrolled_to_the_side() {
    let (mut app, mut daemon) = opened(1);
    daemon.print(&mut app, &"修理".repeat(1000));
    let top = |app: &App| (logs(app).top.number, logs(app).top.row);
    // 40 to a row of 80 columns.
    assert_eq!(top(&app), (1, 50 - 22));
    daemon.press(&mut app, "k");
    assert_eq!(top(&app), (1, 27));
    daemon.press(&mut app, "g");
    assert_eq!(top(&app), (0, 0));
    daemon.press(&mut app, "jj");
    assert_eq!(top(&app), (1, 1));
    daemon.press(&mut app, "w");
    assert_eq!(top(&app), (0, 0));
    daemon.tell(&mut app, Message::Key(KeyEvent::from(KeyCode::Right)));
    assert_eq!(logs(&app).aside, 8);
    daemon.press(&mut app, "w");
    daemon.tell(&mut app, Message::Key(KeyEvent::from(KeyCode::Right)));
    assert_eq!(logs(&app).aside, 0);
    daemon.tell(
        &mut app,
        Message::Resized {
            columns: 5,
            rows: 3,
        },
    );
    daemon.press(&mut app, "G");
    assert_eq!(top(&app), (1, 999));
}

#[test]
fn the_wheel_scrolls() {
    let (mut app, mut daemon) = opened(100);
    let wheel = |kind| {
        Message::Mouse(MouseEvent {
            kind,
            column: 1,
            row: 5,
            modifiers: KeyModifiers::NONE,
        })
    };
    daemon.tell(&mut app, wheel(MouseEventKind::ScrollUp));
    assert_eq!(seen(&app), lines(75, 96));
    daemon.tell(&mut app, wheel(MouseEventKind::ScrollDown));
    assert_eq!(seen(&app), lines(78, 99));
    daemon.press(&mut app, "g\u{4}");
    assert_eq!(seen(&app), lines(11, 32));
}

#[test]
fn a_daemon_that_was_away_is_asked_again() {
    let (mut app, mut daemon) = opened(100);
    let (id, _) = daemon.stream.take().unwrap();
    let trouble = Trouble {
        text: "It has ended.".to_owned(),
        hint: None,
    };
    daemon.tell(&mut app, Message::Away(trouble.clone()));
    daemon.tell(
        &mut app,
        Message::Logs(Came::Unfollowed { id, trouble: None }),
    );
    daemon.press(&mut app, "k");
    // A row less, for the trouble.
    assert_eq!(seen(&app), lines(78, 98));
    daemon.press(&mut app, "G");
    assert_eq!(daemon.stream, None);
    daemon.entries.push(entry(100, "line 100"));
    daemon.tell(&mut app, snapshot(vec![runner("a", "running", 0)]));
    assert_eq!(seen(&app).1, "line 100");
    // A failure is not asked for again and again, but with the next key.
    let (id, _) = daemon.stream.take().unwrap();
    let refused = Came::Unfollowed {
        id,
        trouble: Some(trouble),
    };
    daemon.tell(&mut app, Message::Logs(refused));
    assert_eq!(
        (said(&app).as_str(), daemon.stream),
        ("It has ended.", None)
    );
    daemon.press(&mut app, "T");
    assert!(daemon.stream.is_some());
}

#[test]
fn leaving_goes_back_or_ends_the_program() {
    let (mut app, mut daemon) = opened(10);
    assert_eq!(daemon.press(&mut app, "q"), []);
    assert!(matches!(app.page, Page::Runners));
    assert_eq!(daemon.stream, None);
    daemon.press(&mut app, "l");
    assert_eq!(daemon.press(&mut app, "v\u{1b}\u{1b}"), []);
    assert!(matches!(app.page, Page::Runners));
    app.open_logs("a".to_owned(), "a", true);
    daemon.press(&mut app, "hx");
    assert_eq!(daemon.press(&mut app, "q"), [Effect::Leave]);
}

#[test]
fn an_empty_log_and_what_comes_then() {
    let (mut app, mut daemon) = opened(0);
    daemon.press(&mut app, "kgbv/x\nny?y\n");
    assert!(logs(&app).window.is_empty());
    daemon.press(&mut app, "\u{1b}");
    app.open_logs("a".to_owned(), "a", true);
    daemon.press(&mut app, "j");
    daemon.print(&mut app, "first");
    assert_eq!(seen(&app), ("first".to_owned(), "first".to_owned()));
}
