//! `status --once` and `list` against the cheapest question that tmux itself can be asked, in turns.

use std::process::Command;
use std::time::Instant;

use crate::world::World;
use crate::{median, row};

const TIMES: usize = 200;

pub(crate) fn run() {
    let world = World::new();
    for number in 0..5 {
        let name = format!("quiet-{number}");
        world.geppetto(&["new", "--name", &name, "--", "sh", "-c", "exec sleep 600"]);
    }
    let (mut tmux, mut status, mut list) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TIMES {
        tmux.push(millis(world.tmux_command(&["display-message", "-p", ""])));
        status.push(millis(world.geppetto_command(&["status", "--once"])));
        list.push(millis(world.geppetto_command(&["list"])));
    }
    let peer = median(&mut tmux);
    for (what, values) in [
        ("geppetto status --once", &mut status),
        ("geppetto list (5 runners)", &mut list),
    ] {
        let value = median(values);
        let bar = format!("<= 1.5 x ({:.2})", value / peer);
        row(
            &format!("{what}, median of {TIMES}"),
            &format!("{value:.2} ms"),
            &format!("{peer:.2} ms"),
            &bar,
        );
    }
}

fn millis(mut command: Command) -> f64 {
    let start = Instant::now();
    let output = command.output().unwrap();
    let took = start.elapsed();
    assert!(output.status.success(), "{command:?}");
    took.as_secs_f64() * 1000.0
}
