//! Every capacity and timeout of the daemon, with its reason and what happens when it is met.

use std::time::Duration;

/// Connections at a time. One more is answered `Unavailable` and closed: a person has a few clients, a status
/// follower per terminal, and a run parent for a moment per start and exit.
pub const CONNECTIONS: usize = 256;

/// Time in which a connection must send a whole request line, counted from the last answer. A silent or half-sent
/// one is closed then, so that it does not hold a place for ever.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Time in which a client must take an answer. One that does not read is closed then.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// Time in which a client of a stream must take an event. Being slow costs it events (`lagged`); one that reads
/// nothing for so long has been forgotten by its owner, and is closed.
pub const STREAM_TIMEOUT: Duration = Duration::from_secs(600);

/// Pieces of a transcript in one event: the largest is 256 KiB, a third more in base64, and lines end at 4 MiB.
pub const PIECES_A_LINE: usize = 8;

/// How often a stream whose client has closed its sending side is looked at: has it closed the other one too?
pub const HALF_CLOSED_CHECK: Duration = Duration::from_secs(15);

/// Time for the tasks to end by themselves at shutdown. Those that have not are aborted and named.
pub const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(4);

/// How long the daemon stays after its tmux server has gone, so that people can ask what became of their runners
/// and a server that comes back is met. The list of runners is on disk; the next daemon has it again.
pub const LINGER: Duration = Duration::from_secs(60);

/// Read buffer of a connection: most requests are some hundred bytes.
pub const READ_BUFFER: usize = 8 * 1024;

/// Calls of hooks that wait for the use cases. An agent calls a few times a second at most; one more is dropped, with a warning: other
/// evidence tells the same later.
pub const HOOKS: usize = 256;

/// Pause after a failure of the socket of hooks, so that it is not tried in a busy loop.
pub const HOOK_PAUSE: Duration = Duration::from_millis(100);
