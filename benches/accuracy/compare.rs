//! What was said beside what was true.

use std::collections::BTreeMap;

use crate::observe::Said;
use crate::recording::Recording;
use crate::stage::Performance;

/// Time between two comparisons, in seconds.
const STEP: f64 = 0.02;

/// A change that is seen later than this is too late.
const LATE: f64 = 1.0;

/// A screen that was drawn to its end has to rest for so long before that can be known: the recordings date `idle` from the last byte,
/// and their description allows for this.
const REST: f64 = 0.3;

/// True when that is the status for a state. An agent whose turn ended with an error needs the person.
fn agrees(state: &str, said: &Said) -> bool {
    let status = said.status.as_str();
    match state {
        "starting" => matches!(status, "starting" | "unknown"),
        "errored" => {
            status == "waiting"
                && matches!(said.cause.as_str(), "api error" | "usage limit" | "auth")
        }
        "exited" => matches!(status, "completed" | "failed" | "stopped"),
        other => status == other,
    }
}

/// What was said of a runner at a time.
fn at<'a>(said: &'a [&Said], time: f64) -> Option<&'a Said> {
    let later = said.partition_point(|one| one.at <= time);
    later.checked_sub(1).map(|last| said[last])
}

pub(crate) fn report(recordings: &[Recording], seen: &Performance) {
    let (mut all_time, mut all_right, mut late) = (0.0, 0.0, 0);
    let (mut rested_time, mut rested_right) = (0.0, 0.0);
    for (one, began) in recordings.iter().zip(&seen.began) {
        let said: Vec<&Said> = seen
            .said
            .iter()
            .filter(|said| runner_of(one, said))
            .collect();
        let kind = said.last().map_or("-", |said| said.kind.as_str());
        println!("\n{} ({}, told as {kind})", one.name, one.agent);
        let offset = began - one.begin();
        let (time, right) = shares(one, &said, offset);
        let rested = rested(one, &said, offset);
        println!(
            "  {:<10} {:>7.1} s  {:>6.2} %",
            "rested",
            rested.0,
            100.0 * rested.1 / rested.0
        );
        late += delays(one, &said, offset);
        println!(
            "  told {} changes of {}",
            changes(said.iter().map(|said| said.status.as_str())),
            changes(one.intervals.iter().map(|one| one.state.as_str()))
        );
        all_time += time;
        all_right += right;
        rested_time += rested.0;
        rested_right += rested.1;
    }
    println!(
        "\nall: {:.2} % of {all_time:.0} s agree, {:.2} % when the first {REST} s of each `idle` are left out; changes later than {LATE} s or never seen: {late}",
        100.0 * all_right / all_time,
        100.0 * rested_right / rested_time
    );
}

/// The runner of what was started has its name; of what a person started in a pane of a registered session, the pane's number behind it.
fn runner_of(one: &Recording, said: &Said) -> bool {
    said.runner == format!("play-{}", one.name)
        || said
            .runner
            .strip_prefix(&one.name)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|rest| rest.parse::<u32>().is_ok())
}

fn shares(one: &Recording, said: &[&Said], offset: f64) -> (f64, f64) {
    let mut shares: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for interval in &one.intervals {
        let share = shares.entry(&interval.state).or_default();
        let mut time = interval.from;
        while time < interval.to {
            let step = STEP.min(interval.to - time);
            share.0 += step;
            if at(said, time + offset).is_some_and(|said| agrees(&interval.state, said)) {
                share.1 += step;
            }
            time += STEP;
        }
    }
    for (state, (time, right)) in &shares {
        println!(
            "  {state:<10} {time:>7.1} s  {:>6.2} %",
            100.0 * right / time
        );
    }
    let time: f64 = shares.values().map(|share| share.0).sum();
    let right: f64 = shares.values().map(|share| share.1).sum();
    println!(
        "  {:<10} {time:>7.1} s  {:>6.2} %",
        "all",
        100.0 * right / time
    );
    (time, right)
}

/// How often the next one is another. More that is told than is true is flicker, or a state that the truth has not.
fn changes<'a>(states: impl Iterator<Item = &'a str>) -> usize {
    let states: Vec<&str> = states.collect();
    states.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// The time in which screens have come to rest, and how much of it is right.
fn rested(one: &Recording, said: &[&Said], offset: f64) -> (f64, f64) {
    let (mut all, mut right) = (0.0, 0.0);
    let mut before = "";
    for interval in &one.intervals {
        let is_new = std::mem::replace(&mut before, &interval.state) != interval.state;
        let skipped = if is_new && interval.state == "idle" {
            REST
        } else {
            0.0
        };
        let mut time = interval.from + skipped;
        while time < interval.to {
            let step = STEP.min(interval.to - time);
            all += step;
            if at(said, time + offset).is_some_and(|said| agrees(&interval.state, said)) {
                right += step;
            }
            time += STEP;
        }
    }
    (all, right)
}

/// Prints how long each change took to be said; how many came too late.
fn delays(one: &Recording, said: &[&Said], offset: f64) -> usize {
    let mut late = 0;
    let mut worst: f64 = 0.0;
    let mut state = "";
    for (number, interval) in one.intervals.iter().enumerate() {
        if std::mem::replace(&mut state, &interval.state) == interval.state {
            continue;
        }
        // It lasts until another state begins.
        let next = one.intervals[number..]
            .iter()
            .find(|next| next.state != interval.state);
        let to = next.map_or(interval.to, |next| next.from) + offset;
        let from = interval.from + offset;
        let seen = if at(said, from).is_some_and(|said| agrees(&interval.state, said)) {
            Some(0.0)
        } else {
            said.iter()
                .find(|said| said.at > from && agrees(&interval.state, said))
                .map(|said| said.at - from)
                .filter(|delay| from + delay < to + LATE)
        };
        worst = worst.max(seen.unwrap_or(to - from));
        if seen.is_none_or(|delay| delay > LATE) {
            // What was over before it had to be seen is told, but not late.
            let lasted = to - from;
            late += usize::from(lasted >= LATE);
            let what = seen.map_or("never".to_owned(), |delay| format!("{delay:.2} s"));
            let what = format!("{what} (it lasted {lasted:.1} s)");
            let instead: Vec<String> = said
                .iter()
                .filter(|said| said.at > from - 1.0 && said.at < to)
                .map(|said| format!("{:+.1} {} ({})", said.at - from, said.status, said.reason))
                .collect();
            println!(
                "  LATE {what}: {} at {:.1} s; said {}",
                interval.state,
                interval.from - one.begin(),
                instead.join(", ")
            );
        }
    }
    println!("  worst delay of a change: {worst:.2} s");
    wrong_stretches(one, said, offset);
    late
}

/// Prints what was wrong for longer than a moment.
fn wrong_stretches(one: &Recording, said: &[&Said], offset: f64) {
    for interval in &one.intervals {
        let mut time = interval.from;
        let mut wrong: Option<(f64, &Said)> = None;
        while time < interval.to {
            let now = at(said, time + offset).filter(|said| !agrees(&interval.state, said));
            let ends = wrong.is_some_and(|(_, then)| now.is_none_or(|now| now.at > then.at));
            if ends && let Some((from, said)) = wrong.take() {
                tell_wrong(one, &interval.state, from, time, said);
            }
            if let (Some(now), None) = (now, wrong) {
                wrong = Some((time, now));
            }
            time += STEP;
        }
        if let Some((from, said)) = wrong {
            tell_wrong(one, &interval.state, from, interval.to, said);
        }
    }
}

fn tell_wrong(one: &Recording, state: &str, from: f64, to: f64, said: &Said) {
    if to - from > 0.5 {
        println!(
            "  wrong {:.1} s from {:.1} s: {state}, said {} ({})",
            to - from,
            from - one.begin(),
            said.status,
            said.reason
        );
    }
}
