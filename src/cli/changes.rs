//! Follows all runners for as long as somebody wants to know, over every end of the daemon: when it is gone that is
//! said once, and it is looked for until it is back. Only the first time it is started: whoever ends it later wants it
//! to be gone.

use std::sync::mpsc::SyncSender;
use std::time::Duration;

use super::client::PATIENCE;
use super::failure::{Failure, Kind};
use super::start::{self, Start, wait};
use crate::config::Paths;
use crate::tui::{Message, Trouble};
use crate::wire::{Request, Subscribe};

/// Until it is looked for again the first time; doubled each time.
const SOON: Duration = Duration::from_millis(50);

/// The longest time between two looks: a person should not have to wait for a daemon that is there.
const LATER: Duration = Duration::from_secs(1);

/// Milliseconds between two readings of what the runners use: often enough to see what one is at.
const STATS: u64 = 2000;

/// Runs until nobody receives the messages any more. `program` is how geppetto is called for the same server.
pub(crate) fn run(paths: &Paths, program: &str, messages: &SyncSender<Message>) {
    let (mut start, mut pause, mut is_told) = (Start::WithTmux, SOON, false);
    loop {
        let (was_there, failure) = match follow(paths, start, messages) {
            Ok(Some(failure)) => (true, failure),
            Ok(None) => return,
            Err(failure) => (false, failure),
        };
        start = Start::Never;
        if was_there {
            (pause, is_told) = (SOON, false);
        }
        if !is_told
            && messages
                .send(Message::Away(trouble(failure, program)))
                .is_err()
        {
            return;
        }
        is_told = true;
        wait(pause);
        pause = (pause * 2).min(LATER);
    }
}

/// Why nothing more comes; `None` when nobody wants more; an error when there was nothing at all.
fn follow(
    paths: &Paths,
    start: Start,
    messages: &SyncSender<Message>,
) -> Result<Option<Failure>, Failure> {
    let mut client = start::connect(paths, start)?;
    let subscribe = Subscribe {
        stats_every_ms: Some(STATS),
    };
    client.ask(Request::Subscribe(subscribe), Some(PATIENCE))?;
    client.limit(None)?;
    loop {
        match client.event() {
            Ok(Some(event)) => {
                if messages.send(Message::Change(event)).is_err() {
                    return Ok(None);
                }
            }
            Ok(None) => return Ok(Some(ended())),
            Err(failure) => return Ok(Some(failure)),
        }
    }
}

fn ended() -> Failure {
    Failure::new(
        Kind::Unreachable,
        "The daemon has ended; what you see is from before.",
    )
    .hint("Start it with `geppetto daemon start`; this page finds it by itself.")
}

/// A failure as the dashboard shows it.
pub(crate) fn trouble(failure: Failure, program: &str) -> Trouble {
    let failure = failure.for_program(program);
    let hints = failure.hints().join(" ");
    Trouble {
        text: failure.to_string(),
        hint: Some(hints).filter(|hints| !hints.is_empty()),
    }
}
