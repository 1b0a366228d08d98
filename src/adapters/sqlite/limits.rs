//! Every capacity and time of the databases, with its reason and what happens when it is met.

use std::time::Duration;

/// Output in one frame, before compression: large enough for a good ratio, small enough that a random read is a fraction of a
/// millisecond.
pub(super) const FRAME_BYTES: usize = 64 * 1024;

/// Output is written so long after its first byte at the latest: it is on disk within a second even when the machine is busy.
pub(super) const COMMIT_AFTER: Duration = Duration::from_millis(400);

/// Chunks that follow each other within this become one: no eye sees the difference in a replay.
pub(super) const JOIN_MILLIS: u64 = 10;

/// Compression level of zstd: 3 compresses text to a quarter at several times the speed of tmux.
pub(super) const LEVEL: i32 = 3;

/// Bytes that wait for the writer. When full, output is refused and becomes a gap. A few seconds of the fastest flood.
pub(super) const INBOX_BYTES: usize = 32 * 1024 * 1024;

/// Output that wakes the writer from its doze, in which it lets output gather until it is time to write. When more comes, it works at
/// once; 64 frames are ready then.
pub(super) const WAKING_BYTES: usize = 4 * 1024 * 1024;

/// Orders that do the same: thirty times what twenty busy agents draw meanwhile.
pub(super) const WAKING_ORDERS: usize = 4096;

/// Orders that the writer obeys before it looks at the time again.
pub(super) const ORDERS_AT_ONCE: usize = 256;

/// Orders that wait for the writer, whatever their size. When full, as above.
pub(super) const INBOX_ORDERS: usize = 100_000;

/// Memory for what one runner printed while it cannot be written, lines and pictures included. When full, more is dropped and
/// becomes a gap; one screen is held beside it, from which output goes on.
pub(super) const HELD_BYTES: usize = 1024 * 1024;

/// The part of it that only small records get, so that marks and the end of a run outlive a flood. When full, they are dropped, too.
pub(super) const HELD_FOR_RECORDS: usize = 32 * 1024;

/// First wait before writing is tried again.
pub(super) const RETRY_FIRST: Duration = Duration::from_millis(250);

/// Longest wait before writing is tried again.
pub(super) const RETRY_LAST: Duration = Duration::from_secs(5);

/// Databases that the writer keeps open; the one that was used longest ago is closed. Each takes two files and some memory.
pub(super) const OPEN_FILES: usize = 64;

/// Databases that the reader keeps open.
pub(super) const OPEN_READERS: usize = 8;

/// How often what was written is brought from the system's memory to the medium, and databases that nothing waits for are closed.
pub(super) const SYNC_EVERY: Duration = Duration::from_secs(30);

/// Frames that one step of pruning removes: a few milliseconds, in which output waits in line.
pub(super) const PRUNE_STEP: usize = 200;

/// A transcript may be so much longer than its limit (in hundredths) before it is pruned, so that this is not done all the time.
pub(super) const OVERSIZE_PERCENT: u64 = 5;

/// Free pages that are given back to the file system at a time.
pub(super) const VACUUM_PAGES: u32 = 2000;

/// How long a reader waits for a writer that moves the log of changes into the file.
pub(super) const BUSY: Duration = Duration::from_secs(5);

/// Time in which the writer must have written what is pending at the end of the daemon. A tenth of it is enough on a slow disk;
/// one that takes longer hangs, and then the thread is left behind with what it holds.
pub(super) const END_WRITER: Duration = Duration::from_secs(5);

/// Time in which a reader must have ended. Nothing is lost with it.
pub(super) const END_READER: Duration = Duration::from_secs(1);

/// Questions whose plans a connection keeps: more than there are. Of more, the one that was asked longest ago is planned again.
pub(super) const STATEMENTS: usize = 32;

/// Changes of recording that wait to be told. When full, the newest is told with the next change.
pub(super) const RECORDINGS: usize = 256;

/// Requests to the owner of the metadata that wait in line. When full, callers wait for room: none may be lost.
pub(super) const METADATA_WORK: usize = 64;

/// How long it may take to bring the ledger over from a database that is damaged: the daemon starts, or a verb waits, meanwhile. What
/// is not brought over by then stays in the file that was set aside.
pub(super) const RESCUE_WITHIN: Duration = Duration::from_secs(3);

/// Runs of each runner of which the pane is remembered; older ones go. As long as the history of its status.
pub(super) const EPOCHS_KEPT: u32 = 1000;

/// Longest text of a screen that is kept with a session key. A screen of the largest terminals, with room for wide characters; a
/// longer one is not kept.
pub(super) const SNAPSHOT_BYTES: u64 = 4 * 1024 * 1024;
