//! The daemon's own task tree does for tests too: there is nothing to fake about it.

use crate::daemon::Tasks;

/// Tasks of a test.
pub(crate) type TestSpawn = Tasks;
