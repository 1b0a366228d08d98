//! Does what the dashboard wishes to know of a status, and what a person wants to keep of one that is wrong.

use jiff::tz::TimeZone;

use super::changes::trouble;
use super::client::PATIENCE;
use super::clock::now_ms;
use super::context::{ask_runner, missing};
use super::explanation::{HEAD, row, sentences};
use super::failure::Failure;
use super::fixture::{self, Cleaner};
use super::glance::connect;
use crate::config::{Environment, Paths};
use crate::domain::screen_fixture::Expected;
use crate::tui::light::{self, Right, Shot};
use crate::tui::why::{self, Piece, Told};
use crate::wire::{Request, RunnerRef};

/// Why a runner has its status; `program` is how geppetto is called for the same server.
pub(crate) fn explain(paths: &Paths, program: &str, zone: &TimeZone, runner: String) -> why::News {
    let told = told(paths, zone, &runner).map(Box::new);
    let told = told.map_err(|failure| trouble(failure, program));
    why::News { runner, told }
}

/// Starts no daemon: this is asked again and again, and whoever ended it wants it to be gone.
fn told(paths: &Paths, zone: &TimeZone, runner: &str) -> Result<Told, Failure> {
    let request = Request::ExplainRunner(RunnerRef {
        runner: runner.to_owned(),
    });
    let answer = connect(paths)?.ask(request, Some(PATIENCE))?;
    let known = answer.explanation.ok_or_else(|| missing("explanation"))?;
    let evidence = known.evidence.iter().map(|one| Piece {
        cells: row(one, zone),
        counts: one.counts,
    });
    Ok(Told {
        sentences: sentences(&known, zone),
        head: HEAD,
        evidence: evidence.collect(),
    })
}

/// Does it.
pub(crate) fn fulfil(
    paths: &Paths,
    program: &str,
    environment: &Environment,
    wish: light::Wish,
) -> light::News {
    let trouble = |failure| trouble(failure, program);
    match wish {
        light::Wish::Take(runner) => {
            let shot = take(paths, &runner).map(Box::new).map_err(trouble);
            light::News::Taken { runner, shot }
        }
        light::Wish::Keep { shot, right } => {
            light::News::Kept(keep(paths, environment, &shot, right).map_err(trouble))
        }
    }
}

/// What there is to see now: a moment later it may be gone.
fn take(paths: &Paths, runner: &str) -> Result<Shot, Failure> {
    let mut client = connect(paths)?;
    let runner = ask_runner(&mut client, runner)?;
    fixture::take(&mut client, runner)
}

/// The path of the file.
fn keep(
    paths: &Paths,
    environment: &Environment,
    shot: &Shot,
    right: Right,
) -> Result<String, Failure> {
    let cleaner = Cleaner::new(environment, paths)?;
    let expect = Expected::from_words(right.word());
    let fixture = fixture::of(shot, expect, None, &cleaner);
    let file = fixture::keep(paths, &fixture, now_ms())?;
    Ok(file.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::{FakeDaemon, runner};

    const WHY: &str = r#"{"success":true,"explanation":{"status":"idle","sinceMs":1764000000000,"reason":"It takes a prompt.","cause":"ready","confidence":75,"resident":"","title":"work","evidence":[{"source":"screen","status":"idle","cause":"ready","detail":"prompt","certainty":75,"sinceMs":1764000000000,"counts":true}]}}"#;

    #[test]
    fn the_page_says_what_the_verb_says() {
        let daemon = FakeDaemon::answering(&[&format!("{WHY}\n")]);
        let news = explain(
            daemon.paths(),
            "geppetto",
            &TimeZone::UTC,
            "work".to_owned(),
        );
        let told = news.told.unwrap();
        assert_eq!(news.runner, "work");
        assert_eq!(
            told.sentences,
            [
                "idle since 2025-11-24 16:00:00: It takes a prompt.",
                "cause: ready, 75 % sure"
            ]
        );
        let [piece] = &told.evidence[..] else {
            panic!("{told:?}");
        };
        assert!(piece.counts);
        assert_eq!(piece.cells[0], "screen");
        assert_eq!(piece.cells[6], "yes");
    }

    #[test]
    fn what_was_to_be_seen_is_kept_with_what_is_right() {
        let screen = r#"{"success":true,"screen":{"run":1,"seq":9,"atMs":0,"cols":40,"rows":5,"text":["> go"],"styled":[]}}"#;
        let found = format!(r#"{{"success":true,"runner":{}}}"#, runner("work", "idle"));
        let answers = [&found, screen, WHY].map(|answer| format!("{answer}\n"));
        let daemon = FakeDaemon::answering(&answers.each_ref().map(String::as_str));
        let environment = Environment::given([("HOME", "/home/ann")]);
        let wish = |wish| fulfil(daemon.paths(), "geppetto", &environment, wish);
        let light::News::Taken { runner, shot } = wish(light::Wish::Take("work".to_owned())) else {
            panic!("something else");
        };
        assert_eq!(runner, "work");
        let keep = light::Wish::Keep {
            shot: shot.unwrap(),
            right: Right::Waiting,
        };
        let light::News::Kept(Ok(path)) = wish(keep) else {
            panic!("it was not kept");
        };
        let text = std::fs::read_to_string(path).unwrap();
        assert!(
            text.contains("# title = work\n# cursor = hidden\n# expect = waiting\n"),
            "{text}"
        );
        assert!(text.contains("# screen says idle (ready), 75 %: prompt\n---\n> go\n"));
    }

    #[test]
    fn without_a_daemon_that_is_told() {
        let home = crate::cli::fake::Home::new();
        let news = explain(
            home.paths(),
            "geppetto -L x",
            &TimeZone::UTC,
            "w".to_owned(),
        );
        let trouble = news.told.unwrap_err();
        assert_eq!(
            trouble.hint.as_deref(),
            Some("Start it with `geppetto -L x daemon start`.")
        );
    }
}
