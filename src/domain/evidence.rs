//! Dated facts about a runner. Its status is a function of these and of nothing else.

use super::board::Prints;
use super::exit::Exit;
use super::ids::Pid;
use super::sign::Sign;
use super::time::Timestamp;

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The program is running under this process id.
    Started(Pid),
    /// The pane was there before we looked; this is when its window last printed, in whole seconds.
    Found {
        /// True when the last output is younger than the silence threshold.
        active: bool,
    },
    /// Another program lives in the pane from here on: an agent came, left, or took another's place.
    Moved {
        /// How it shows its work.
        prints: Prints,
        /// True when it has only just begun.
        is_new: bool,
    },
    /// What a source says that it does.
    Sign(Sign),
    /// Something was done to the pane to which its program answers with output: another size, a terminal that came.
    Disturbed,
    /// It is looked for what tells what the agent does, and its screen is empty: it has drawn nothing yet.
    Blank,
    /// A person looks at it.
    Seen,
    /// The pane printed.
    Output,
    /// The pane has printed nothing for the silence threshold.
    Silence,
    /// Its processes were frozen at the user's wish.
    Paused,
    /// They were thawed.
    Resumed,
    /// The user asked for it to end; the reason is a whole sentence.
    StopAsked {
        /// Who asked, or which limit was passed.
        reason: String,
    },
    /// The program ended.
    Exited(Exit),
    /// We can no longer see it, and why.
    Lost {
        /// A whole sentence.
        reason: String,
    },
}

/// A fact and its date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
}
