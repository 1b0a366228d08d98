//! Fifty panes flood at once: is every line of every log there?

use std::time::Duration;

use crate::row;
use crate::world::{World, myself, written};

const PANES: usize = 50;
const LINES: u64 = 20_000;

pub(crate) fn run() {
    let world = World::new();
    let count = LINES.to_string();
    for number in 0..PANES {
        let done = world.path(&format!("done-{number}"));
        let name = format!("m{number}");
        let args = [
            "new",
            "--name",
            &name,
            "--",
            &myself(),
            "generate",
            "flood",
            &count,
            done.to_str().unwrap(),
        ];
        world.geppetto(&args);
    }
    for number in 0..PANES {
        written(
            &world.path(&format!("done-{number}")),
            Duration::from_secs(300),
        );
        world.geppetto(&["wait", &format!("m{number}"), "--timeout", "300s"]);
    }
    let whole = world
        .runners()
        .iter()
        .filter(|runner| {
            runner["logEntries"].as_u64() == Some(LINES) && runner["lostBytes"].as_u64() == Some(0)
        })
        .count();
    row(
        "logs without a missing line, 50 panes at once",
        &whole.to_string(),
        "-",
        "50",
    );
}
