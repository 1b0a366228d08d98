//! `popup`: what the plugin shows in a popup or window: the log of one runner, live, after choosing it. Not the
//! pager for long logs: it shows the newest rows only.

use std::collections::VecDeque;

use crate::cli::args::PopupVerb;
use crate::cli::client::{Client, PATIENCE};
use crate::cli::context::{Context, ask_runner};
use crate::cli::failure::Failure;
use crate::cli::page;
use crate::cli::render;
use crate::cli::screen::{Key, Screen, Wake};
use crate::cli::start::{self, Start};
use crate::config::Paths;
use crate::domain::text::printable;
use crate::wire::{Event, GetRunnerLogs, ListRunners, LogView, Request, RunnerView};

/// How many entries are kept to fill the screen again when it grows: more than any screen has rows.
const KEPT: usize = 500;

pub(crate) fn run(verb: &PopupVerb, context: &mut Context<'_>) -> Result<(), Failure> {
    match verb {
        PopupVerb::Logs(args) => logs(args.runner.as_deref(), context),
    }
}

fn logs(named: Option<&str>, context: &mut Context<'_>) -> Result<(), Failure> {
    let (paths, now_ms) = (context.paths, context.now_ms);
    let mut screen = Screen::take(context.output)?;
    let found = match named {
        Some(runner) => one(paths, runner).map(|runner| vec![runner]),
        None => runners(paths),
    };
    let picked = match found {
        Ok(runners) => pick(runners, now_ms, &mut screen)?,
        Err(failure) => return tell(&lines(&failure), &mut screen),
    };
    match picked {
        Some(runner) => match follow(&runner, paths, &mut screen) {
            Err(failure) if failure.tag().is_some() => tell(&lines(&failure), &mut screen),
            done => done,
        },
        None => Ok(()),
    }
}

/// All runners, those that have not ended first.
fn runners(paths: &Paths) -> Result<Vec<RunnerView>, Failure> {
    let request = Request::ListRunners(ListRunners::default());
    let answer = start::connect(paths, Start::WithTmux)?.ask(request, Some(PATIENCE))?;
    let mut runners = answer.runners.unwrap_or_default();
    runners.sort_by_key(|runner| runner.exit.is_some());
    Ok(runners)
}

fn one(paths: &Paths, runner: &str) -> Result<RunnerView, Failure> {
    ask_runner(&mut start::connect(paths, Start::WithTmux)?, runner)
}

/// Lets the person choose; `None` when they close it. One runner is no choice.
fn pick(
    mut runners: Vec<RunnerView>,
    now_ms: u64,
    screen: &mut Screen<'_>,
) -> Result<Option<RunnerView>, Failure> {
    if runners.len() < 2 {
        if runners.is_empty() {
            let none = [
                "No runner is watched.",
                "",
                "Press prefix + G in a session to watch it.",
            ];
            tell(&none.map(str::to_owned), screen)?;
        }
        return Ok(runners.pop());
    }
    let items: Vec<String> = (1..)
        .zip(&runners)
        .map(|(number, runner)| item(number, runner, now_ms))
        .collect();
    let mut chosen = 0;
    loop {
        screen.draw(&page::choice(
            &items,
            chosen,
            "1-9 j k Enter: show, q: close",
            screen.size(),
        ))?;
        match screen.wait(None)? {
            Wake::Key(Key::Close) => return Ok(None),
            Wake::Key(Key::Up) => chosen = chosen.saturating_sub(1),
            Wake::Key(Key::Down) => chosen = (chosen + 1).min(items.len() - 1),
            Wake::Key(Key::Enter) => return Ok(Some(runners.swap_remove(chosen))),
            Wake::Key(Key::Digit(digit)) if usize::from(digit) <= runners.len() => {
                return Ok(Some(runners.swap_remove(usize::from(digit) - 1)));
            }
            Wake::Key(Key::Digit(_)) | Wake::Connection | Wake::Redraw => {}
        }
    }
}

fn item(number: usize, runner: &RunnerView, now_ms: u64) -> String {
    let name = printable(&runner.name);
    format!(
        "{number:>2} {name}  {} {}",
        runner.status,
        render::age(runner.since_ms, now_ms)
    )
}

/// Shows a runner's log until the person closes it.
fn follow(runner: &RunnerView, paths: &Paths, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let request = Request::StreamRunnerLogs(GetRunnerLogs {
        runner: runner.id.clone(),
        limit: Some(KEPT),
        ..GetRunnerLogs::default()
    });
    let mut client = Some(start::connect(paths, Start::WithTmux)?);
    if let Some(client) = &mut client {
        client.ask(request, Some(PATIENCE))?;
        client.limit(None)?;
    }
    let mut view = View::new(&runner.name);
    loop {
        let waiting = client.as_ref().filter(|client| client.has_buffered());
        let wake = match waiting {
            Some(_) => Wake::Connection,
            None => {
                screen.draw(&page::log(view.entries.iter(), &view.bar, screen.size()))?;
                screen.wait(client.as_ref().map(Client::socket))?
            }
        };
        match wake {
            Wake::Key(Key::Close) => return Ok(()),
            Wake::Connection => match client.as_mut().map_or(Ok(None), Client::event)? {
                Some(event) => view.apply(event),
                None => {
                    view.bar = format!("{} - the daemon has ended - q: close", view.name);
                    client = None;
                }
            },
            Wake::Key(_) | Wake::Redraw => {}
        }
    }
}

/// What is known of the log.
struct View {
    name: String,
    entries: VecDeque<LogView>,
    bar: String,
}

impl View {
    fn new(name: &str) -> Self {
        let name = printable(name);
        Self {
            bar: format!("{name} - q: close"),
            entries: VecDeque::with_capacity(KEPT),
            name,
        }
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Log { entries } => {
                self.bar = format!("{} - q: close", self.name);
                self.entries.extend(entries);
            }
            Event::Lagged { count } => self.entries.push_back(LogView {
                run: 0,
                seq: 0,
                at_ms: 0,
                source: "geppetto".to_owned(),
                text: format!("({count} lines left out)"),
            }),
            Event::LogEnd { runner } => {
                self.bar = format!("{} - {} - q: close", self.name, render::status(&runner));
            }
            Event::Snapshot { .. }
            | Event::Runner { .. }
            | Event::Transcript { .. }
            | Event::RunnerRemoved { .. }
            | Event::Status { .. } => {}
        }
        let surplus = self.entries.len().saturating_sub(KEPT);
        self.entries.drain(..surplus);
    }
}

/// A failure as lines: its sentence, and its next steps.
fn lines(failure: &Failure) -> Vec<String> {
    let hints = failure
        .hints()
        .iter()
        .flat_map(|hint| [String::new(), hint.clone()]);
    std::iter::once(failure.to_string()).chain(hints).collect()
}

/// Shows lines until the person closes them.
fn tell(lines: &[String], screen: &mut Screen<'_>) -> Result<(), Failure> {
    let entries: Vec<LogView> = lines
        .iter()
        .map(|line| LogView {
            run: 0,
            seq: 0,
            at_ms: 0,
            source: "pane".to_owned(),
            text: line.clone(),
        })
        .collect();
    loop {
        screen.draw(&page::log(entries.iter(), "q: close", screen.size()))?;
        if let Wake::Key(Key::Close | Key::Enter) = screen.wait(None)? {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::Session;

    fn entry(text: &str) -> LogView {
        LogView {
            run: 0,
            seq: 1,
            at_ms: 0,
            source: "pane".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn without_a_terminal_it_says_what_to_use() {
        let said = Session::new(&[]).run(&["popup", "logs"]).to_string();
        assert!(said.contains("geppetto logs -f"), "{said}");
    }

    #[test]
    fn the_view_is_bounded_and_says_what_was_left_out() {
        let mut view = View::new("a\x1bb");
        view.apply(Event::Log {
            entries: vec![entry("x"); KEPT + 5],
        });
        view.apply(Event::Lagged { count: 7 });
        assert_eq!(view.entries.len(), KEPT);
        assert_eq!(
            view.entries.back().map(|entry| entry.text.as_str()),
            Some("(7 lines left out)")
        );
        assert_eq!(view.bar, "ab - q: close");
    }
}
