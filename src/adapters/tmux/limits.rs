//! Every capacity and time of this adapter, each with its reason.

use std::time::Duration;

/// Bytes read from a control client at a time: a quarter of its pipe, so that others have their turn.
pub(super) const READ_CHUNK: usize = 256 * 1024;

/// Time over which reads of control clients are counted, to tell a flood.
pub(super) const FLOOD_WINDOW: Duration = Duration::from_millis(40);

/// So many reads in a window are a flood: one for each millisecond.
pub(super) const FLOOD_BEGINS: u32 = 40;

/// With rests in between, so many show that it goes on.
pub(super) const FLOOD_GOES_ON: u32 = 3;

/// How long output of a flood gathers before it is read: half of what an eye could see, and about 100 KiB at tmux's best.
pub(super) const FLOOD_REST: Duration = Duration::from_millis(8);

/// How long output that was read rests before it goes on, when other output went on a moment ago: less than a frame of what agents
/// draw, and a fifth of the time within which a line has to be with those who follow it. A stream that holds more than
/// [`GATHER_BYTES`] rests no longer.
pub(super) const GATHER: Duration = Duration::from_millis(20);

/// See [`GATHER`]: this is no spinner.
pub(super) const GATHER_BYTES: usize = 32 * 1024;

/// Requests of other tasks that wait for the hub. Full: the caller waits, the hub never does.
pub(super) const REQUEST_QUEUE: usize = 64;

/// Requests that wait for a connection. Full: refused as disconnected, since something is badly wrong then.
pub(super) const HELD_REQUESTS: usize = 1024;

/// `MuxEvent`s that wait for their reader. Full: the hub keeps the newest layout and every `ServerGone`.
pub(super) const EVENT_QUEUE: usize = 16;

/// Events of one pane that wait for their reader. Full: output gathers in the feed, up to [`FEED_PENDING_BYTES`].
pub(super) const STREAM_QUEUE: usize = 32;

/// Output is joined up to this size, so that a burst is few events and none of them is huge.
pub(super) const FEED_EVENT_BYTES: usize = 256 * 1024;

/// Output of one pane that is kept for a slow reader; beyond it the oldest is dropped, with a `Lost` event in its
/// place. About a second of the fastest flood that tmux can deliver.
pub(super) const FEED_PENDING_BYTES: usize = 8 * 1024 * 1024;

/// `pause-after`: seconds of unsent output at which tmux drops it and says so. Our reader is never late by itself; this
/// bounds what the server gathers while the daemon or the machine is suspended.
pub(super) const PAUSE_AFTER_SECONDS: u32 = 10;

/// A command is answered within this after the last that was heard of the client, or fails. tmux answers in under 1 ms,
/// but behind the output that waits for the client; a server on a swapped-out machine takes longer.
pub(super) const COMMAND_DEADLINE: Duration = Duration::from_secs(5);

/// A client that leaves a command unanswered for so long is ended and replaced.
pub(super) const CLIENT_STUCK: Duration = Duration::from_secs(15);

/// Time for a new client to be attached.
pub(super) const ATTACH_DEADLINE: Duration = Duration::from_secs(5);

/// Time for a one-shot `tmux` process (3 ms normally; starting a server loads the user's configuration).
pub(super) const ONE_SHOT_DEADLINE: Duration = Duration::from_secs(10);

/// Structural notifications come in groups: the listing waits this long for the rest of them.
pub(super) const LISTING_DEBOUNCE: Duration = Duration::from_millis(20);

/// First wait before a lost client is replaced.
pub(super) const BACKOFF_FIRST: Duration = Duration::from_millis(50);

/// Longest wait before a lost client is replaced, and between looks at a socket without a server.
pub(super) const BACKOFF_LAST: Duration = Duration::from_secs(5);

/// So many clients within [`STORM_WINDOW`] that end before they are attached are reported as an error, and the next try
/// waits [`BACKOFF_LAST`].
pub(super) const STORM_ENDS: u32 = 3;

/// See [`STORM_ENDS`].
pub(super) const STORM_WINDOW: Duration = Duration::from_secs(1);

/// A client that was attached for so long was well: it is replaced at once (its session ended, most likely), and the
/// waits begin at [`BACKOFF_FIRST`] again. Longer than a client that somebody detaches as fast as it comes.
pub(super) const BACKOFF_RESET: Duration = Duration::from_millis(100);

/// Time for a client to leave at the end of its input, and again after SIGTERM, before the next harder step.
pub(super) const CLOSE_STEP: Duration = Duration::from_millis(500);

/// Time for all clients to leave when the daemon stops; longer than all the steps of one.
pub(super) const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(3);

/// A dead pane without status and signal: the server is poked after this (tmux 3.3a loses a SIGCHLD now and then,
/// and the end of any other child makes it look again).
pub(super) const DEAD_POKE_AFTER: Duration = Duration::from_millis(500);

/// The poke's effect is looked for after this.
pub(super) const DEAD_LOOK_AFTER: Duration = Duration::from_millis(150);

/// A dead pane without status and signal for so long is an end that nobody knows.
pub(super) const DEAD_GIVE_UP: Duration = Duration::from_secs(2);

/// Time for the run parent's report after its pane is seen to be gone or dead.
pub(super) const REPORT_GRACE: Duration = Duration::from_secs(2);

/// Time for a `monitor` call to find its watching client attached.
pub(super) const WATCH_DEADLINE: Duration = Duration::from_secs(5);

/// After SIGKILL a process is gone within this, or it never will (stuck in the kernel).
pub(super) const KILL_DEADLINE: Duration = Duration::from_secs(5);

/// Times that a kill lists the processes again to catch those that were born meanwhile. A fork bomb could outrun any number.
pub(super) const SIGNAL_ROUNDS: usize = 20;

/// How long a freeze goes on to stop what still runs: on a busy machine, or in the middle of a write, a process stops late. A fork bomb
/// could outrun any time.
pub(super) const FREEZE_DEADLINE: Duration = Duration::from_secs(2);

/// Between two looks of a freeze: a stop takes effect within a scheduling round.
pub(super) const FREEZE_ROUND: Duration = Duration::from_millis(5);

/// A shell answers `fg` within this; after that its job goes on in the background.
pub(super) const FOREGROUND_DEADLINE: Duration = Duration::from_secs(1);

/// The list of our control clients is written this long after a change: one look at the process table serves
/// all clients that were started together.
pub(super) const RECORD_DEBOUNCE: Duration = Duration::from_millis(100);

/// How often a pane is tried again whose command was on its way when the connection was lost.
pub(super) const SPAWN_RETRIES: u32 = 3;

/// Lines of history that a picture of a pane has: more than tmux keeps by default (2000), and a fraction of a second to take in.
pub(super) const HISTORY_LINES: u32 = 5000;

/// Length limit of free text in listings. Any length limit makes tmux drop control bytes; this one is above every
/// name that fits a screen.
pub(super) const TEXT_LIMIT: usize = 256;

/// The same of a directory, which is of no use when its end is missing.
pub(super) const PATH_LIMIT: usize = 1024;

/// Longest time that the pane of an ended program may take to close before the next run parent may leave.
pub(super) const DEPARTURE: Duration = Duration::from_millis(300);

/// When the sentinel tries again to attach after it had to wait for calm.
pub(super) const CALM_RETRY: Duration = Duration::from_millis(20);

/// Size of the pipe from a control client: what tmux may write while we look at something else. More needs privileges.
pub(super) const PIPE_BYTES: usize = 1024 * 1024;

/// How long tmux must have had nothing to tell before a client attaches: the server notices within a few milliseconds what
/// we know already, such as the end of another client.
pub(super) const QUIET: Duration = Duration::from_millis(20);

/// Longest time that a client waits for quiet: a busy server never is.
pub(super) const QUIET_PATIENCE: Duration = Duration::from_millis(500);

/// A server that was started less than this ago may still be restoring the sessions of the last one. Seconds count.
pub(super) const YOUNG: Duration = Duration::from_secs(60);

/// Between two looks at a young server: longer than a script takes from one session to the next.
pub(super) const SETTLING: Duration = Duration::from_millis(200);

/// Longest time that a young server is given to settle; less than a request waits ([`COMMAND_DEADLINE`]).
pub(super) const SETTLING_PATIENCE: Duration = Duration::from_secs(3);

/// How long what we wrote into a pane is expected as its output: milliseconds normally, more behind a flood.
pub(super) const ECHO_EXPECTED: Duration = Duration::from_secs(2);

/// How long it is waited for before the pane may close.
pub(super) const ECHO_DEADLINE: Duration = Duration::from_millis(200);

/// Characters of a line on a terminal: more than a status line shows.
pub(super) const MESSAGE_CHARS: usize = 300;
