//! `export`: what a runner printed, in a form for others. Secrets are starred out unless they are asked to stay.

use crate::cli::args::{ExportArgs, Format};
use crate::cli::context::{Context, ask_runner};
use crate::cli::export::sink::Sink;
use crate::cli::export::{asciicast, page, picture, text};
use crate::cli::failure::{Failure, Kind};
use crate::cli::pieces::{Pieces, output_of, place_of};
use crate::cli::start::Start;
use crate::config::Settings;
use crate::domain::redact::{Counts, RedactStream, Redactor};

pub(crate) fn run(args: &ExportArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let redactor = redactor(args, context)?;
    let mut client = context.connect(Start::WithTmux)?;
    let runner = ask_runner(&mut client, &args.runner)?;
    let zone = context.zone();
    let from = match (&args.part.from, args.part.run) {
        (Some(text), _) => place_of(text, &runner.id, &mut client)?,
        // An entry at the very beginning of a run must be behind the place.
        (None, Some(run)) => format!("{}:{}", run.saturating_sub(1), u64::MAX),
        (None, None) => "0:0".to_owned(),
    };
    let mut sink = Sink::open(args.output.as_deref(), args.force, context.output)?;
    let log = (runner.id.as_str(), from.as_str(), args.part.run);
    let counts = match args.format {
        Format::Text => text::write(&mut client, log, &zone, redactor.as_ref(), &mut sink)?,
        Format::Html => {
            let part = (from.as_str(), args.part.run);
            page::write(
                &mut client,
                &runner,
                part,
                &zone,
                redactor.as_ref(),
                &mut sink,
            )?
        }
        Format::Svg => picture::write(&mut client, &runner, redactor.as_ref(), &mut sink)?,
        Format::Asciicast => {
            let pieces = Pieces::new(&mut client, &runner.id, &args.part)?;
            asciicast::write(pieces, &runner.name, redactor, &mut sink)?
        }
        Format::Raw => {
            let pieces = Pieces::new(&mut client, &runner.id, &args.part)?;
            raw(pieces, redactor, &mut sink)?
        }
    };
    sink.finish()?;
    drop(sink);
    tell(&counts, context);
    Ok(())
}

fn redactor(args: &ExportArgs, context: &Context<'_>) -> Result<Option<Redactor>, Failure> {
    if args.no_redact {
        return Ok(None);
    }
    let settings =
        Settings::load(context.environment, &context.paths.config_file).map_err(|error| {
            let hint = error.hint();
            Failure::from_error(Kind::Refused, error).hint(hint)
        })?;
    Redactor::new(&settings.secrets).map(Some).map_err(|error| {
        Failure::from_error(Kind::Refused, error).hint("Correct `secrets` in the config file.")
    })
}

fn raw(
    mut pieces: Pieces<'_, '_>,
    redactor: Option<Redactor>,
    sink: &mut Sink<'_>,
) -> Result<Counts, Failure> {
    let mut stream = redactor.map(RedactStream::new);
    while let Some(piece) = pieces.next()? {
        let Some(bytes) = output_of(&piece)? else {
            continue;
        };
        match &mut stream {
            Some(stream) => sink.write(&stream.push(&bytes))?,
            None => sink.write(&bytes)?,
        }
    }
    let Some(stream) = stream else {
        return Ok(Counts::new());
    };
    let (rest, counts) = stream.finish();
    sink.write(&rest)?;
    Ok(counts)
}

/// Says what was starred out.
fn tell(counts: &Counts, context: &mut Context<'_>) {
    if counts.is_empty() {
        return;
    }
    let kinds: Vec<String> = counts
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    context.output.talk(format!(
        "Starred out: {}. --no-redact leaves them in.",
        kinds.join(", ")
    ));
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn found() -> String {
        format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("work", "completed")
        )
    }

    /// Two runs, a secret that is cut in two, a character that is cut, a gap, a mark, an end.
    fn page() -> String {
        use base64::Engine as _;
        let data = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let secret = ["ghp", "_aB3daB3daB3d"].concat();
        let pieces = [
            format!(
                r#"{{"run":1,"seq":0,"atMs":1764000000000,"kind":"seed","cols":100,"rows":30,"data":"{}"}}"#,
                data(b"$ ")
            ),
            format!(
                r#"{{"run":1,"seq":0,"atMs":1764000000500,"kind":"output","data":"{}"}}"#,
                data(secret.as_bytes())
            ),
            format!(
                r#"{{"run":1,"seq":16,"atMs":1764000001000,"kind":"output","data":"{}"}}"#,
                data(b"aB3daB3daB3d\r\n\xc3")
            ),
            format!(
                r#"{{"run":1,"seq":31,"atMs":1764000001250,"kind":"output","data":"{}"}}"#,
                data(b"\xa9\r\n")
            ),
            r#"{"run":1,"seq":34,"atMs":1764000002000,"kind":"gap","bytes":7,"reason":"overrun"}"#
                .to_owned(),
            r#"{"run":1,"seq":34,"atMs":1764000002000,"kind":"marker","text":"here"}"#.to_owned(),
            r#"{"run":1,"seq":34,"atMs":1764000002500,"kind":"resize","cols":120,"rows":30}"#
                .to_owned(),
            r#"{"run":1,"seq":34,"atMs":1764000003000,"kind":"end","code":3}"#.to_owned(),
            format!(
                r#"{{"run":2,"seq":0,"atMs":1764000009000,"kind":"output","data":"{}"}}"#,
                data(b"again\r\n")
            ),
        ];
        format!(
            r#"{{"success":true,"transcript":{{"pieces":[{}],"first":"1:0","end":"2:7","bytes":41,"onDisk":100}}}}"#,
            pieces.join(",")
        )
    }

    #[test]
    fn a_recording_has_times_sizes_marks_and_no_secrets() {
        assert_snapshot!(Session::new(&[&found(), &page()]).run(&["export", "work", "--format", "asciicast"]), @r#"
        > {"type":"get-runner","runner":"work"}
        > {"type":"read-transcript","runner":"0190163d-8694-739b-aea5-966c26f8ad90","from":"0:0"}
        {"term":{"cols":100,"rows":30},"timestamp":1764000000,"title":"work","version":3}
        [0.0,"o","$ "]
        [0.5,"o","ghp_************"]
        [0.5,"o","************\r\n"]
        [0.25,"o","é\r\n"]
        [0.75,"m","output is missing (7 bytes, overrun)"]
        [0.0,"m","here"]
        [0.5,"r","120x30"]
        [0.5,"x","3"]
        [6.0,"m","run 2"]
        [0.0,"o","\u001bc"]
        [0.0,"o","again\r\n"]
        ! Starred out: 1 github-token. --no-redact leaves them in.
        [0]
        "#);
    }

    #[test]
    fn bytes_are_exact_when_secrets_may_stay() {
        assert_snapshot!(Session::new(&[&found(), &page()]).run(&["export", "work", "--format", "raw", "--no-redact", "--run", "2"]), @r#"
        > {"type":"get-runner","runner":"work"}
        > {"type":"read-transcript","runner":"0190163d-8694-739b-aea5-966c26f8ad90","from":"2:0"}
        ghp_aB3daB3daB3daB3daB3daB3d
        é
        again
        [0]
        "#);
    }

    #[test]
    fn the_log_is_text_with_times() {
        let entries = r#"{"success":true,"entries":[{"run":1,"seq":3,"atMs":1764000000250,"source":"pane","text":"https://me:pa55word@host"},{"run":2,"seq":9,"atMs":1764000001000,"source":"geppetto","text":"Mark: x"}]}"#;
        let none = r#"{"success":true,"entries":[]}"#;
        assert_snapshot!(Session::new(&[&found(), entries, none]).run(&["export", "work", "--format", "text"]), @r#"
        > {"type":"get-runner","runner":"work"}
        > {"type":"get-runner-logs","runner":"0190163d-8694-739b-aea5-966c26f8ad90","limit":5000,"from":"0:0"}
        > {"type":"get-runner-logs","runner":"0190163d-8694-739b-aea5-966c26f8ad90","limit":5000,"from":"2:9"}
        2025-11-24 16:00:00 https://me:********@host
        2025-11-24 16:00:01 Mark: x
        ! Starred out: 1 url-password. --no-redact leaves them in.
        [0]
        "#);
    }

    #[test]
    fn a_picture_has_text_in_its_colours_and_columns() {
        let screen = r#"{"success":true,"screen":{"run":1,"seq":0,"atMs":0,"cols":20,"rows":2,"text":[],"styled":["a<b\u001b[0;1;31m修\u001b[0m","\u001b[0;7m \u001b[0m https://me:pa55word@host"]}}"#;
        assert_snapshot!(Session::new(&[&found(), screen]).run(&["export", "work", "--format", "svg"]), @r##"
        > {"type":"get-runner","runner":"work"}
        > {"type":"get-screen","runner":"0190163d-8694-739b-aea5-966c26f8ad90"}
        <svg xmlns="http://www.w3.org/2000/svg" width="192.0" height="60.0" viewBox="0 0 192.0 60.0" role="img">
        <title>work</title>
        <rect width="100%" height="100%" rx="6" fill="#1e1e27"/>
        <g font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="#dcdce0" shape-rendering="crispEdges">
        <text x="12.0" y="25.5" textLength="25.2" lengthAdjust="spacingAndGlyphs">a&lt;b</text>
        <text x="37.2" y="25.5" textLength="16.8" lengthAdjust="spacingAndGlyphs" fill="#e06c75" font-weight="bold">修</text>
        <path fill="#dcdce0" d="M12.0 30.0H20.4V48.0H12.0z"/>
        <text x="28.8" y="43.5" textLength="201.6" lengthAdjust="spacingAndGlyphs">https://me:********@host</text>
        </g>
        </svg>
        ! Starred out: 1 url-password. --no-redact leaves them in.
        [0]
        "##);
    }

    #[test]
    fn a_page_without_a_screen_is_whole_and_one_whose_screen_cannot_be_read_is_a_failure() {
        let none = r#"{"success":true,"entries":[]}"#;
        let export = |tag: &str| {
            let refused = format!(
                r#"{{"success":false,"error":{{"tag":"{tag}","message":"There is no screen."}}}}"#
            );
            let session = Session::new(&[&found(), none, &refused]);
            session.run(&["export", "work", "--format", "html"])
        };
        let whole = export("NoScreen");
        assert!(whole.contains("</body></html>"), "{whole}");
        assert!(whole.ends_with("[0]\n"), "{whole}");
        let failed = export("Store");
        assert!(!failed.contains("</body></html>"), "{failed}");
        assert!(failed.contains("There is no screen."), "{failed}");
        assert!(failed.ends_with("[1]\n"), "{failed}");
    }
}
