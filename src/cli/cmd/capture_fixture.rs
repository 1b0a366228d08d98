//! `capture-fixture`: a runner's screen as a file that a test of the rules can read, without what is secret or tells whose it is.

use crate::cli::args::CaptureFixtureArgs;
use crate::cli::client::{Client, PATIENCE};
use crate::cli::context::{Context, ask_runner, missing};
use crate::cli::export::sink::Sink;
use crate::cli::failure::{Failure, Kind};
use crate::cli::start::Start;
use crate::config::{Environment, Settings};
use crate::domain::personal::Personal;
use crate::domain::redact::{Counts, Redactor};
use crate::domain::screen_fixture::{Expected, ScreenFixture};
use crate::domain::text::printable;
use crate::wire::{ExplanationView, GetScreen, Request, RunnerRef, RunnerView, ScreenView};

pub(crate) fn run(args: &CaptureFixtureArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let cleaner = Cleaner::new(context)?;
    let mut client = context.connect(Start::WithTmux)?;
    let runner = ask_runner(&mut client, &args.runner)?;
    let screen = screen_of(&mut client, &runner)?;
    let seen = remarks(args, &runner, explanation(&mut client, &runner));
    let mut sink = Sink::open(args.out.as_deref(), args.force, context.output)?;
    sink.write(
        fixture(args.expect, &runner.kind, &screen, &seen, &cleaner)
            .to_string()
            .as_bytes(),
    )?;
    sink.finish()?;
    drop(sink);
    if let Some(file) = &args.out {
        context.output.talk(format!(
            "Read {} before you give it to others: only known secrets, your home directory, your name and your host's are taken out.",
            file.display()
        ));
    }
    Ok(())
}

fn screen_of(client: &mut Client<'_>, runner: &RunnerView) -> Result<ScreenView, Failure> {
    let asked = Request::GetScreen(GetScreen {
        runner: runner.id.clone(),
        at: None,
        at_ms: None,
    });
    let answer = client.ask(asked, Some(PATIENCE))?;
    answer
        .screen
        .map(|screen| *screen)
        .ok_or_else(|| missing("screen"))
}

/// Why it has its status; `None` when the daemon does not tell, which is no reason to keep the screen back.
fn explanation(client: &mut Client<'_>, runner: &RunnerView) -> Option<ExplanationView> {
    let asked = Request::ExplainRunner(RunnerRef {
        runner: runner.id.clone(),
    });
    let answer = client.ask(asked, Some(PATIENCE)).ok()?;
    answer.explanation.map(|explanation| *explanation)
}

/// What was known besides the screen, for people.
fn remarks(
    args: &CaptureFixtureArgs,
    runner: &RunnerView,
    explanation: Option<ExplanationView>,
) -> Vec<String> {
    let shown = format!("shown as {}: {}", runner.status, runner.reason);
    let note = args.note.as_ref().map(|note| format!("note: {note}"));
    let evidence = explanation.map_or_else(Vec::new, |explanation| explanation.evidence);
    let evidence = evidence.into_iter().map(|piece| {
        format!(
            "{} says {} ({}), {} %: {}",
            piece.source, piece.status, piece.cause, piece.certainty, piece.detail
        )
    });
    [Some(shown), note]
        .into_iter()
        .flatten()
        .chain(evidence)
        .collect()
}

fn fixture(
    expect: Option<Expected>,
    kind: &str,
    screen: &ScreenView,
    remarks: &[String],
    cleaner: &Cleaner,
) -> ScreenFixture {
    ScreenFixture {
        kind: kind.to_owned(),
        // The daemon tells neither the version nor the title.
        version: String::new(),
        size: (screen.cols, screen.rows),
        title: String::new(),
        cursor: screen.cursor,
        expect,
        remarks: remarks.iter().map(|remark| cleaner.clean(remark)).collect(),
        rows: screen.text.iter().map(|row| cleaner.clean(row)).collect(),
    }
}

/// Takes out what others should not see.
struct Cleaner {
    secrets: Redactor,
    personal: Personal,
}

impl Cleaner {
    fn new(context: &Context<'_>) -> Result<Self, Failure> {
        let settings =
            Settings::load(context.environment, &context.paths.config_file).map_err(|error| {
                let hint = error.hint();
                Failure::from_error(Kind::Refused, error).hint(hint)
            })?;
        let secrets = Redactor::new(&settings.secrets).map_err(|error| {
            Failure::from_error(Kind::Refused, error).hint("Correct `secrets` in the config file.")
        })?;
        Ok(Self {
            secrets,
            personal: personal(context.environment),
        })
    }

    /// One line of it.
    fn clean(&self, text: &str) -> String {
        let starred = self.secrets.text(&printable(text), &mut Counts::new());
        self.personal.without(&starred)
    }
}

fn personal(environment: &Environment) -> Personal {
    let text = |value: std::ffi::OsString| value.into_string().ok();
    let home = environment.home().and_then(|home| text(home.into()));
    let user = ["USER", "LOGNAME"]
        .iter()
        .find_map(|name| environment.value(name).and_then(text));
    Personal::new(
        home.as_deref(),
        user.as_deref(),
        environment.host().as_deref(),
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn answers() -> [String; 3] {
        let found = runner("work", "idle");
        [
            format!(r#"{{"success":true,"runner":{found}}}"#),
            r#"{"success":true,"screen":{"run":1,"seq":9,"atMs":0,"cols":40,"rows":5,"cursor":[2,2],"text":["ann@box: AKIAABCDEFGHIJKLMNOP","","> go","",""],"styled":[]}}"#.to_owned(),
            r#"{"success":true,"explanation":{"status":"idle","sinceMs":1,"reason":"It takes a prompt.","cause":"ready","confidence":75,"resident":"No one.","evidence":[{"source":"screen","status":"idle","cause":"ready","detail":"prompt of ann","certainty":75,"sinceMs":1,"counts":true}]}}"#.to_owned(),
        ]
    }

    #[test]
    fn the_screen_is_written_without_what_is_secret_or_personal() {
        let [found, screen, why] = answers();
        let session = Session::new(&[&found, &screen, &why])
            .variable("USER", "ann")
            .variable("HOSTNAME", "box");
        let words = [
            "capture-fixture",
            "work",
            "--expect",
            "waiting approval",
            "--note",
            "seen by ann",
        ];
        assert_snapshot!(session.run(&words), @r#"
        > {"type":"get-runner","runner":"work"}
        > {"type":"get-screen","runner":"0190163d-8694-739b-aea5-966c26f8ad90"}
        > {"type":"explain-runner","runner":"0190163d-8694-739b-aea5-966c26f8ad90"}
        # kind = custom
        # version =
        # size = 40x5
        # title =
        # cursor = 2,2
        # expect = waiting approval
        # shown as idle: It printed.
        # note: seen by user
        # screen says idle (ready), 75 %: prompt of user
        ---
        user@host: AKIA****************

        > go
        [0]
        "#);
    }

    #[test]
    fn a_file_that_is_there_is_not_touched() {
        let [found, screen, why] = answers();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.txt");
        std::fs::write(&file, "mine").unwrap();
        let words = ["capture-fixture", "work", "--out", file.to_str().unwrap()];
        let told = Session::new(&[&found, &screen, &why]).run(&words);
        assert!(told.contains("is there already"), "{told}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    }
}
