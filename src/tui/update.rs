//! What a message makes of the dashboard. Pure: the time comes in, what is to be done outside comes out.

use super::app::{Act, App, Asked, Effect, Message, Mode, Notice, Preview, Trouble};
use super::keymap::{self, Command};
use crate::domain::text::printable;
use crate::wire::{AttachView, Event, RunnerView, ScreenView};

/// Most characters of a filter.
const LONGEST_FILTER: usize = 100;

/// Takes a message in.
pub(crate) fn update(app: &mut App, message: Message, now_ms: u64) -> Vec<Effect> {
    app.now_ms = now_ms;
    app.is_stale = true;
    match message {
        Message::Key(key) => match keymap::command(&app.mode, key) {
            Some(command) => {
                app.notice = None;
                let mut effects = obey(app, command);
                effects.extend(look(app, false));
                effects
            }
            None => Vec::new(),
        },
        Message::Resized | Message::Tick => Vec::new(),
        Message::Change(event) => {
            let is_about_current = change(app, event);
            look(app, is_about_current).into_iter().collect()
        }
        Message::Away(trouble) => {
            app.away = Some(trouble);
            Vec::new()
        }
        Message::Screen { runner, screen } => {
            let again = screen_came(app, runner, screen);
            look(app, again).into_iter().collect()
        }
        Message::Done { act, name, result } => done(app, act, &name, result),
        Message::End => vec![Effect::Leave],
    }
}

fn obey(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::Back if !app.filter.is_empty() => refilter(app, ""),
        Command::Back | Command::Leave => return vec![Effect::Leave],
        Command::Move(by) => move_by(app, by),
        Command::First => move_by(app, isize::MIN),
        Command::Last => move_by(app, isize::MAX),
        Command::Filter => app.mode = Mode::Filter,
        Command::Type(c) if app.filter.chars().count() < LONGEST_FILTER => {
            let filter = format!("{}{c}", app.filter);
            refilter(app, &filter);
        }
        Command::Type(_) => {}
        Command::Erase => {
            let mut filter = app.filter.clone();
            filter.pop();
            refilter(app, &filter);
        }
        Command::Keep => app.mode = Mode::List,
        Command::Cancel => {
            if app.mode == Mode::Filter {
                refilter(app, "");
            }
            app.mode = Mode::List;
        }
        Command::Help => app.mode = Mode::Help,
        Command::Yes => {
            if let Mode::Confirm { act, runner, name } =
                std::mem::replace(&mut app.mode, Mode::List)
            {
                return vec![ask(app, act, runner, name)];
            }
        }
        Command::Act(act) => return begin(app, act).into_iter().collect(),
    }
    Vec::new()
}

/// Does it, or asks first where it cannot be undone.
fn begin(app: &mut App, act: Act) -> Option<Effect> {
    let (_, runner) = app.current()?;
    let (runner, name) = (runner.id.clone(), printable(&runner.name));
    match act {
        Act::Stop | Act::Forget => {
            app.mode = Mode::Confirm { act, runner, name };
            None
        }
        Act::Jump | Act::Start | Act::Pause | Act::Resume => Some(ask(app, act, runner, name)),
    }
}

fn ask(app: &mut App, act: Act, runner: String, name: String) -> Effect {
    app.notice = Some(Notice::Busy(format!("{} {name} …", act.verb())));
    Effect::Ask { act, runner, name }
}

fn done(
    app: &mut App,
    act: Act,
    name: &str,
    result: Result<Option<AttachView>, Trouble>,
) -> Vec<Effect> {
    app.notice = match result {
        Ok(Some(view)) => return vec![Effect::Jump(view)],
        Ok(None) if act == Act::Jump => Some(Notice::Wrong(Trouble {
            text: format!("The daemon does not say how to get to {name}."),
            hint: Some("Run `geppetto daemon restart`.".to_owned()),
        })),
        Ok(None) => None,
        Err(trouble) => Some(Notice::Wrong(trouble)),
    };
    Vec::new()
}

/// True when the screen of the selected runner may be another one now.
fn change(app: &mut App, event: Event) -> bool {
    match event {
        Event::Snapshot { runners, .. } => {
            app.away = None;
            app.is_loaded = true;
            keep_place(app, |app| app.runners = runners);
            true
        }
        Event::Runner { runner } => {
            let is_current = app.selected.as_ref() == Some(&runner.id);
            keep_place(app, |app| {
                match app.runners.iter_mut().find(|known| known.id == runner.id) {
                    Some(known) => *known = *runner,
                    None => app.runners.push(*runner),
                }
            });
            is_current
        }
        Event::RunnerRemoved { runner_id } => {
            keep_place(app, |app| app.runners.retain(|known| known.id != runner_id));
            if matches!(&app.mode, Mode::Confirm { runner, .. } if *runner == runner_id) {
                app.mode = Mode::List;
            }
            false
        }
        Event::Log { .. }
        | Event::Lagged { .. }
        | Event::LogEnd { .. }
        | Event::Transcript { .. }
        | Event::Status { .. } => false,
    }
}

/// Changes the list. Who was selected stays so; when they can no longer be seen, whoever took their place is.
fn keep_place(app: &mut App, change: impl FnOnce(&mut App)) {
    let place = app.current().map_or(0, |(place, _)| place);
    change(app);
    app.runners
        .sort_by(|a, b| (need(a), &a.name, &a.id).cmp(&(need(b), &b.name, &b.id)));
    if app.current().is_none() {
        let visible = app.visible();
        let last = visible.len().saturating_sub(1);
        app.selected = visible.get(place.min(last)).map(|runner| runner.id.clone());
    }
}

fn refilter(app: &mut App, filter: &str) {
    keep_place(app, |app| filter.clone_into(&mut app.filter));
}

fn move_by(app: &mut App, by: isize) {
    let visible = app.visible();
    let place = app.current().map_or(0, |(place, _)| place);
    let last = visible.len().saturating_sub(1);
    let to = place.saturating_add_signed(by).min(last);
    app.selected = visible.get(to).map(|runner| runner.id.clone());
}

/// Asks for the screen of the selected runner, unless that is being done. One question at a time: while a key is held
/// down, what is passed over is not asked for.
fn look(app: &mut App, again: bool) -> Option<Effect> {
    let selected = app.current().map(|(_, runner)| runner.id.clone());
    if app.preview.as_ref().map(|shown| &shown.runner) != selected.as_ref() {
        app.preview = None;
    }
    let selected = selected?;
    if let Some(asked) = &mut app.asked {
        asked.again |= again;
        if asked.is_open || (asked.runner == selected && !asked.again) {
            return None;
        }
    }
    app.asked = Some(Asked {
        runner: selected.clone(),
        is_open: true,
        again: false,
    });
    Some(Effect::Look(selected))
}

/// True when it was out of date before it came.
fn screen_came(app: &mut App, runner: String, screen: Result<Box<ScreenView>, Trouble>) -> bool {
    let again = match &mut app.asked {
        Some(asked) if asked.runner == runner => {
            asked.is_open = false;
            std::mem::take(&mut asked.again)
        }
        Some(_) | None => false,
    };
    // What was seen last stays while the daemon is away.
    let is_kept = app.away.is_some() && screen.is_err() && app.preview.is_some();
    if app.selected.as_ref() == Some(&runner) && !is_kept {
        app.preview = Some(Preview { runner, screen });
    }
    again
}

/// How soon a runner needs the person: the smaller the sooner.
fn need(runner: &RunnerView) -> u8 {
    match runner.status.as_str() {
        "waiting" | "failed" | "errored" => 0,
        "starting" | "running" => 2,
        "paused" => 3,
        "completed" | "stopped" => 4,
        // `idle`, `unknown`, and what a newer daemon may say.
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::crossterm::event::{KeyCode, KeyEvent};

    use super::*;
    use crate::tui::sample::{self, NOW, runner, screen, snapshot};

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
        let mut app = App::new(NOW);
        let runners = ["a", "b", "c"].map(|name| runner(name, "idle", 0));
        let effects = update(&mut app, snapshot(runners.to_vec()), NOW);
        assert_eq!(effects, [Effect::Look("a".to_owned())]);
        app
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
        assert_eq!(app.selected.as_deref(), Some("checkout"));
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
        assert_eq!(app.preview, None, "that was the screen of another");
        assert_eq!(seen(&mut app, "c"), []);
        assert_eq!(seen(&mut app, "c"), [], "a new screen asks for nothing");
        assert!(app.preview.is_some());
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
            let runner_id = app.selected.clone().unwrap();
            let gone = Event::RunnerRemoved { runner_id };
            update(&mut app, Message::Change(gone), NOW);
            assert_eq!(app.selected.as_deref(), Some(next));
        }
        update(&mut app, snapshot(Vec::new()), NOW);
        assert_eq!(app.selected, None);
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
        assert_eq!(app.mode, Mode::List);
        let stop = Effect::Ask {
            act: Act::Stop,
            runner: "a".to_owned(),
            name: "a".to_owned(),
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
    fn a_refusal_is_shown_until_the_next_key() {
        let mut app = three();
        press(&mut app, "p");
        assert!(matches!(app.notice, Some(Notice::Busy(_))));
        let refused = Message::Done {
            act: Act::Pause,
            name: "a".to_owned(),
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
            name: "a".to_owned(),
            result: Ok(Some(view.clone())),
        };
        assert_eq!(update(&mut app, found, NOW), [Effect::Jump(view)]);
    }

    #[test]
    fn the_filter_is_typed_kept_and_ended() {
        let mut app = three();
        seen(&mut app, "a");
        assert_eq!(press(&mut app, "/b"), [Effect::Look("b".to_owned())]);
        assert_eq!(names(&app), ["b"]);
        press(&mut app, "x\u{8}\n");
        assert_eq!((names(&app), &app.mode), (vec!["b"], &Mode::List));
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
        assert!(app.preview.as_ref().is_some_and(|kept| kept.screen.is_ok()));
        let back = snapshot(vec![runner("a", "idle", 0)]);
        assert_eq!(update(&mut app, back, NOW), [Effect::Look("a".to_owned())]);
        assert_eq!(app.away, None);
    }
}
