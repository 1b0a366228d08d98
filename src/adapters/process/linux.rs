//! The process table from /proc, and the end of a process from its pidfd.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{PidfdFlags, pidfd_open};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::raw;
use crate::domain::ids::Pid;
use crate::domain::occupant::Occupant;
use crate::ports::table::ProcessInfo;

/// One pass over /proc. What ends meanwhile is left out.
pub(super) fn processes() -> io::Result<Vec<ProcessInfo>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<Pid>().ok()) else {
            continue;
        };
        found.extend(process(pid));
    }
    Ok(found)
}

/// The leader of a session and those below it that have not left the session. Reads only them: a pane has few processes, a machine
/// thousands. What has lost its parent is not found.
pub(super) fn of_session(leader: Pid) -> io::Result<Vec<ProcessInfo>> {
    if !fs::exists("/proc/thread-self/children")? {
        // The kernel was built without them.
        let mut all = processes()?;
        all.retain(|process| process.session == leader.as_raw());
        return Ok(all);
    }
    let mut found: Vec<ProcessInfo> = process(leader).into_iter().collect();
    let mut looked_at = 0;
    while let Some(parent) = found.get(looked_at).map(|process| process.pid) {
        let children = children(parent).into_iter().filter_map(process);
        let inside: Vec<_> = children
            .filter(|child| child.session == leader.as_raw())
            .collect();
        for child in inside {
            // A list read while processes come and go may name one twice.
            if found.iter().all(|known| known.pid != child.pid) {
                found.push(child);
            }
        }
        looked_at += 1;
    }
    Ok(found)
}

/// Any thread may have started them.
fn children(parent: Pid) -> Vec<Pid> {
    let Ok(threads) = fs::read_dir(format!("/proc/{parent}/task")) else {
        return Vec::new();
    };
    threads
        .filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok())
        .flat_map(|line| {
            let pids = line.split_ascii_whitespace();
            pids.filter_map(|pid| pid.parse().ok())
                .collect::<Vec<Pid>>()
        })
        .collect()
}

/// The words of its command line; none when it is not there.
pub(super) fn arguments(pid: Pid) -> Vec<String> {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let Some(line) = line.strip_suffix(&[0]) else {
        return Vec::new();
    };
    line.split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// The file that it runs, as it was called when it was there; `None` when it is not ours to see.
pub(super) fn file(pid: Pid) -> Option<PathBuf> {
    let file = fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    // What was replaced by an update is marked.
    let kept = file
        .to_str()
        .and_then(|text| text.strip_suffix(" (deleted)"));
    Some(kept.map_or_else(|| file.clone(), PathBuf::from))
}

/// Its working directory; `None` when it is not there, or not ours to see.
pub(super) fn directory(pid: Pid) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/cwd")).ok()
}

/// Those of its variables that are wanted, as they were when its program began; none when they are not ours to see.
pub(super) fn variables(pid: Pid) -> BTreeMap<String, String> {
    let all = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    all.split(|byte| *byte == 0)
        .filter_map(|variable| std::str::from_utf8(variable).ok()?.split_once('='))
        .filter(|(name, _)| Occupant::ENVIRONMENT.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// How long a process has run that began at that tick since boot.
pub(super) fn age(started: u64) -> Option<Duration> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let seconds: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let ticks = rustix::param::clock_ticks_per_second();
    let began = Duration::from_millis(started.checked_mul(1000)?.checked_div(ticks)?);
    Some(
        Duration::try_from_secs_f64(seconds)
            .ok()?
            .saturating_sub(began),
    )
}

/// True when only the entry of the process is left.
pub(super) fn is_zombie(pid: Pid) -> bool {
    process(pid).is_some_and(|process| process.zombie)
}

/// Returns true when the process has ended, false at once when the kernel cannot tell us.
pub(super) async fn told_of_end(pid: Pid) -> bool {
    match pidfd_open(raw(pid), PidfdFlags::empty()) {
        Ok(pidfd) => has_ended(pidfd).await.is_ok(),
        Err(error) => error == rustix::io::Errno::SRCH,
    }
}

/// A pidfd becomes readable when its process ends, whether somebody has waited for it or not.
#[expect(
    deprecated,
    reason = "its replacement is unsafe for the sake of types that may change their descriptor; an OwnedFd cannot"
)]
async fn has_ended(pidfd: OwnedFd) -> io::Result<()> {
    let pidfd = AsyncFd::with_interest(pidfd, Interest::READABLE)?;
    pidfd.readable().await.map(drop)
}

/// One process, if it is there.
pub(super) fn process(pid: Pid) -> Option<ProcessInfo> {
    parse(&fs::read(format!("/proc/{pid}/stat")).ok()?)
}

/// `pid (name) state ppid pgrp session tty_nr tpgid ... starttime ...`: the name may hold spaces, parentheses and line
/// ends, so what is behind it is counted from the last parenthesis.
fn parse(stat: &[u8]) -> Option<ProcessInfo> {
    let open = memchr::memchr(b'(', stat)?;
    let close = memchr::memrchr(b')', stat)?;
    let pid = text(stat.get(..open)?)?.trim().parse().ok()?;
    let name = String::from_utf8_lossy(stat.get(open + 1..close)?).into_owned();
    let mut fields = text(stat.get(close + 1..)?)?.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok();
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    let terminal: i64 = fields.next()?.parse().ok()?;
    let foreground: i32 = fields.next()?.parse().ok()?;
    // Fields are numbered from 1: tpgid is the 8th, starttime the 22nd.
    let started = fields.nth(13)?.parse().ok()?;
    Some(ProcessInfo {
        pid,
        parent,
        group,
        session,
        foreground: (terminal != 0 && foreground > 0).then_some(foreground),
        stopped: state == "T",
        deaf: state == "D",
        zombie: matches!(state, "Z" | "X"),
        started,
        name,
    })
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_made_to_confuse_does_not() {
        let stat =
            b"12 (a) T 1 (\xff\n) S 7 12 12 34816 15 4194304 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2\n";
        let process = parse(stat).unwrap();
        assert_eq!(process.pid.as_raw(), 12);
        assert_eq!(process.name, "a) T 1 (\u{fffd}\n");
        assert_eq!(process.parent, Pid::new(7));
        assert_eq!((process.group, process.session), (12, 12));
        assert_eq!(process.foreground, Some(15));
        assert_eq!(process.started, 98765);
        assert!(!process.stopped);
    }

    #[test]
    fn no_terminal_no_parent() {
        let stat = b"1 (init) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 5 1 2\n";
        let process = parse(stat).unwrap();
        assert_eq!((process.parent, process.foreground), (None, None));
    }

    #[test]
    fn half_a_line_is_no_process() {
        for stat in [&b""[..], b"12", b"12 (a", b"12 (a) S 1 2", b") ("] {
            assert_eq!(parse(stat), None);
        }
    }
}
