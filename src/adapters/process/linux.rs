//! The process table from /proc, and the end of a process from its pidfd.

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

/// Its working directory, if we may know.
pub(super) fn directory(pid: Pid) -> Option<PathBuf> {
    fs::read_link(format!("/proc/{pid}/cwd")).ok()
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

/// The environment that it was started with: `NAME=VALUE` with a zero behind each. Empty where we may not know.
pub(super) fn environment(pid: Pid) -> Vec<u8> {
    fs::read(format!("/proc/{pid}/environ")).unwrap_or_default()
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
