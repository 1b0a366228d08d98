//! The hooks of agents. Reading them touches nothing of the world, so the real one serves.

use std::path::Path;
use std::sync::Arc;

use crate::adapters::agents::HooksOfAgents;
use crate::ports::agents::AgentHooks;

/// The real one.
pub(crate) fn real_hooks() -> Arc<dyn AgentHooks> {
    Arc::new(HooksOfAgents::new(Path::new("/opt/geppetto")))
}
