//! The process table from `ps`, for systems without /proc.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use crate::domain::ids::Pid;
use crate::domain::occupant::Occupant;
use crate::ports::table::ProcessInfo;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Apple's `ps` shows an address or 0 as session, so there the system itself is asked.
const SESSION: &str = if cfg!(target_vendor = "apple") {
    "sess"
} else {
    "sid"
};

/// Every process. What ends meanwhile is left out.
pub(super) fn processes() -> io::Result<Vec<ProcessInfo>> {
    let output = ps(&["-axo", &columns()])?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(words));
    }
    let lines = String::from_utf8_lossy(&output.stdout);
    Ok(lines.lines().filter_map(parse).collect())
}

fn columns() -> String {
    format!("pid=,ppid=,pgid=,{SESSION}=,tpgid=,stat=,lstart=,comm=")
}

#[cfg(target_vendor = "apple")]
fn session(pid: Pid, _shown: &str) -> Option<i32> {
    let session = rustix::process::getsid(Some(super::raw(pid))).ok()?;
    Some(session.as_raw_nonzero().get())
}

#[cfg(not(target_vendor = "apple"))]
fn session(_pid: Pid, shown: &str) -> Option<i32> {
    shown.parse().ok()
}

/// The words of its command line, split also within words that have spaces; none when it is not there.
pub(super) fn arguments(pid: Pid) -> Vec<String> {
    let line = ps(&["-ww", "-o", "args=", "-p", &pid.to_string()]);
    let line = line.map(|output| output.stdout).unwrap_or_default();
    let line = String::from_utf8_lossy(&line);
    line.split_whitespace().map(str::to_owned).collect()
}

/// The processes of the session that `leader` leads.
pub(super) fn of_session(leader: Pid) -> io::Result<Vec<ProcessInfo>> {
    let mut all = processes()?;
    all.retain(|process| process.session == leader.as_raw());
    Ok(all)
}

/// One process, if it is there.
#[cfg(not(target_os = "linux"))]
pub(super) fn process(pid: Pid) -> Option<ProcessInfo> {
    let output = ps(&["-o", &columns(), "-p", &pid.to_string()]).ok()?;
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(parse)
}

/// The file that it runs, which `ps` does not know: the crate `sysinfo` does.
pub(super) fn file(pid: Pid) -> Option<PathBuf> {
    let wanted = ProcessRefreshKind::nothing().with_exe(UpdateKind::Always);
    let found = with_sysinfo(pid, wanted, |process| process.exe().map(Path::to_owned));
    found.flatten()
}

/// Its working directory, which `ps` does not know: the crate `sysinfo` does.
pub(super) fn directory(pid: Pid) -> Option<PathBuf> {
    let wanted = ProcessRefreshKind::nothing().with_cwd(UpdateKind::Always);
    let found = with_sysinfo(pid, wanted, |process| process.cwd().map(Path::to_owned));
    found.flatten()
}

/// Those of its variables that are wanted; none when they are not ours to see.
pub(super) fn variables(pid: Pid) -> BTreeMap<String, String> {
    let wanted = ProcessRefreshKind::nothing().with_environ(UpdateKind::Always);
    let read = |process: &sysinfo::Process| {
        process
            .environ()
            .iter()
            .filter_map(|variable| variable.to_str()?.split_once('='))
            .filter(|(name, _)| Occupant::ENVIRONMENT.contains(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    with_sysinfo(pid, wanted, read).unwrap_or_default()
}

fn with_sysinfo<T>(
    pid: Pid,
    wanted: ProcessRefreshKind,
    read: impl FnOnce(&sysinfo::Process) -> T,
) -> Option<T> {
    let its = sysinfo::Pid::from_u32(u32::try_from(pid.as_raw()).ok()?);
    let mut system = System::new();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[its]), false, wanted);
    system.process(its).map(read)
}

/// How long a process has run: its start is told in whole seconds of a day, which says too little.
#[cfg(not(target_os = "linux"))]
pub(super) const fn age(_started: u64) -> Option<std::time::Duration> {
    None
}

/// True when only the entry of the process is left.
pub(super) fn is_zombie(pid: Pid) -> bool {
    ps(&["-o", "stat=", "-p", &pid.to_string()])
        .is_ok_and(|output| output.stdout.trim_ascii_start().first() == Some(&b'Z'))
}

/// In the C locale, in which the names of the months are known.
fn ps(arguments: &[&str]) -> io::Result<Output> {
    Command::new("ps")
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
}

/// One line.
fn parse(line: &str) -> Option<ProcessInfo> {
    let mut rest = line;
    let mut word = || {
        let trimmed = rest.trim_start();
        let (word, after) = trimmed.split_once(' ')?;
        rest = after;
        Some(word)
    };
    let pid = word()?.parse().ok()?;
    let parent = word()?.parse().ok();
    let group = word()?.parse().ok()?;
    let session = session(pid, word()?)?;
    let foreground: i32 = word()?.parse().ok()?;
    let state = word()?;
    let _weekday = word()?;
    let month = word()?;
    let day = word()?;
    let time = word()?;
    let year = word()?;
    let started = started(year, month, day, time)?;
    // macOS shows the whole path, which may hold spaces.
    let name = rest.trim();
    let name = name.rsplit('/').next().unwrap_or(name).to_owned();
    Some(ProcessInfo {
        pid,
        parent,
        group,
        session,
        foreground: (foreground > 0).then_some(foreground),
        stopped: state.starts_with('T'),
        // macOS says U.
        deaf: state.starts_with(['D', 'U']),
        zombie: state.starts_with('Z'),
        started,
        name,
    })
}

/// `2026`, `Nov`, `20`, `20:53:47` as the number 20261120205347: ordered, and that is all it is for.
fn started(year: &str, month: &str, day: &str, time: &str) -> Option<u64> {
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let day: u32 = day.parse().ok()?;
    let time = time.replace(':', "");
    format!("{year}{month:02}{day:02}{time}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(not(target_vendor = "apple"))]
    fn a_line_is_read() {
        let line = "  501     1   501 400    777 Ss+  Fri Nov  6 08:03:07 2026 /Applications/My App/bin/node";
        let process = parse(line).unwrap();
        assert_eq!(process.pid, Pid::new(501).unwrap());
        assert_eq!(process.parent, Pid::new(1));
        assert_eq!((process.group, process.session), (501, 400));
        assert_eq!(process.foreground, Some(777));
        assert_eq!(process.started, 20_261_106_080_307);
        assert_eq!(process.name, "node");
        assert_eq!(parse("1 2 3"), None);
    }
}
