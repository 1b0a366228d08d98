//! The task tree: the only place that spawns. Every task has a name, is joined at shutdown, and is aborted and
//! named when it does not end in time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::ports::spawn::{Spawn, Task};

type Names = Arc<RwLock<BTreeMap<u64, (&'static str, Option<AbortHandle>)>>>;

/// The tree. Clones are the same tree.
#[derive(Debug, Clone, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    names: Names,
    next: Arc<AtomicU64>,
}

impl Tasks {
    /// Runs a task without which the daemon is nothing: when it ends, also by a panic, `shutdown` is cancelled.
    pub fn spawn_vital(&self, name: &'static str, shutdown: &CancellationToken, task: Task) {
        let ends_all = shutdown.clone().drop_guard();
        self.spawn(
            name,
            Box::pin(async move {
                let _ends_all = ends_all;
                task.await;
            }),
        );
    }

    /// Waits for every task; aborts those that have not ended within `limit` and returns their names.
    pub async fn join(&self, limit: Duration) -> Vec<&'static str> {
        self.tracker.close();
        if tokio::time::timeout(limit, self.tracker.wait())
            .await
            .is_ok()
        {
            return Vec::new();
        }
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names
            .values()
            .map(|(name, abort)| {
                if let Some(abort) = abort {
                    abort.abort();
                }
                *name
            })
            .collect()
    }
}

impl Spawn for Tasks {
    fn spawn(&self, name: &'static str, task: Task) {
        let key = self.next.fetch_add(1, Ordering::Relaxed);
        let listed = Listed {
            names: Arc::clone(&self.names),
            key,
            name,
        };
        self.names
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, (name, None));
        let handle = self.tracker.spawn(async move {
            let _listed = listed;
            task.await;
        });
        if let Some((_, abort)) = self
            .names
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .get_mut(&key)
        {
            *abort = Some(handle.abort_handle());
        }
    }
}

/// Takes a task off the list when it ends, however it does.
struct Listed {
    names: Names,
    key: u64,
    name: &'static str,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.names
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&self.key);
        if std::thread::panicking() {
            tracing::error!(task = self.name, "a task panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_end_is_named_and_aborted() {
        let tasks = Tasks::default();
        tasks.spawn("quick", Box::pin(async {}));
        tasks.spawn("stuck", Box::pin(std::future::pending()));
        assert_eq!(tasks.join(Duration::from_secs(1)).await, ["stuck"]);
        assert!(tasks.join(Duration::from_secs(1)).await.is_empty());
    }

    #[tokio::test]
    async fn the_end_of_a_vital_task_ends_the_daemon() {
        let tasks = Tasks::default();
        let shutdown = CancellationToken::new();
        tasks.spawn_vital("heart", &shutdown, Box::pin(async {}));
        shutdown.cancelled().await;
        assert!(tasks.join(Duration::from_secs(1)).await.is_empty());
    }
}
