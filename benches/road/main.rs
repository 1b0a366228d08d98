//! The whole road, measured on a real tmux: flood, delay, commands, idling. Every number stands beside its peer
//! from the same run and its bar. `scripts/bench` runs it; it asserts nothing, since machines are noisy.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    reason = "a measuring program: it prints, and stops at what it did not expect"
)]

mod agents;
mod appends;
mod commands;
mod dashboard;
mod delay;
mod durable;
mod flood;
mod generator;
mod hook;
mod idle;
mod light;
mod many;
mod pty;
mod world;

fn main() {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        // The same program is what runs in the panes.
        Some("animate") => agents::animate(),
        Some("generate") => generator::run(&args.collect::<Vec<_>>()),
        // `cargo bench` passes `--bench`; a word is the name of one measurement.
        first => {
            let only = first
                .into_iter()
                .map(str::to_owned)
                .chain(args)
                .find(|a| !a.starts_with('-'));
            measure(only.as_deref());
        }
    }
}

fn measure(only: Option<&str>) {
    println!("{}", world::machine());
    println!(
        "{:<52} {:>14} {:>14} {:>22}",
        "what", "measured", "peer", "bar"
    );
    let all: [(&str, fn()); 11] = [
        ("commands", commands::run),
        ("hook", hook::run),
        ("idle", idle::run),
        ("light", light::run),
        ("delay", delay::run),
        ("many", many::run),
        ("flood", flood::run),
        ("durable", durable::run),
        ("appends", appends::run),
        ("dashboard", dashboard::run),
        ("agents", agents::run),
    ];
    for (name, run) in all {
        if only.is_none_or(|wanted| wanted == name) {
            run();
        }
    }
}

/// One row of the table.
pub(crate) fn row(what: &str, measured: &str, peer: &str, bar: &str) {
    println!("{what:<52} {measured:>14} {peer:>14} {bar:>22}");
}

/// The middle value.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
