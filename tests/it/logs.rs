//! A runner's log: what was printed, then what is being printed, without a gap and without a repeat.

use geppetto::wire::{Event, LogView};
use serde_json::json;

use crate::support::{Sandbox, Wire};

/// Prints `line 1` to `line N`.
fn lines(count: u32) -> String {
    format!("i=0; while [ $i -lt {count} ]; do i=$((i+1)); echo line $i; done")
}

/// Opens a log stream.
#[track_caller]
fn follow(sandbox: &Sandbox, runner: &str) -> Wire {
    let mut wire = sandbox.wire();
    let answer = wire.ask(&json!({"type": "stream-runner-logs", "runner": runner}));
    assert!(answer.success, "{answer:?}");
    wire
}

/// Reads entries until the runner's end, and holds that nothing is missing and nothing comes twice but what the
/// stream itself calls lagged. Returns the entries and how many were left out.
#[track_caller]
fn read_to_end(wire: &mut Wire) -> (Vec<LogView>, u64, u64) {
    let (mut all, mut left_out): (Vec<LogView>, u64) = (Vec::new(), 0);
    loop {
        match wire.event() {
            Event::Log { entries } => {
                assert!(entries.len() <= 50, "a batch of {}", entries.len());
                for entry in entries {
                    if let Some(last) = all.last() {
                        assert!(entry.seq >= last.seq, "{entry:?} after {last:?}");
                    }
                    all.push(entry);
                }
            }
            Event::Lagged { count } => {
                assert!(count > 0);
                left_out += count;
            }
            Event::LogEnd { runner } => {
                return (all, left_out, runner.log_entries);
            }
            other => panic!("not an event of a log: {other:?}"),
        }
    }
}

#[test]
fn a_follower_gets_what_was_and_then_what_comes() {
    let sandbox = Sandbox::new();
    let script = format!(
        "{}; read line; {}; read line",
        lines(400),
        lines(2000).replace("line $i", "more $i")
    );
    let runner = sandbox.start("one", &script);
    sandbox.wait_for_line("one", "line 400");
    let mut early = follow(&sandbox, "one");
    let pane = runner.pane_id.unwrap();
    sandbox.type_into(&pane, "");
    // These come in the middle of the flow.
    let mut late: Vec<Wire> = (0..8).map(|_| follow(&sandbox, "one")).collect();
    sandbox.wait_for_line("one", "more 2000");
    sandbox.type_into(&pane, "");

    let (entries, left_out, in_all) = read_to_end(&mut early);
    assert_eq!(entries.len() as u64, in_all, "the end came too early");
    let text = |entries: &[LogView], word: &str| -> Vec<String> {
        let texts = entries.iter().map(|entry| entry.text.clone());
        texts.filter(|text| text.starts_with(word)).collect()
    };
    let expected = |word: &str, count: u32| -> Vec<String> {
        (1..=count).map(|i| format!("{word} {i}")).collect()
    };
    assert_eq!(left_out, 0);
    assert_eq!(text(&entries, "line "), expected("line", 400));
    assert_eq!(text(&entries, "more "), expected("more", 2000));
    for wire in &mut late {
        let (entries, left_out, _) = read_to_end(wire);
        assert_eq!(left_out, 0);
        let more = text(&entries, "more ");
        let all = expected("more", 2000);
        assert_eq!(more, all[all.len() - more.len()..]);
    }
}

#[test]
fn the_newest_lines_can_be_had_alone() {
    let sandbox = Sandbox::new();
    sandbox.start("one", &lines(50));
    sandbox.wait_for_status("one", "completed");
    let text = sandbox.geppetto(&["logs", "one", "-n", "3"]).ok();
    assert_eq!(text, "line 48\nline 49\nline 50\n");
    let text = sandbox.geppetto(&["logs", "one"]).ok();
    assert_eq!(text.lines().count(), 50);
    let timed = sandbox.geppetto(&["logs", "one", "-n", "1", "--time"]).ok();
    assert!(
        timed.len() > text.lines().next().unwrap().len() && timed.ends_with("line 50\n"),
        "{timed}"
    );
}

#[test]
fn the_log_can_be_read_as_json() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "printf 'a\\033[31mb\\n'; echo c");
    sandbox.wait_for_status("one", "completed");
    let text = sandbox.geppetto(&["logs", "one", "--json"]).ok();
    let entries: Vec<LogView> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let seen: Vec<(u64, &str)> = entries.iter().map(|e| (e.seq, e.text.as_str())).collect();
    // Behind so many bytes of output, colours and line ends included.
    assert_eq!(seen, [(9, "ab"), (12, "c")]);
    assert!(
        entries
            .iter()
            .all(|entry| entry.source == "pane" && entry.at_ms > 0)
    );
}

#[test]
fn logs_can_be_followed_to_the_end() {
    let sandbox = Sandbox::new();
    let runner = sandbox.start("one", &format!("echo begin; read line; {}", lines(300)));
    let mut logs = sandbox.geppetto_background(&["logs", "one", "--until-end"]);
    logs.lines_until(|line| line == "begin");
    sandbox.type_into(&runner.pane_id.unwrap(), "");
    let mut rest = logs.lines_until(|line| line == "line 300");
    rest.retain(|line| line.starts_with("line "));
    assert_eq!(rest.len(), 300);
    assert_eq!(logs.code(), Some(0));
}

#[test]
fn the_newest_thousand_are_given_unless_more_are_asked_for() {
    let sandbox = Sandbox::new();
    sandbox.start("one", &lines(2500));
    sandbox.wait_for_status("one", "completed");
    let log = sandbox.log("one");
    assert_eq!(log.len(), 1000);
    assert_eq!(
        log.last().map(|entry| entry.text.as_str()),
        Some("line 2500")
    );
    let whole: Vec<&str> = log.iter().map(|entry| entry.text.as_str()).collect();
    let wanted = |from: u32| {
        (from..=2500)
            .map(|i| format!("line {i}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(whole, wanted(1501));
    let more = sandbox.geppetto(&["logs", "one", "-n", "2500"]).ok();
    assert_eq!(more.lines().collect::<Vec<_>>(), wanted(1));
}

#[test]
fn a_slow_reader_is_told_what_it_missed_and_slows_nobody() {
    let sandbox = Sandbox::new();
    let pad = "x".repeat(100);
    let script = format!(
        "echo begin; read line; {}",
        lines(200_000).replace("line $i", &format!("{pad} $i"))
    );
    let runner = sandbox.start("one", &script);
    let mut slow = follow(&sandbox, "one");
    let Event::Log { entries } = slow.event() else {
        panic!("the existing entries come first");
    };
    assert_eq!(
        entries.last().map(|entry| entry.text.as_str()),
        Some("begin")
    );

    sandbox.type_into(&runner.pane_id.unwrap(), "");
    let is_done = || sandbox.runner("one").status == "completed";
    // Every look is a request that the daemon answers while the slow one does not read.
    sandbox.wait_within(crate::support::LONG, "the flood to end", || {
        is_done().then_some(())
    });
    let (rest, left_out, in_all) = read_to_end(&mut slow);
    let read = entries.len() + rest.len();
    assert_eq!(read as u64 + left_out, in_all, "the end came too early");
    assert!(
        left_out > 0,
        "it read {} entries and missed none",
        rest.len()
    );
    assert!(
        rest.last()
            .is_some_and(|entry| entry.text.ends_with(" 200000"))
            || left_out > 100_000
    );
    assert_eq!(sandbox.runner("one").lost_bytes, 0);
}

#[test]
fn a_log_goes_on_over_a_restart_of_the_program() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo run");
    sandbox.wait_for_status("one", "completed");
    let last = sandbox.runner("one").log_entries;
    sandbox.geppetto(&["start", "one"]).ok();
    sandbox.wait_until("the second run's line", || {
        sandbox.log_lines("one") == ["run", "run"]
    });
    assert!(sandbox.runner("one").log_entries > last);
    assert_eq!(sandbox.log("one").last().unwrap().run, 2);
}
