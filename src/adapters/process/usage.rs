//! What processes use, by the crate `sysinfo`, on a thread for blocking work. Nothing is kept open between two readings.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{Resource, getrlimit, setrlimit};
use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

use crate::domain::ids::Pid;
use crate::domain::usage::{ProcessUsage, tree};
use crate::ports::usage::{UsageError, UsageTable};

/// The process table of this machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemUsage {
    /// Only [`SystemUsage::new`] makes one.
    _prepared: (),
}

impl SystemUsage {
    /// Prepares the crate, which would otherwise raise this process's limit of open files for good, and with it that of every
    /// program in a tmux server that we start.
    ///
    /// # Errors
    /// When the limit cannot be put back.
    pub fn new() -> io::Result<Self> {
        let limit = getrlimit(Resource::Nofile);
        // It keeps no file open from one reading to the next. False where it never would.
        let _is_linux = sysinfo::set_open_files_limit(0);
        setrlimit(Resource::Nofile, limit)?;
        Ok(Self { _prepared: () })
    }
}

#[async_trait]
impl UsageTable for SystemUsage {
    async fn read(&self, roots: Vec<Pid>) -> Result<BTreeMap<Pid, Vec<ProcessUsage>>, UsageError> {
        let read = tokio::task::spawn_blocking(move || {
            let all = processes();
            let trees = roots.into_iter().map(|root| (root, tree(root, &all)));
            trees.filter(|(_, tree)| !tree.is_empty()).collect()
        });
        read.await.map_err(|broken| UsageError::Table {
            source: Arc::new(io::Error::other(broken)),
        })
    }
}

/// Every process that we may see, but for those of which only the entry is left.
fn processes() -> Vec<ProcessUsage> {
    let mut system = System::new();
    let wanted = ProcessRefreshKind::nothing().with_cpu().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::All, false, wanted);
    let processes = system.processes().values();
    processes
        .filter(|process| {
            process.thread_kind().is_none()
                && !matches!(
                    process.status(),
                    ProcessStatus::Zombie | ProcessStatus::Dead
                )
        })
        .filter_map(|process| {
            Some(ProcessUsage {
                pid: pid(process.pid())?,
                parent: process.parent().and_then(pid),
                started: process.start_time(),
                cpu: Duration::from_millis(process.accumulated_cpu_time()),
                memory: process.memory(),
            })
        })
        .collect()
}

fn pid(pid: sysinfo::Pid) -> Option<Pid> {
    i32::try_from(pid.as_u32()).ok().and_then(Pid::new)
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;
    use crate::testkit::usage_contract;

    fn own() -> Pid {
        Pid::new(std::process::id().cast_signed()).unwrap()
    }

    #[tokio::test]
    async fn the_table_of_the_system_keeps_the_contract() {
        let table = SystemUsage::new().unwrap();
        usage_contract::check(&table, own()).await;
    }

    #[tokio::test]
    async fn a_child_is_part_of_the_tree_until_it_has_ended() {
        let table = SystemUsage::new().unwrap();
        let mut child = Command::new("sleep")
            .arg("1000")
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let its = Pid::new(child.id().cast_signed()).unwrap();
        let is_there = async || {
            let trees = table.read(vec![own(), its]).await.unwrap();
            let in_ours = trees[&own()].iter().any(|process| process.pid == its);
            (in_ours, trees.contains_key(&its))
        };
        assert_eq!(is_there().await, (true, true));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(is_there().await, (false, false));
    }
}
