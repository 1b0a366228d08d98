//! Every capacity and timeout of the use cases, with its reason and what happens when it is met.

use std::time::Duration;

/// Turns waiting for the monitor. A turn takes microseconds; when full, the asking connection waits.
pub(super) const TURNS: usize = 256;

/// Process events waiting for the monitor, of all runners: at most 16 MiB of output, of which each may hold 256 KiB. When full,
/// the pump of that runner waits, its own stream fills, and the adapter merges and finally drops output with a mark.
pub(super) const EVENTS: usize = 64;

/// Entries that a runner's log keeps in memory.
pub(super) const LOG_ENTRIES: usize = 1000;

/// Bytes of text that a runner's log keeps in memory: lines of programs that print no line ends are 4 KiB long,
/// and a hundred runners must not take 400 MB. The oldest entries go first.
pub(super) const LOG_BYTES: usize = 1024 * 1024;

/// Entries in one batch of a log stream.
pub(super) const BATCH_ENTRIES: usize = 50;

/// Longest time that a log entry waits for others to share its batch.
pub(super) const BATCH_DELAY: Duration = Duration::from_millis(40);

/// Batches waiting for one follower (6,400 entries when full ones). When full, entries are left out and the
/// follower is told how many.
pub(super) const FOLLOWER_BATCHES: usize = 128;

/// A keyframe is kept after so many bytes of output, so that no screen is further away than this: 10 ms of a terminal's work.
pub(super) const KEYFRAME_BYTES: u64 = 256 * 1024;

/// Lines that are remembered of each runner to see where a picture of its pane goes on: a few screens.
pub(super) const KNOWN_LINES: usize = 400;

/// Pieces of a transcript waiting for one follower. When full, the follower reads what it lacks from the store.
pub(super) const FOLLOWER_PIECES: usize = 64;

/// Bytes of output that a page of a transcript has at most.
pub(super) const PAGE_BYTES: usize = 1024 * 1024;

/// Entries that a question for logs answers with when it does not say how many.
pub(super) const DEFAULT_ENTRIES: usize = 1000;

/// Entries that one answer has at most: each is up to 4 KiB of text, and an answer line is bounded.
pub(super) const MOST_ENTRIES: usize = 100_000;

/// Bytes of text in one answer of logs. The oldest entries go first.
pub(super) const ANSWER_TEXT_BYTES: usize = 1024 * 1024;

/// Output that is read from the end of a transcript at first to find its newest lines; then four times as much, and so on.
pub(super) const TAIL_BYTES: usize = 64 * 1024;

/// Time before the first pruning: a daemon that has just begun has better things to do.
pub(super) const PRUNE_FIRST: Duration = Duration::from_secs(60);

/// Time to look at a pane anew, behind output that the monitor has still to read.
pub(super) const FACE_TIMEOUT: Duration = Duration::from_secs(5);

/// Time for an agent that says that it asks to draw its question. Claude Code takes 0.2 s.
pub(super) const DRAWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Time for an agent to show that keys have reached it.
pub(super) const CONFIRM_TIMEOUT: Duration = Duration::from_secs(3);

/// Time for a text to stand in the prompt of an agent. Codex shows its prompt up to 6 s before it takes what is typed.
pub(super) const SHOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// Between a text and Enter: what comes at once behind a paste is a line of it for some agents.
pub(super) const ENTER_PAUSE: Duration = Duration::from_millis(150);

/// Time in which an agent that got a text says that it works; then it is believed when the text has left its prompt.
pub(super) const LEFT_AFTER: Duration = Duration::from_secs(1);

/// Time for a text to reach an agent. Behind it nothing is pressed again; the person looks.
pub(super) const LANDING_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for an agent that has a text to begin to work on it. What brings no work, such as a command of the agent's own, is over then.
pub(super) const WORK_TIMEOUT: Duration = Duration::from_secs(10);

/// Time for the answer of a turn that is over to be written down by the agent and read by us. Then its screen has to do.
pub(super) const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Time for an agent to show more than that it starts: a little more than it is believed to start.
pub(super) const AGENT_START_TIMEOUT: Duration = Duration::from_secs(35);

/// Findings of an agent that are written down at a time: a few milliseconds, in which other orders to the store wait.
pub(super) const RECORD_FINDINGS: usize = 500;

/// Longest name of a message, a conversation or a model. What is longer is no name, and is passed over.
pub(super) const NAME_BYTES: usize = 512;

/// Turns that a question for them answers with when it does not say how many.
pub(super) const DEFAULT_TURNS: usize = 20;

/// Newest parts of turns that are looked at for an answer. Of a turn that is longer, the beginning is left out.
pub(super) const TURN_PARTS: usize = 1000;

/// Bytes that all parts of turns take on disk. The oldest go first. Compressed text of some ten thousand turns.
pub(super) const TURN_BYTES: u64 = 64 * 1024 * 1024;

/// After so many parts of turns the ledger is pruned besides the usual times: the files of an agent that are read for the first time
/// may hold years.
pub(super) const PARTS_UNTIL_PRUNED: usize = 5000;

/// Age at which it is forgotten what a message used: a year and some, so that years can be compared. A busy year is some 50 MB.
pub(super) const MESSAGE_AGE: Duration = Duration::from_secs(400 * 24 * 3600);

/// Changes of status that are shown of a runner.
pub(super) const HISTORY_SHOWN: usize = 10;

/// Newest entries that are shown of what was printed since the user last looked.
pub(super) const SINCE_ENTRIES: usize = 20;

/// Milliseconds before the end of a server is known in which programs end because of it.
pub(super) const TAKEN_ALONG_MS: u64 = 3000;

/// Time between two prunings.
pub(super) const PRUNE_EVERY: Duration = Duration::from_secs(3600);

/// Changes waiting for one subscriber. When full, it gets a new snapshot instead.
pub(super) const SUBSCRIBER_CHANGES: usize = 256;

/// Runners over their time that wait to be stopped. When full, the monitor tries again a second later.
pub(super) const OVERDUE: usize = 64;

/// Runners that left the list and whose transcripts wait to be removed. When full, they stay until they are pruned.
pub(super) const LEFT: usize = 1024;

/// Changes of status that wait to be told. When full, they are not told.
pub(super) const NOTICES: usize = 256;

/// How long what is told outside of panes waits for other runners: those that end together are told in one line.
pub(super) const NOTICE_GATHER: Duration = Duration::from_millis(300);

/// How long a run parent stays in its pane for its bell: as much as nobody notices.
pub(super) const NOTICE_LEAVE: Duration = Duration::from_millis(700);

/// Time in which it must be known what people look at; then nobody is taken to look.
pub(super) const LOOK_TIMEOUT: Duration = Duration::from_secs(2);

/// Commands of the user that run at a time.
pub(super) const NOTICE_COMMANDS: usize = 4;

/// Time for one of them to begin, behind others; then it is left out.
pub(super) const NOTICE_COMMAND_WAIT: Duration = Duration::from_secs(60);

/// Time for a run parent to show up and its program to start, on a loaded machine.
pub(super) const START_TIMEOUT: Duration = Duration::from_secs(15);

/// Time for an exit to arrive over its stream, behind output that the monitor has still to read.
pub(super) const EXIT_TIMEOUT: Duration = Duration::from_secs(15);

/// Pause between two tries to stop a runner that is over its time.
pub(super) const OVERDUE_RETRY: Duration = Duration::from_secs(1);

/// Panes that wait to be looked at for who lives there. When full, the monitor asks again a little later.
pub(super) const ASKS: usize = 256;

/// How much later.
pub(super) const ASK_RETRY: Duration = Duration::from_millis(250);

/// Findings of an agent that are taken in one turn. The rest waits in the stream, and its reader with it.
pub(super) const FINDINGS: usize = 64;
