//! Background work: the daemon's task tree, as adapters and use cases ask for it.

use std::pin::Pin;

/// A task without a result: what it finds out, it sends.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send + 'static>>;

/// The task tree. Nobody else spawns.
pub trait Spawn: Send + Sync {
    /// Runs `task` under `name`. The tree joins it at shutdown, so it must end when its channels close or when
    /// the token it was given is cancelled.
    fn spawn(&self, name: &'static str, task: Task);
}
