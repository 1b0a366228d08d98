//! The binary: hands the command line to the library and returns its exit code.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use geppetto::supervise::control_child;
use geppetto::supervise::run_parent::{self, RunParentArgs};

fn main() -> ExitCode {
    internal(env::args_os().skip(1)).unwrap_or(ExitCode::from(2))
}

/// `internal run --socket S --state-dir D --runner ID --run N -- command...` and
/// `internal control-child --parent PID -- command...`
fn internal(mut words: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    if words.next()? != "internal" {
        return None;
    }
    match words.next()?.to_str()? {
        "run" => {
            let args = RunParentArgs {
                socket: flag(&mut words, "--socket")?.into(),
                state_dir: flag(&mut words, "--state-dir")?.into(),
                runner: flag(&mut words, "--runner")?.to_str()?.parse().ok()?,
                run: flag(&mut words, "--run")?.to_str()?.parse().ok()?,
                command: command(words)?,
            };
            Some(run_parent::run(args))
        }
        "control-child" => {
            let parent = flag(&mut words, "--parent")?.to_str()?.parse().ok()?;
            Some(control_child::run(parent, command(words)?))
        }
        _ => None,
    }
}

fn flag(words: &mut impl Iterator<Item = OsString>, name: &str) -> Option<OsString> {
    if words.next()? == name {
        words.next()
    } else {
        None
    }
}

fn command(mut words: impl Iterator<Item = OsString>) -> Option<Vec<OsString>> {
    (words.next()? == "--").then(|| words.collect())
}
