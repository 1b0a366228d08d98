//! Looking for something: first in the window, then by the daemon in all that lies beyond it.

use super::fetch::{Ask, What};
use super::rows::Room;
use super::window::Place;
use super::{Logs, Said};
use crate::wire::{GetRunnerLogs, LogView};

/// Looks for the next one that fits, from what was found last or else from what is seen.
pub(super) fn search(logs: &mut Logs, back: bool, room: Room) -> Vec<Ask> {
    let Some(pattern) = &logs.pattern else {
        say(logs, "Type / and what to look for first.");
        return Vec::new();
    };
    let bottom = room.bottom_of(&logs.window, logs.top).number;
    let seen = logs.top.number..=bottom;
    let hit = logs.hit.filter(|hit| seen.contains(hit));
    let from = logs.selection.map(|selection| selection.cursor).or(hit);
    let numbers = logs.window.numbers();
    let fits = |number: &i64| {
        let entry = logs.window.get(*number);
        entry.is_some_and(|entry| pattern.fits(&entry.text))
    };
    let found = if back {
        (numbers.start..from.unwrap_or(bottom + 1)).rev().find(fits)
    } else {
        let first = from.map_or(*seen.start(), |from| from + 1);
        (first..numbers.end).find(fits)
    };
    match found {
        Some(number) => {
            let rest = logs.rest();
            choose(logs, number, !seen.contains(&number));
            rest.into_iter().collect()
        }
        None => beyond(logs, back).into_iter().collect(),
    }
}

fn choose(logs: &mut Logs, number: i64, is_elsewhere: bool) {
    logs.hit = Some(number);
    if is_elsewhere {
        logs.reveal(number);
    }
    if let Some(selection) = &mut logs.selection {
        selection.cursor = number;
    }
}

/// Asks for the next one outside of the window.
fn beyond(logs: &mut Logs, back: bool) -> Option<Ask> {
    let pattern = logs.pattern.clone()?;
    let (first, last) = (logs.window.first_place()?, logs.window.last_place()?);
    if back && logs.window.is_first {
        nothing(logs, back);
        return None;
    }
    // At the last place there may be more by now, behind those that are known.
    let known = logs.window.numbers().rev().map_while(|number| {
        let entry = logs.window.get(number)?;
        (Place::of(entry) == last).then(|| pattern.fits(&entry.text))
    });
    let known = if back {
        0
    } else {
        known.filter(|fits| *fits).count()
    };
    let request = GetRunnerLogs {
        grep: Some(pattern.text().to_owned()),
        limit: Some(known + 1),
        before: back.then(|| first.to_string()),
        from: (!back).then(|| last.just_before().to_string()),
        ..GetRunnerLogs::default()
    };
    Some(logs.ask(What::Search { back, known }, request))
}

/// The daemon has looked: asks for what is around it.
pub(super) fn found(logs: &mut Logs, back: bool, known: usize, entries: &[LogView]) -> Option<Ask> {
    let entry = if back {
        entries.last()
    } else {
        entries.get(known)
    };
    let Some(place) = entry.map(Place::of) else {
        nothing(logs, back);
        return None;
    };
    Some(logs.ask_from(What::Around { place, back }, place))
}

/// The window begins at the place where something was found.
pub(super) fn show(logs: &mut Logs, place: Place, back: bool) {
    let Some(pattern) = &logs.pattern else {
        return;
    };
    let fits = |number: &i64| {
        let entry = logs.window.get(*number);
        entry.is_some_and(|entry| Place::of(entry) == place && pattern.fits(&entry.text))
    };
    let mut numbers = logs.window.numbers();
    let found = if back {
        numbers.rev().find(fits)
    } else {
        numbers.find(fits)
    };
    if let Some(number) = found {
        choose(logs, number, true);
    }
}

fn nothing(logs: &mut Logs, back: bool) {
    let way = if back { "further up" } else { "further down" };
    say(logs, &format!("No match {way}."));
}

pub(super) fn say(logs: &mut Logs, word: &str) {
    logs.said = Some(Said::Word(word.to_owned()));
}
