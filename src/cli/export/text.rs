//! The readable log in pages, and its export as text.

use jiff::tz::TimeZone;

use super::sink::Sink;
use crate::cli::client::{Client, PATIENCE};
use crate::cli::failure::Failure;
use crate::cli::render;
use crate::domain::redact::{Counts, Redactor};
use crate::domain::text::printable;
use crate::wire::{GetRunnerLogs, LogView, Request};

/// Entries asked for at a time.
const PAGE: usize = 5000;

/// Calls `each` with every entry of a runner behind `from`, in order; of one run only, when that is given.
///
/// # Errors
/// The daemon's refusal, and what `each` says.
pub(crate) fn entries(
    client: &mut Client<'_>,
    runner: &str,
    from: &str,
    run: Option<u32>,
    mut each: impl FnMut(&LogView) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut from = from.to_owned();
    loop {
        let request = Request::GetRunnerLogs(GetRunnerLogs {
            runner: runner.to_owned(),
            limit: Some(PAGE),
            from: Some(from.clone()),
            ..GetRunnerLogs::default()
        });
        let page = client
            .ask(request, Some(PATIENCE))?
            .entries
            .unwrap_or_default();
        let Some(last) = page.last() else {
            return Ok(());
        };
        from = format!("{}:{}", last.run, last.seq);
        for entry in &page {
            match run {
                Some(run) if entry.run > run => return Ok(()),
                Some(run) if entry.run < run => {}
                _ => each(entry)?,
            }
        }
    }
}

/// Writes the log, each line with its time; returns what was starred out.
///
/// # Errors
/// The daemon's refusal, or that the sink takes no more.
pub(crate) fn write(
    client: &mut Client<'_>,
    (runner, from, run): (&str, &str, Option<u32>),
    zone: &TimeZone,
    redactor: Option<&Redactor>,
    sink: &mut Sink<'_>,
) -> Result<Counts, Failure> {
    let mut counts = Counts::new();
    entries(client, runner, from, run, |entry| {
        let text = starred(&entry.text, redactor, &mut counts);
        let time = render::date_time(entry.at_ms, zone);
        sink.write(format!("{time} {text}\n").as_bytes())
    })?;
    Ok(counts)
}

/// Printable text without secrets.
pub(crate) fn starred(text: &str, redactor: Option<&Redactor>, counts: &mut Counts) -> String {
    let text = printable(text);
    match redactor {
        Some(redactor) => redactor.text(&text, counts),
        None => text,
    }
}
