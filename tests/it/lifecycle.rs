//! The life of a runner that geppetto started.

use crate::support::Sandbox;

#[test]
fn a_program_that_leaves_with_zero_is_completed() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo hello; exit 0");
    let runner = sandbox.wait_for_status("one", "completed");
    let exit = runner.exit.expect("an ended runner has an exit");
    assert_eq!((exit.code, exit.signal, exit.known), (Some(0), None, true));
    assert_eq!(exit.source, "run-parent");
    assert_eq!(sandbox.log_lines("one"), ["hello"]);
}
