//! Processes that use what the test says.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::RwLock;

use crate::domain::ids::Pid;
use crate::domain::usage::{ProcessUsage, tree};
use crate::ports::usage::{UsageError, UsageTable};

/// The table.
#[derive(Debug, Default)]
pub(crate) struct FakeUsage {
    processes: RwLock<Vec<ProcessUsage>>,
    readings: AtomicUsize,
}

impl FakeUsage {
    /// A process is there from now on, or has used so much by now.
    pub(crate) async fn uses(&self, pid: i32, parent: i32, cpu: Duration, memory: u64) {
        let process = ProcessUsage {
            pid: Pid::new(pid).unwrap(),
            parent: Pid::new(parent),
            started: 1,
            cpu,
            memory,
        };
        let mut processes = self.processes.write().await;
        processes.retain(|known| known.pid != process.pid);
        processes.push(process);
    }

    /// How often it was read.
    pub(crate) fn readings(&self) -> usize {
        self.readings.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl UsageTable for FakeUsage {
    async fn read(&self, roots: Vec<Pid>) -> Result<BTreeMap<Pid, Vec<ProcessUsage>>, UsageError> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        let all = self.processes.read().await;
        let trees = roots.into_iter().map(|root| (root, tree(root, &all)));
        Ok(trees.filter(|(_, tree)| !tree.is_empty()).collect())
    }
}

#[tokio::test]
async fn the_fake_table_keeps_the_contract() {
    let table = FakeUsage::default();
    table.uses(4242, 1, Duration::from_millis(5), 1000).await;
    super::usage_contract::check(&table, Pid::new(4242).unwrap()).await;
}
