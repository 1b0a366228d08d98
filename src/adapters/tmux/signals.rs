//! Ending what runs in a pane, through the process table. Talks to no tmux; freezing is in `freezing`.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::freezing::suspended_job;
use super::limits::{KILL_DEADLINE, SIGNAL_ROUNDS};
use super::options::TmuxOptions;
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::ids::Pid;
use crate::ports::process::{KillMode, ProcessError, ProcessHandle};
use crate::ports::table::{ProcessInfo, Signal};

/// SIGKILL's number, the same everywhere.
const SIGKILL: i32 = 9;

/// Every process.
pub(super) fn list(options: &TmuxOptions, about: Pid) -> Result<Vec<ProcessInfo>, ProcessError> {
    options
        .table
        .processes()
        .map_err(|source| ProcessError::Signal {
            pid: about,
            source: Arc::new(source),
        })
}

pub(super) fn send(options: &TmuxOptions, pid: Pid, signal: Signal) -> Result<bool, ProcessError> {
    options
        .table
        .signal(pid, signal)
        .map_err(|source| ProcessError::Signal {
            pid,
            source: Arc::new(source),
        })
}

/// What a kill is aimed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// A program of ours: everything in the pane but its run parent.
    Program(Pid),
    /// The job in the foreground of somebody's shell; the shell stays.
    Job { group: i32 },
    /// The pane's own process and everything in the pane.
    Pane,
}

/// Ends the program of a pane. `Some` when the pane goes on without it, so that tmux will not tell its end.
pub(super) async fn kill(
    options: &TmuxOptions,
    handle: &ProcessHandle,
    mode: KillMode,
) -> Result<Option<Exit>, ProcessError> {
    let pane_pid = handle.place.pane_pid;
    let aim = aim(&list(options, pane_pid)?, handle);
    let grace = match mode {
        KillMode::Graceful { grace } => Some(grace),
        KillMode::Forced => None,
    };
    let ended_softly = match grace {
        Some(grace) => end_softly(options, handle, aim, grace).await?,
        None => false,
    };
    if !ended_softly {
        end_hard(options, handle, aim).await?;
    }
    let goes_on = matches!(aim, Aim::Job { .. });
    Ok(goes_on.then(|| Exit {
        outcome: if ended_softly {
            // It may have left with a code of its own choice; only its shell knows.
            Outcome::NotKnown
        } else {
            Outcome::Signal(SIGKILL)
        },
        source: ExitSource::Killed,
        at: options.clock.now(),
    }))
}

fn aim(processes: &[ProcessInfo], handle: &ProcessHandle) -> Aim {
    if let Some(program) = handle.program {
        return Aim::Program(program);
    }
    let own = processes
        .iter()
        .find(|process| process.pid == handle.place.pane_pid);
    let Some(own) = own else {
        return Aim::Pane;
    };
    match own.foreground {
        Some(group) if group != own.group => Aim::Job { group },
        // One that is frozen has lost the foreground to its shell.
        _ => suspended_job(processes, own).map_or(Aim::Pane, |group| Aim::Job { group }),
    }
}

/// True when all have ended within the grace time.
async fn end_softly(
    options: &TmuxOptions,
    handle: &ProcessHandle,
    aim: Aim,
    grace: Duration,
) -> Result<bool, ProcessError> {
    let victims = victims(&list(options, handle.place.pane_pid)?, handle, aim);
    for pid in &victims {
        // An interactive shell ignores SIGTERM, and leaves on SIGHUP.
        if aim == Aim::Pane {
            send(options, *pid, Signal::HangUp)?;
        }
        send(options, *pid, Signal::Terminate)?;
        // One that is frozen takes its signals when it goes on.
        send(options, *pid, Signal::Continue)?;
    }
    Ok(timeout(grace, all_ended(options, &victims)).await.is_ok())
}

/// SIGKILL, again for those that were born meanwhile.
async fn end_hard(
    options: &TmuxOptions,
    handle: &ProcessHandle,
    aim: Aim,
) -> Result<(), ProcessError> {
    let pane_pid = handle.place.pane_pid;
    let mut known: HashSet<Pid> = HashSet::new();
    for _ in 0..SIGNAL_ROUNDS {
        let processes = list(options, pane_pid)?;
        let mut victims = victims(&processes, handle, aim);
        // Once its parent is dead, a child is found by nothing but having been seen before.
        let seen = processes.iter().filter(|process| !process.zombie);
        victims.extend(seen.map(|p| p.pid).filter(|pid| known.contains(pid)));
        victims.sort_unstable();
        victims.dedup();
        let Some(first) = victims.first().copied() else {
            return Ok(());
        };
        // Stopped first, so that no parent answers the death of a child with a new one.
        for pid in &victims {
            send(options, *pid, Signal::Stop)?;
        }
        for pid in &victims {
            send(options, *pid, Signal::Kill)?;
        }
        if timeout(KILL_DEADLINE, all_ended(options, &victims))
            .await
            .is_err()
        {
            return Err(ProcessError::Survived {
                pid: first,
                seconds: KILL_DEADLINE.as_secs(),
            });
        }
        known.extend(victims);
    }
    Err(ProcessError::Survived {
        pid: handle.program.unwrap_or(pane_pid),
        seconds: KILL_DEADLINE.as_secs(),
    })
}

async fn all_ended(options: &TmuxOptions, pids: &[Pid]) {
    for pid in pids {
        options.table.ended(*pid).await;
    }
}

/// The processes to be signalled.
fn victims(processes: &[ProcessInfo], handle: &ProcessHandle, aim: Aim) -> Vec<Pid> {
    let pane_pid = handle.place.pane_pid;
    let roots: Vec<Pid> = match aim {
        Aim::Program(program) => vec![program],
        Aim::Pane => vec![pane_pid],
        Aim::Job { group } => processes
            .iter()
            .filter(|process| process.group == group)
            .map(|process| process.pid)
            .collect(),
    };
    let below = descendants(processes, &roots);
    let chosen = |process: &&ProcessInfo| {
        if process.zombie {
            return false;
        }
        let in_terminal = process.session == pane_pid.as_raw();
        match aim {
            Aim::Program(_) => {
                process.pid != pane_pid && (in_terminal || below.contains(&process.pid))
            }
            Aim::Pane => in_terminal || below.contains(&process.pid),
            Aim::Job { .. } => below.contains(&process.pid),
        }
    };
    processes.iter().filter(chosen).map(|p| p.pid).collect()
}

/// The roots and everything below them.
pub(super) fn descendants(processes: &[ProcessInfo], roots: &[Pid]) -> HashSet<Pid> {
    let mut found: HashSet<Pid> = roots.iter().copied().collect();
    loop {
        let before = found.len();
        for process in processes {
            if process.parent.is_some_and(|parent| found.contains(&parent)) {
                found.insert(process.pid);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}
