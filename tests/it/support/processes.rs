//! The machine's processes as a test needs them: which ones belong to its sandbox, and in what state they are.

use std::fs;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

/// One process, as it was when it was looked up.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    /// Its id.
    pub(crate) pid: i32,
    /// Its parent's id.
    pub(crate) parent: i32,
    /// `R`, `S`, `T` (stopped), `Z` and so on.
    pub(crate) state: char,
    /// Resident memory in KiB.
    pub(crate) resident: u64,
    /// Its arguments, joined by spaces.
    pub(crate) command: String,
    /// Arguments and, where the system shows it, the environment: tells whose it is.
    traces: String,
    /// Threads that have not ended; 1 when the system does not tell.
    threads: u32,
}

impl Process {
    /// The process with that id, unless it has ended, with all of its threads: the last one to end closes its files.
    pub(crate) fn find(pid: i32) -> Option<Self> {
        if fs::exists("/proc/self/stat").unwrap() {
            Self::from_proc(pid).filter(|process| process.state != 'Z' || process.threads > 1)
        } else {
            Self::all().into_iter().find(|process| process.pid == pid)
        }
    }

    /// Every living process whose arguments or environment name `trace`.
    pub(crate) fn with_trace(trace: &str) -> Vec<Self> {
        let own = i32::try_from(std::process::id()).unwrap();
        let mut found = Self::all();
        found.retain(|process| process.pid != own && process.traces.contains(trace));
        found
    }

    /// True when it has this variable in its environment, `NAME=value`.
    pub(crate) fn has_variable(&self, variable: &str) -> bool {
        self.traces.split(['\0', ' ']).any(|part| part == variable)
    }

    fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else {
            return Self::from_ps();
        };
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(Self::from_proc)
            .filter(|process| process.state != 'Z')
            .collect()
    }

    fn from_proc(pid: i32) -> Option<Self> {
        let read = |name: &str| {
            fs::read(format!("/proc/{pid}/{name}"))
                .map(|b| String::from_utf8_lossy(&b).into_owned())
        };
        let stat = read("stat").ok()?;
        // The name may hold anything, also brackets: the last one ends it.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let command = read("cmdline").ok()?.replace('\0', " ");
        let environment = read("environ").unwrap_or_default();
        let status = read("status").ok()?;
        let resident = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok());
        Some(Self {
            pid,
            parent: fields[1].parse().ok()?,
            state: fields[0].chars().next()?,
            resident: resident.unwrap_or(0),
            traces: format!("{command}\0{environment}"),
            threads: fields[17].parse().ok()?,
            command,
        })
    }

    fn from_ps() -> Vec<Self> {
        let output = Command::new("ps")
            .args(["-A", "-ww", "-o", "pid=,ppid=,state=,rss=,args="])
            .output()
            .expect("a system without /proc has ps");
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| {
                let mut fields = line.split_whitespace();
                let process = Self {
                    pid: fields.next()?.parse().ok()?,
                    parent: fields.next()?.parse().ok()?,
                    state: fields.next()?.chars().next()?,
                    resident: fields.next()?.parse().ok()?,
                    command: fields.collect::<Vec<_>>().join(" "),
                    traces: line.to_owned(),
                    threads: 1,
                };
                (process.state != 'Z').then_some(process)
            })
            .collect()
    }

    /// Sends it a signal; nothing happens when it has ended.
    pub(crate) fn signal(pid: i32, signal: Signal) {
        if let Some(pid) = Pid::from_raw(pid) {
            let _ended_already = kill_process(pid, signal);
        }
    }
}
