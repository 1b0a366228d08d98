//! Every exit is the true one and the last line before it is there: many short runs at once, with codes and
//! signals from a fixed row of numbers. All of them must be right, not most.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::support::{Sandbox, variable};

/// Runs without a wish in the environment variable `GEPPETTO_EXITS`.
const RUNS: usize = 1000;

/// Runs at a time.
const WORKERS: usize = 8;

/// Signals that end a shell and that a shell can send itself.
const SIGNALS: [i32; 8] = [1, 2, 3, 6, 9, 13, 14, 15];

/// How one run ends, and what it prints before.
struct Plan {
    /// Exit code or signal.
    end: Result<i32, i32>,
    /// Bytes printed before the last line.
    burst: u64,
}

impl Plan {
    fn of(run: usize) -> Self {
        // A linear congruential generator: the same row on every machine.
        let number = (run as u64)
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407)
            >> 33;
        let pick = usize::try_from(number % 1000).unwrap();
        let end = if pick.is_multiple_of(4) {
            Err(SIGNALS[pick / 4 % SIGNALS.len()])
        } else {
            Ok(i32::try_from(pick % 256).unwrap())
        };
        let burst = [0, 0, 300, 4_000, 60_000][pick % 5];
        Self { end, burst }
    }

    fn script(&self, run: usize) -> String {
        let burst = match self.burst {
            0 => String::new(),
            bytes => format!("head -c {bytes} /dev/zero | tr '\\0' x | fold -w 100; echo; "),
        };
        let end = match self.end {
            Ok(code) => format!("exit {code}"),
            Err(signal) => format!("kill -{signal} $$"),
        };
        format!("ulimit -c 0; {burst}echo last {run}; {end}")
    }
}

/// Runs one program to its end; what is wrong with what geppetto says of it.
fn wrong(sandbox: &Sandbox, run: usize) -> Option<String> {
    let plan = Plan::of(run);
    let name = format!("run-{run}");
    let mut wire = sandbox.wire();
    let create = json!({
        "type": "create-runner", "name": name, "session": "anchor",
        "command": ["sh", "-c", plan.script(run)],
    });
    let made = wire.ask(&create);
    if !made.success {
        return Some(format!("{name} was not made: {:?}", made.error));
    }
    let ended = wire.ask(&json!({"type": "wait-runner", "runner": name, "timeoutMs": 25_000}));
    let Some(runner) = ended.answer.runner else {
        return Some(format!("{name} has not ended: {:?}", ended.error));
    };
    let exit = runner.exit.as_ref();
    let seen = exit.map(|exit| (exit.code, exit.signal, exit.known));
    let logs = wire.ask(&json!({"type": "get-runner-logs", "runner": name, "limit": 5}));
    let lines: Vec<_> = logs.answer.entries.unwrap_or_default();
    let last = lines
        .iter()
        .rfind(|entry| entry.source == "pane")
        .map(|entry| entry.text.clone());
    let expected = Some((plan.end.ok(), plan.end.err(), true));
    if seen != expected || last != Some(format!("last {run}")) {
        return Some(format!(
            "{name}: {:?} after {} bytes; seen {exit:?}, last line {last:?}, {} bytes lost",
            plan.end, plan.burst, runner.lost_bytes
        ));
    }
    None
}

#[test]
fn every_exit_is_true_and_every_last_line_is_there() {
    let runs = variable("GEPPETTO_EXITS").map_or(RUNS, |text| text.parse().unwrap());
    let sandbox = Sandbox::new();
    sandbox.configure("keep_window = \"never\"\n");
    // Its control client stays for the whole test: every new one is a risk for tmux up to 3.6.
    sandbox.geppetto(&["register", "anchor"]).ok();
    let next = AtomicUsize::new(0);
    let all_wrong: Vec<String> = std::thread::scope(|scope| {
        let worker = || {
            let mut wrongs = Vec::new();
            loop {
                let run = next.fetch_add(1, Ordering::Relaxed);
                if run >= runs {
                    return wrongs;
                }
                wrongs.extend(wrong(&sandbox, run));
            }
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert!(
        all_wrong.is_empty(),
        "{} of {runs} runs are wrong:\n{}",
        all_wrong.len(),
        all_wrong.join("\n")
    );
}
