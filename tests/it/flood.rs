//! A pane that prints 200 MB without a line end: memory stays bounded, and no runner is lost.

use crate::support::{LONG, Process, Sandbox};

/// Most memory that the daemon may take, in KiB.
const BOUND: u64 = 150 * 1024;

#[test]
fn two_hundred_megabytes_without_a_line_end() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", "while read line; do echo said $line; done");
    sandbox.geppetto(&["register", "work"]).ok();
    let size: u64 = 200_000_000;
    sandbox.start(
        "flood",
        &format!("head -c {size} /dev/zero | tr '\\0' x; echo; echo end"),
    );
    let daemon = sandbox.daemon().pid;
    let mut most = 0;
    let runner = sandbox.wait_within(LONG * 2, "the flood to end", || {
        let resident = Process::find(daemon).expect("the daemon lives").resident;
        most = most.max(resident);
        Some(sandbox.runner("flood")).filter(|runner| runner.exit.is_some())
    });
    assert!(most < BOUND, "the daemon took {most} KiB");
    assert_eq!(runner.exit.unwrap().code, Some(0));
    assert_eq!(
        sandbox.log_lines("flood").last().map(String::as_str),
        Some("end")
    );
    // What was not kept is counted, never silently missing.
    assert!(
        runner.output_bytes + runner.lost_bytes >= size,
        "{} + {}",
        runner.output_bytes,
        runner.lost_bytes
    );

    assert_eq!(sandbox.daemon().pid, daemon);
    sandbox.type_into(&pane, "hello");
    sandbox.wait_for_line("work", "said hello");
}
