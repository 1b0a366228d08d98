//! Every capacity and pause of this adapter, with its reason.

use std::time::Duration;

/// Changes that wait for the thread that watches. When it is full, every reader looks once.
pub(super) const WATCH_QUEUE: usize = 1024;

/// Findings of one occupant that wait for whoever follows it; with the longest texts about 1 MiB. When it is full, the reader waits.
pub(super) const FINDINGS: usize = 64;

/// Files that are read at the same time. One: a hundred agents that are found at once must not take the machine from their users.
pub(super) const READERS: usize = 1;

/// Most bytes of one piece of reading.
pub(super) const CHUNK: usize = 64 * 1024;

/// Most bytes that are read of one occupant before the next one has its turn.
pub(super) const TURN: u64 = 1024 * 1024;

/// Longest line that is understood: pasted pictures stand in lines of some megabytes. A longer one is skipped.
pub(super) const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// How far before a mark reading begins, to know what was going on there.
pub(super) const LOOK_BACK: u64 = 256 * 1024;

/// Most bytes of a file that is read whole: a registry, a list of projects.
pub(super) const WHOLE_FILE: u64 = 256 * 1024;

/// How long a file may be half written before that is told of. It is read again by then, and at each change of it.
pub(super) const HALF_WRITTEN: Duration = Duration::from_secs(1);

/// Pause between looks where the system cannot tell of changes.
pub(super) const BLIND_LOOK: Duration = Duration::from_secs(2);
