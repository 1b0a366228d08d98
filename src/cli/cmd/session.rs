//! `session`: the slots of ideas, and what was printed since the user last looked.

use jiff::tz::TimeZone;

use crate::cli::args::{JsonArgs, ReserveArgs, SessionVerb, SlotArgs, SlotAttachArgs};
use crate::cli::attach_argv;
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::{render, table};
use crate::domain::text::printable;
use crate::wire::{Answer, Empty, Request, SinceView, SlotRef, SlotView};

pub(crate) fn run(verb: &SessionVerb, context: &mut Context<'_>) -> Result<(), Failure> {
    match verb {
        SessionVerb::Reserve(args) => reserve(args, context),
        SessionVerb::List(args) => list(args, context),
        SessionVerb::Show(args) => show(args, context),
        SessionVerb::Attach(args) => attach(args, context),
        SessionVerb::Release(args) => {
            let answer = context.ask(Request::ReleaseSlot(of(&args.key)))?;
            one(answer, args.json, "released", context)
        }
    }
}

fn of(key: &str) -> SlotRef {
    SlotRef {
        key: key.to_owned(),
    }
}

fn slot_of(answer: Answer) -> Result<SlotView, Failure> {
    answer.slot.map(|slot| *slot).ok_or_else(|| missing("slot"))
}

fn one(answer: Answer, json: bool, what: &str, context: &mut Context<'_>) -> Result<(), Failure> {
    if json {
        return context.output.json(&answer);
    }
    let slot = slot_of(answer)?;
    context
        .output
        .answer(format!("{} {what}", printable(&slot.key)))
}

fn reserve(args: &ReserveArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let key = match &args.slot {
        Some(slot) => format!("{}/{slot}", args.idea),
        None => args.idea.clone(),
    };
    let answer = context.ask(Request::ReserveSlot(of(&key)))?;
    one(answer, args.json, "reserved", context)
}

fn list(args: &JsonArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ListSlots(Empty {}))?;
    if args.json {
        return context.output.json(&answer);
    }
    let slots = answer.slots.unwrap_or_default();
    if slots.is_empty() {
        context
            .output
            .talk("No slots. Take one with `geppetto session reserve IDEA`, or start something with `geppetto new --key IDEA`.");
        return Ok(());
    }
    let now = context.now_ms;
    let ago = |at: Option<u64>| at.map_or_else(|| "-".to_owned(), |at| render::age(at, now));
    let rows = slots.iter().map(|slot| {
        [
            slot.key.clone(),
            slot.status.clone(),
            ago(slot.last_connected_at_ms),
            ago(slot.last_detach_at_ms),
            slot.session_name.clone(),
        ]
    });
    let head = ["KEY", "STATUS", "ATTACHED", "LEFT", "SESSION"];
    table::print(head, rows, context.output)
}

fn show(args: &SlotArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ShowSlot(of(&args.key)))?;
    if args.json {
        return context.output.json(&answer);
    }
    let zone = context.zone();
    let since = answer.since.clone();
    let slot = slot_of(answer)?;
    for (name, value) in facts(&slot, since.as_ref(), &zone) {
        context
            .output
            .answer(format!("{name:<14} {}", printable(&value)))?;
    }
    for entry in since.iter().flat_map(|since| &since.newest) {
        let time = render::time_of_day(entry.at_ms, &zone);
        context
            .output
            .answer(format!("{time} {}", printable(&entry.text)))?;
    }
    Ok(())
}

fn facts(
    slot: &SlotView,
    since: Option<&SinceView>,
    zone: &TimeZone,
) -> Vec<(&'static str, String)> {
    let at = |ms| render::date_time(ms, zone);
    let known = [
        ("key", Some(slot.key.clone())),
        ("status", Some(slot.status.clone())),
        ("session", Some(slot.session_name.clone())),
        ("runner", slot.runner_id.clone()),
        ("reserved", Some(at(slot.created_at_ms))),
        ("last attached", slot.last_connected_at_ms.map(at)),
        ("last left", slot.last_detach_at_ms.map(at)),
        ("since then", since.map(news)),
    ];
    known
        .into_iter()
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect()
}

/// What was printed since the user last looked.
fn news(since: &SinceView) -> String {
    if since.entries == 0 && since.bytes == 0 && since.runs == 0 {
        return "nothing new".to_owned();
    }
    let runs = match since.runs {
        0 => String::new(),
        1 => ", 1 new run".to_owned(),
        runs => format!(", {runs} new runs"),
    };
    let lines = if since.entries == 1 { "line" } else { "lines" };
    format!("{} {lines}, {} bytes{runs}", since.entries, since.bytes)
}

fn attach(args: &SlotAttachArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let there = Request::AttachSlot(of(&args.key));
    if args.print {
        let line = attach_argv::line(context, there)?;
        return context.output.answer(line);
    }
    attach_argv::go(context, there)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::clock::now_ms;
    use crate::cli::fake::Session;

    const SLOT: &str = r#"{"key":"coda::checkout::review","idea":"checkout","slot":"review","sessionName":"coda__checkout__review","status":"STATUS","runnerId":"0190163d","createdAtMs":1764000000000,"lastConnectedAtMs":1764000001000,"lastDetachAtMs":1764000002000,"cursor":"1:4096"}"#;

    fn slot(status: &str) -> String {
        SLOT.replace("STATUS", status)
    }

    #[test]
    fn a_slot_is_reserved_and_released() {
        let answer = format!(r#"{{"success":true,"slot":{}}}"#, slot("reserved"));
        assert_snapshot!(Session::new(&[&answer]).run(&["session", "reserve", "checkout", "review"]), @r#"
        > {"type":"reserve-slot","key":"checkout/review"}
        coda::checkout::review reserved
        [0]
        "#);
        assert_snapshot!(Session::new(&[&answer]).run(&["session", "release", "checkout/review"]), @r#"
        > {"type":"release-slot","key":"checkout/review"}
        coda::checkout::review released
        [0]
        "#);
    }

    #[test]
    fn slots_are_listed() {
        // Half a day more than what is shown, so that it is that on any day.
        let then = now_ms() - (366 * 24 + 12) * 3_600_000;
        let slot = ["1764000001000", "1764000002000"]
            .iter()
            .fold(slot("detached"), |slot, time| {
                slot.replace(time, &then.to_string())
            });
        let answer = format!(r#"{{"success":true,"slots":[{slot}]}}"#);
        assert_snapshot!(Session::new(&[&answer]).run(&["session", "list"]), @r#"
        > {"type":"list-slots"}
        KEY                     STATUS    ATTACHED  LEFT  SESSION
        coda::checkout::review  detached  366d      366d  coda__checkout__review
        [0]
        "#);
        assert_snapshot!(Session::new(&[r#"{"success":true,"slots":[]}"#]).run(&["session", "ls"]), @r#"
        > {"type":"list-slots"}
        ! No slots. Take one with `geppetto session reserve IDEA`, or start something with `geppetto new --key IDEA`.
        [0]
        "#);
    }

    #[test]
    fn what_was_printed_since_is_shown() {
        let answer = format!(
            r#"{{"success":true,"slot":{},"since":{{"bytes":120,"runs":1,"entries":2,"newest":[{{"run":1,"seq":5000,"atMs":1764000003000,"source":"pane","text":"done\u001b[0m"}}]}}}}"#,
            slot("detached")
        );
        assert_snapshot!(Session::new(&[&answer]).run(&["session", "show", "checkout/review"]), @r#"
        > {"type":"show-slot","key":"checkout/review"}
        key            coda::checkout::review
        status         detached
        session        coda__checkout__review
        runner         0190163d
        reserved       2025-11-24 16:00:00
        last attached  2025-11-24 16:00:01
        last left      2025-11-24 16:00:02
        since then     2 lines, 120 bytes, 1 new run
        16:00:03.000 done[0m
        [0]
        "#);
    }

    #[test]
    fn the_way_to_a_slot_is_printed() {
        let answer = r#"{"success":true,"attach":{"attach":["tmux","attach","-t","=coda__x__primary:"],"switch":[]}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["session", "attach", "x", "--print"]), @r#"
        > {"type":"attach-slot","key":"x"}
        tmux attach -t '=coda__x__primary:'
        [0]
        "#);
    }

    #[test]
    fn a_slot_without_a_session_says_how_to_start_one() {
        let answer = r#"{"success":false,"error":{"tag":"TmuxSessionNotFound","message":"The slot coda::x::y has no tmux session.","hint":"Start something in it: `geppetto new --key x/y -- COMMAND`."}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["session", "attach", "x/y"]), @r#"
        > {"type":"attach-slot","key":"x/y"}
        ! error: The slot coda::x::y has no tmux session.
        ! hint: Start something in it: `geppetto new --key x/y -- COMMAND`.
        [1]
        "#);
    }
}
