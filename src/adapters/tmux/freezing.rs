//! Stopping what runs in a pane, and letting it go on, through the process table. Talks to no tmux.
//!
//! tmux wakes a pane's first process again as soon as it is stopped, so only what is below it can be frozen: the program
//! below our run parent, or a job of a person's shell. Such a shell notices, says "Stopped", and takes the terminal.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use tokio::time::{Instant, timeout};

use super::limits::{FOREGROUND_DEADLINE, FREEZE_DEADLINE, FREEZE_ROUND};
use super::options::TmuxOptions;
use super::signals::{descendants, list, send};
use crate::domain::ids::Pid;
use crate::ports::process::{ProcessError, ProcessHandle};
use crate::ports::table::{ProcessInfo, Signal};

/// Programs that only wait while a job of theirs runs.
const SHELLS: [&str; 10] = [
    "sh", "ash", "bash", "dash", "fish", "ksh", "ksh93", "mksh", "tcsh", "zsh",
];

/// Stops everything below the pane's first process, until a look finds nothing that runs.
pub(super) async fn freeze(
    options: &TmuxOptions,
    handle: &ProcessHandle,
) -> Result<(), ProcessError> {
    let pane_pid = handle.place.pane_pid;
    let until = Instant::now() + FREEZE_DEADLINE;
    let mut told = BTreeSet::new();
    loop {
        let processes = list(options, pane_pid)?;
        check_first(&processes, handle)?;
        let members = below_first(&processes, handle);
        if members.is_empty() {
            return Err(refusal(
                pane_pid,
                "nothing runs below it that could be stopped",
            ));
        }
        let running = running(&members, &told);
        let Some(first) = running.first() else {
            return Ok(());
        };
        for pid in &running {
            send(options, *pid, Signal::Stop)?;
        }
        told.extend(&running);
        if Instant::now() >= until {
            thaw(options, handle)?;
            return Err(refusal(
                *first,
                "it does not stop, or new ones start as fast as they are stopped",
            ));
        }
        // A stop takes effect when the process is next scheduled.
        tokio::time::sleep(FREEZE_ROUND).await;
    }
}

/// Those that are not stopped. One that was told to stop and waits for a stopped child to start its program stops when that goes on,
/// and does nothing before.
fn running(members: &[&ProcessInfo], told: &BTreeSet<Pid>) -> Vec<Pid> {
    let waits = |process: &ProcessInfo| {
        let mut children = members
            .iter()
            .filter(|child| child.parent == Some(process.pid));
        process.deaf && told.contains(&process.pid) && children.any(|child| child.stopped)
    };
    members
        .iter()
        .filter(|process| !process.stopped && !waits(process))
        .map(|process| process.pid)
        .collect()
}

/// Lets them go on, children before their parents, so that no parent sees a stopped child.
pub(super) fn thaw(options: &TmuxOptions, handle: &ProcessHandle) -> Result<(), ProcessError> {
    let processes = list(options, handle.place.pane_pid)?;
    let mut members = below_first(&processes, handle);
    members.sort_by_key(|process| std::cmp::Reverse(depth(&processes, process.pid)));
    for process in members {
        send(options, process.pid, Signal::Continue)?;
    }
    Ok(())
}

/// True when a person's shell has taken the terminal from the job that was frozen.
pub(super) fn shell_has_terminal(
    options: &TmuxOptions,
    handle: &ProcessHandle,
) -> Result<bool, ProcessError> {
    if handle.program.is_some() {
        return Ok(false);
    }
    let pane_pid = handle.place.pane_pid;
    let processes = list(options, pane_pid)?;
    let first = processes.iter().find(|process| process.pid == pane_pid);
    Ok(first.is_some_and(|first| suspended_job(&processes, first).is_some()))
}

/// Waits until the shell has given the terminal to its job, or for [`FOREGROUND_DEADLINE`].
pub(super) async fn until_job_has_terminal(
    options: &TmuxOptions,
    handle: &ProcessHandle,
) -> Result<(), ProcessError> {
    let given = async {
        while shell_has_terminal(options, handle)? {
            tokio::time::sleep(FREEZE_ROUND).await;
        }
        Ok(())
    };
    match timeout(FOREGROUND_DEADLINE, given).await {
        Ok(result) => result,
        Err(_elapsed) => {
            tracing::warn!(pane = %handle.place.pane, "the shell did not take its job back");
            Ok(())
        }
    }
}

/// The one stopped job of a shell that has the terminal itself.
pub(super) fn suspended_job(processes: &[ProcessInfo], first: &ProcessInfo) -> Option<i32> {
    if !is_shell(first) || first.foreground != Some(first.group) {
        return None;
    }
    let mut groups: Vec<i32> = processes
        .iter()
        .filter(|process| process.parent == Some(first.pid) && process.stopped)
        .map(|process| process.group)
        .filter(|group| *group != first.group)
        .collect();
    groups.sort_unstable();
    groups.dedup();
    match *groups.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

/// A foreign pane's first process must be one that does nothing while what is below it is stopped.
fn check_first(processes: &[ProcessInfo], handle: &ProcessHandle) -> Result<(), ProcessError> {
    let pane_pid = handle.place.pane_pid;
    let first = processes.iter().find(|process| process.pid == pane_pid);
    if handle.program.is_some() || first.is_some_and(is_shell) {
        return Ok(());
    }
    Err(refusal(
        pane_pid,
        "it is the first process of its pane, and tmux wakes that one again at once",
    ))
}

fn is_shell(process: &ProcessInfo) -> bool {
    // A login shell's name begins with a dash.
    let name = process.name.trim_start_matches('-');
    SHELLS.contains(&name)
}

fn refusal(pid: Pid, why: &'static str) -> ProcessError {
    ProcessError::Signal {
        pid,
        source: Arc::new(io::Error::other(why)),
    }
}

/// Everything in the pane's terminal and below its first process, without that one.
fn below_first<'a>(processes: &'a [ProcessInfo], handle: &ProcessHandle) -> Vec<&'a ProcessInfo> {
    let pane_pid = handle.place.pane_pid;
    let roots: Vec<Pid> = handle.program.into_iter().chain([pane_pid]).collect();
    let below = descendants(processes, &roots);
    processes
        .iter()
        .filter(|process| process.pid != pane_pid && !process.zombie)
        .filter(|process| process.session == pane_pid.as_raw() || below.contains(&process.pid))
        .collect()
}

fn depth(processes: &[ProcessInfo], pid: Pid) -> usize {
    let mut at = pid;
    for depth in 0..processes.len() {
        let here = processes.iter().find(|process| process.pid == at);
        match here.and_then(|process| process.parent) {
            Some(parent) => at = parent,
            None => return depth,
        }
    }
    processes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `T` is stopped, `D` deaf, anything else runs.
    fn process(pid: i32, parent: i32, state: char) -> ProcessInfo {
        ProcessInfo {
            pid: Pid::new(pid).unwrap(),
            parent: Pid::new(parent),
            group: pid,
            session: 1,
            foreground: None,
            stopped: state == 'T',
            deaf: state == 'D',
            zombie: false,
            started: 1,
            name: "sh".to_owned(),
        }
    }

    #[test]
    fn a_shell_that_waits_for_a_stopped_child_to_begin_is_stopped_enough() {
        for (states, told, want) in [
            ("ST", &[10, 11][..], &[10][..]),
            ("TT", &[], &[]),
            ("DT", &[], &[10]),
            ("DT", &[10], &[]),
            // Its child is not stopped: what it waits for may end, and another child begin.
            ("DS", &[10, 11], &[10, 11]),
            ("TD", &[10, 11], &[11]),
        ] {
            let mut states = states.chars();
            let parent = process(10, 1, states.next().unwrap());
            let child = process(11, 10, states.next().unwrap());
            let told = told.iter().filter_map(|pid| Pid::new(*pid)).collect();
            let found = running(&[&parent, &child], &told);
            let found: Vec<i32> = found.into_iter().map(Pid::as_raw).collect();
            assert_eq!(found, want, "{parent:?} {child:?}");
        }
    }
}
