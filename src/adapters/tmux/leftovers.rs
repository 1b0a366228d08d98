//! Control clients of a daemon that crashed: found by the list that it kept, and ended, since a client that nobody reads
//! freezes the panes that it watches.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::limits::RECORD_DEBOUNCE;
use super::options::TmuxOptions;
use crate::domain::ids::Pid;
use crate::domain::time::Tick;
use crate::ports::table::Signal;

/// The list: one line `pid started` for each client, in a file that only this daemon writes.
pub(super) struct Record {
    path: PathBuf,
    due: Option<Tick>,
}

impl Record {
    pub(super) fn new(options: &TmuxOptions) -> Self {
        Self {
            path: options.state_dir.join("control-clients"),
            due: None,
        }
    }

    /// Ends those that are still there. A process that only has the same number started at another time.
    pub(super) fn end_leftovers(&self, options: &TmuxOptions) {
        let Ok(text) = std::fs::read_to_string(&self.path) else {
            // The usual case: there is none. An unreadable one is replaced by the next write, which reports the trouble.
            return;
        };
        let listed = match options.table.processes() {
            Ok(listed) => listed,
            Err(error) => {
                tracing::warn!(%error, "leftover tmux control clients cannot be looked for");
                return;
            }
        };
        let recorded: Vec<(Pid, u64)> = text.lines().filter_map(read_line).collect();
        let left = listed
            .iter()
            .filter(|process| recorded.contains(&(process.pid, process.started)));
        for process in left {
            tracing::info!(pid = %process.pid, "ending a control client of a daemon that is gone");
            if let Err(error) = options.table.signal(process.pid, Signal::Terminate) {
                tracing::warn!(pid = %process.pid, %error, "it could not be ended");
            }
        }
    }

    /// The list changed.
    pub(super) fn soon(&mut self, now: Tick) {
        self.due.get_or_insert(now.after(RECORD_DEBOUNCE));
    }

    pub(super) fn deadline(&self) -> Option<Tick> {
        self.due
    }

    /// Writes the list.
    pub(super) fn write(&mut self, options: &TmuxOptions, clients: &[Pid]) {
        self.due = None;
        let listed = if clients.is_empty() {
            Ok(Vec::new())
        } else {
            options.table.processes()
        };
        let written = listed.and_then(|listed| {
            let lines: String = listed
                .iter()
                .filter(|process| clients.contains(&process.pid))
                .map(|process| format!("{} {}\n", process.pid, process.started))
                .collect();
            write_private(&self.path, &lines)
        });
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.path.display(), "the list of control clients was not written");
        }
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(text.as_bytes())
}

fn read_line(line: &str) -> Option<(Pid, u64)> {
    let (pid, started) = line.split_once(' ')?;
    Some((pid.parse().ok()?, started.parse().ok()?))
}
