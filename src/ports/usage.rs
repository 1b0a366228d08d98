//! What processes use of the machine.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::ids::Pid;
use crate::domain::usage::ProcessUsage;

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UsageError {
    /// The process table cannot be read at present.
    #[error("the process table could not be read: {source}")]
    Table {
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
}

/// Reads what processes have used so far. It remembers nothing: two readings are compared by whoever asked for them.
#[async_trait]
pub trait UsageTable: Send + Sync {
    /// Each of `roots` with all its descendants, zombies left out. A root that is not there is missing from the answer.
    ///
    /// # Errors
    /// `Table`.
    async fn read(&self, roots: Vec<Pid>) -> Result<BTreeMap<Pid, Vec<ProcessUsage>>, UsageError>;
}
