//! `logs --raw` and `logs --screen`: bytes as they were printed, and the screen.
//!
//! A person's terminal gets only what draws; a pipe or a file gets everything.

use super::args::{LogsArgs, PartArgs};
use super::client::PATIENCE;
use super::context::{Context, missing};
use super::failure::{Failure, Kind};
use super::moment::parse_moment;
use super::pieces::{Pieces, output_of, place_of};
use super::start::Start;
use crate::domain::outflow::Outflow;
use crate::wire::{Event, GetScreen, ReadTranscript, Request};

/// Prints the bytes, and with `--follow` goes on.
pub(crate) fn raw(args: &LogsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut client = context.connect(Start::WithTmux)?;
    let mut outflow = context.output.size().is_some().then(Outflow::default);
    let part = PartArgs {
        from: args.from.clone(),
        run: None,
    };
    if args.follow {
        let from = match &args.from {
            Some(text) => place_of(text, &args.of.runner, &mut client)?,
            None => "0:0".to_owned(),
        };
        let request = Request::StreamTranscript(ReadTranscript {
            runner: args.of.runner.clone(),
            from: Some(from),
            max_bytes: None,
        });
        client.ask(request, Some(PATIENCE))?;
        client.limit(None)?;
        while let Some(event) = client.event()? {
            if let Event::Transcript { pieces } = event {
                for piece in &pieces {
                    if let Some(bytes) = output_of(piece)? {
                        context.output.raw(&filtered(&mut outflow, bytes))?;
                    }
                }
                context.output.flush()?;
            }
        }
        return Err(Failure::new(Kind::Unreachable, "The daemon ended.")
            .hint("Runners go on; run the command again."));
    }
    let mut pieces = Pieces::new(&mut client, &args.of.runner, &part)?;
    while let Some(piece) = pieces.next()? {
        if let Some(bytes) = output_of(&piece)? {
            context.output.raw(&filtered(&mut outflow, bytes))?;
        }
    }
    Ok(())
}

fn filtered(outflow: &mut Option<Outflow>, bytes: Vec<u8>) -> Vec<u8> {
    match outflow {
        Some(outflow) => outflow.filter(&bytes),
        None => bytes,
    }
}

/// Prints the screen, with its colours when stdout is a terminal.
pub(crate) fn screen(args: &LogsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let (mut at, mut at_ms) = (None, None);
    if let Some(text) = &args.at {
        // A time of day has a colon, too: a place is two plain numbers, of which the second is not a minute.
        match parse_moment("--at", text, context.now_ms, &context.zone()) {
            Ok(ms) => at_ms = Some(ms),
            Err(failure) if !text.contains(':') => return Err(failure),
            Err(_no_time) => at = Some(text.clone()),
        }
    }
    let answer = context.ask(Request::GetScreen(GetScreen {
        runner: args.of.runner.clone(),
        at,
        at_ms,
    }))?;
    if args.of.json {
        return context.output.json(&answer);
    }
    let screen = answer.screen.ok_or_else(|| missing("screen"))?;
    let is_terminal = context.output.size().is_some();
    let rows = if is_terminal {
        &screen.styled
    } else {
        &screen.text
    };
    let used = rows
        .iter()
        .rposition(|row| !row.is_empty())
        .map_or(0, |last| last + 1);
    for row in rows.iter().take(used) {
        context.output.answer(row)?;
    }
    Ok(())
}
