//! `logs`: what a runner printed, and what it goes on to print.

use jiff::tz::TimeZone;

use crate::cli::args::LogsArgs;
use crate::cli::client::PATIENCE;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::moment::parse_moment;
use crate::cli::output::Output;
use crate::cli::pieces::place_of;
use crate::cli::raw_log;
use crate::cli::render;
use crate::cli::start::Start;
use crate::cli::turn_log;
use crate::domain::text::printable;
use crate::wire::{Event, GetRunnerLogs, LogView, Request};

pub(crate) fn run(args: &LogsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    if args.turns {
        return turn_log::run(args, context);
    }
    if args.raw {
        return raw_log::raw(args, context);
    }
    if args.screen {
        return raw_log::screen(args, context);
    }
    let request = request(args, context)?;
    let style = Style {
        json: args.of.json,
        zone: args.time.then(|| context.zone()),
    };
    if args.follow || args.until_end {
        return follow(args, request, &style, context);
    }
    let answer = context.ask(Request::GetRunnerLogs(request))?;
    style.print(&answer.entries.unwrap_or_default(), context.output)
}

fn request(args: &LogsArgs, context: &Context<'_>) -> Result<GetRunnerLogs, Failure> {
    let (now, zone) = (context.now_ms, context.zone());
    let moment = |flag: &str, text: &Option<String>| {
        text.as_ref()
            .map(|text| parse_moment(flag, text, now, &zone))
            .transpose()
    };
    let from = match &args.from {
        Some(text) => {
            let mut client = context.connect(Start::WithTmux)?;
            Some(place_of(text, &args.of.runner, &mut client)?)
        }
        None => None,
    };
    Ok(GetRunnerLogs {
        runner: args.of.runner.clone(),
        limit: args.lines,
        from,
        since_ms: moment("--since", &args.since)?,
        until_ms: moment("--until", &args.until)?,
        grep: args.grep.clone(),
        context: args.context,
        ..GetRunnerLogs::default()
    })
}

fn follow(
    args: &LogsArgs,
    request: GetRunnerLogs,
    style: &Style,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let mut client = context.connect(Start::WithTmux)?;
    client.ask(Request::StreamRunnerLogs(request), Some(PATIENCE))?;
    client.limit(None)?;
    while let Some(event) = client.event()? {
        match event {
            Event::Log { entries } => {
                style.print(&entries, context.output)?;
                context.output.flush()?;
            }
            Event::Lagged { count } => {
                let entries = if count == 1 {
                    "entry was"
                } else {
                    "entries were"
                };
                context.output.talk(format!(
                    "{count} log {entries} left out, since this reader was too slow."
                ));
            }
            Event::LogEnd { .. } if args.until_end => return Ok(()),
            Event::LogEnd { runner } => {
                let name = printable(&runner.name);
                context
                    .output
                    .talk(format!("{name} ended: {}.", render::status(&runner)));
            }
            Event::Snapshot { .. }
            | Event::Runner { .. }
            | Event::RunnerRemoved { .. }
            | Event::Transcript { .. }
            | Event::Status { .. }
            | Event::Stats { .. } => {}
        }
    }
    Err(Failure::new(Kind::Unreachable, "The daemon ended.")
        .hint("Runners go on; run the command again."))
}

/// How entries are shown.
struct Style {
    json: bool,
    /// The zone of the times, when times are shown.
    zone: Option<TimeZone>,
}

impl Style {
    fn print(&self, entries: &[LogView], output: &mut Output) -> Result<(), Failure> {
        for entry in entries {
            if self.json {
                output.json(entry)?;
                continue;
            }
            let text = printable(&entry.text);
            match &self.zone {
                Some(zone) => {
                    output.answer(format!("{} {text}", render::time_of_day(entry.at_ms, zone)))?;
                }
                None => output.answer(text)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    const ENTRIES: &str = r#"[{"run":1,"seq":1,"atMs":1764000000250,"source":"pane","text":"one"},{"run":1,"seq":2,"atMs":1764000001000,"source":"geppetto","text":"two\u001b]0;x\u0007"}]"#;

    fn entries() -> String {
        format!(r#"{{"success":true,"entries":{ENTRIES}}}"#)
    }

    fn stream() -> String {
        let ended = runner("work", "completed");
        format!(
            "{{\"success\":true}}\n{{\"type\":\"log\",\"entries\":{ENTRIES}}}\n\
             {{\"type\":\"from-the-future\",\"x\":1}}\n{{\"type\":\"lagged\",\"count\":7}}\n\
             {{\"type\":\"log-end\",\"runner\":{ended}}}"
        )
    }

    #[test]
    fn entries_are_printed_without_escapes() {
        assert_snapshot!(Session::new(&[&entries()]).run(&["logs", "work", "-n", "2"]), @r#"
        > {"type":"get-runner-logs","runner":"work","limit":2}
        one
        two]0;x
        [0]
        "#);
        assert_snapshot!(Session::new(&[&entries()]).run(&["logs", "work", "--time"]), @r#"
        > {"type":"get-runner-logs","runner":"work"}
        16:00:00.250 one
        16:00:01.000 two]0;x
        [0]
        "#);
        assert_snapshot!(Session::new(&[&entries()]).run(&["logs", "work", "--json"]), @r#"
        > {"type":"get-runner-logs","runner":"work"}
        {"run":1,"seq":1,"atMs":1764000000250,"source":"pane","text":"one"}
        {"run":1,"seq":2,"atMs":1764000001000,"source":"geppetto","text":"two\u001b]0;x\u0007"}
        [0]
        "#);
    }

    #[test]
    fn a_stream_goes_on_after_the_end_until_the_daemon_closes_it() {
        assert_snapshot!(Session::new(&[&stream()]).run(&["logs", "work", "-f"]), @r#"
        > {"type":"stream-runner-logs","runner":"work"}
        one
        two]0;x
        ! 7 log entries were left out, since this reader was too slow.
        ! work ended: completed (exit code 0).
        ! error: The daemon ended.
        ! hint: Runners go on; run the command again.
        [3]
        "#);
    }

    #[test]
    fn a_stream_until_the_end_ends_there() {
        assert_snapshot!(Session::new(&[&stream()]).run(&["logs", "work", "--until-end", "--json"]), @r#"
        > {"type":"stream-runner-logs","runner":"work"}
        {"run":1,"seq":1,"atMs":1764000000250,"source":"pane","text":"one"}
        {"run":1,"seq":2,"atMs":1764000001000,"source":"geppetto","text":"two\u001b]0;x\u0007"}
        ! 7 log entries were left out, since this reader was too slow.
        [0]
        "#);
    }

    #[test]
    fn a_stream_that_is_refused_looks_as_any_refusal() {
        let refusal = r#"{"success":false,"error":{"tag":"RunnerNotFound","message":"There is no runner \"x\"."}}"#;
        assert_snapshot!(Session::new(&[refusal]).run(&["logs", "x", "-f"]), @r#"
        > {"type":"stream-runner-logs","runner":"x"}
        ! error: There is no runner "x".
        [1]
        "#);
    }
}
