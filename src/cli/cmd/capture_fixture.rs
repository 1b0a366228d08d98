//! `capture-fixture`: a runner's screen as a file that a test of the rules can read, without what is secret or tells whose it is.

use crate::cli::args::CaptureFixtureArgs;
use crate::cli::context::{Context, ask_runner};
use crate::cli::export::sink::Sink;
use crate::cli::failure::Failure;
use crate::cli::fixture::{self, Cleaner};
use crate::cli::start::Start;

pub(crate) fn run(args: &CaptureFixtureArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let cleaner = Cleaner::new(context.environment, context.paths)?;
    let mut client = context.connect(Start::WithTmux)?;
    let runner = ask_runner(&mut client, &args.runner)?;
    let shot = fixture::take(&mut client, runner)?;
    let fixture = fixture::of(&shot, args.expect, args.note.as_deref(), &cleaner);
    let mut sink = Sink::open(args.out.as_deref(), args.force, context.output)?;
    sink.write(fixture.to_string().as_bytes())?;
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn answers() -> [String; 3] {
        let found = runner("work", "idle");
        [
            format!(r#"{{"success":true,"runner":{found}}}"#),
            r#"{"success":true,"screen":{"run":1,"seq":9,"atMs":0,"cols":40,"rows":5,"cursor":[2,2],"text":["ann@box: AKIAABCDEFGHIJKLMNOP","","> go","",""],"styled":[]}}"#.to_owned(),
            r#"{"success":true,"explanation":{"status":"idle","sinceMs":1,"reason":"It takes a prompt.","cause":"ready","confidence":75,"resident":"No one.","agentVersion":"2.1","title":"ann: \u001b[31mgo","evidence":[{"source":"screen","status":"idle","cause":"ready","detail":"prompt of ann","certainty":75,"sinceMs":1,"counts":true}]}}"#.to_owned(),
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
        # version = 2.1
        # size = 40x5
        # title = user: [31mgo
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
    fn a_daemon_that_does_not_explain_is_no_reason_to_keep_the_screen_back() {
        let [found, screen, _] = answers();
        let why = r#"{"success":false,"error":{"tag":"UnknownRequest","message":"What?"}}"#;
        let told = Session::new(&[&found, &screen, why]).run(&[
            "capture-fixture",
            "work",
            "--expect",
            "idle",
        ]);
        assert!(
            told.contains(
                "# version =\n# size = 40x5\n# title =\n# cursor = 2,2\n# expect = idle\n"
            ),
            "{told}"
        );
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
