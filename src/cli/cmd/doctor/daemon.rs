//! The daemon: whether it answers, whether it is of this version, and what it has to complain of.

use super::check::{Check, note, ok, problem};
use super::scene::{Reached, Scene};
use crate::config::Build;
use crate::domain::text::printable;
use crate::wire::{OLDEST_PROTOCOL, PROTOCOL, RunnerView};

const ID: &str = "daemon.reached";

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let place = scene.paths.socket.display();
    let reached = match &scene.daemon {
        Ok(Some(reached)) => reached,
        Ok(None) => {
            let message = format!("No daemon listens at {place}; it starts when it is needed.");
            return vec![ok(ID, message)];
        }
        Err(failure) => {
            return vec![problem(ID, failure.to_string(), failure.hints().join(" "))];
        }
    };
    let pid = reached.about.pid;
    let mut checks = vec![
        ok(ID, format!("Process {pid} listens at {place}.")),
        version(scene, reached),
    ];
    let log = scene.paths.log_file.display();
    let warnings = reached.about.warnings.iter();
    checks.extend(warnings.map(|warning| {
        note(
            "daemon.warning",
            warning.clone(),
            format!("See its log: {log}"),
        )
    }));
    checks.extend(reached.runners.iter().filter_map(recording));
    checks
}

/// Client and daemon understand each other when each knows the other's protocol. A build that replaced the daemon's takes
/// over by itself, with the next verb that needs a daemon.
fn version(scene: &Scene<'_>, reached: &Reached) -> Check {
    const ID: &str = "daemon.version";
    let (build, protocol) = (&reached.about.build, reached.about.protocol);
    let ours = env!("CARGO_PKG_VERSION");
    let speaks = format!("The daemon is geppetto {build} and speaks protocol {protocol}");
    let restart = "Run `geppetto daemon restart`; runners go on.";
    if protocol < OLDEST_PROTOCOL {
        return problem(
            ID,
            format!("{speaks}, this program {OLDEST_PROTOCOL} to {PROTOCOL}."),
            restart,
        );
    }
    let is_replaced = Build::of(&scene.paths.program)
        .ok()
        .zip(Build::in_lock(&scene.paths.lock))
        .is_some_and(|(this, running)| this.replaces(&running));
    if is_replaced {
        return note(
            ID,
            format!("{speaks}, and was started from a program that has been replaced."),
            "The next verb starts the new one in its place; runners go on.",
        );
    }
    if build != ours {
        return note(ID, format!("{speaks}, this is {ours}."), restart);
    }
    ok(ID, format!("{speaks}, as this program does."))
}

/// A runner of which nothing is written at the moment.
fn recording(runner: &RunnerView) -> Option<Check> {
    let reason = runner.recording_paused.as_deref()?;
    Some(problem(
        "daemon.recording",
        format!(
            "What {} prints is not recorded: {}",
            runner.name,
            printable(reason)
        ),
        "It goes on by itself when the reason is gone; see `files` above.",
    ))
}
