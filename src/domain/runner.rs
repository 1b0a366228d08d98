//! A runner: one long-running program in one pane, with all that is known of it but its log.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::conversation::KeptConversation;
use super::ids::{PaneId, Pid, RunnerId, SessionId, WindowId};
use super::key::SessionKey;
use super::kind::Kind;
use super::name::RunnerName;
use super::status::StatusState;
use super::time::Timestamp;

/// Where a pane is now. Everything but `pane` may change while it lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// A session that shows the pane's window.
    pub session: SessionId,
    /// The window that holds the pane.
    pub window: WindowId,
    /// The pane.
    pub pane: PaneId,
    /// The process that tmux started in the pane; a new one means a new epoch.
    pub pane_pid: Pid,
}

impl Place {
    /// True when it is the same process in the same pane, in whatever window and session that is by now.
    pub fn is_same_process(&self, other: &Self) -> bool {
        (self.pane, self.pane_pid) == (other.pane, other.pane_pid)
    }
}

/// What is needed to start a runner, the first time and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launch {
    /// Program and arguments; never empty. The program is an absolute path or is looked up in `PATH` of `env`.
    pub command: Vec<String>,
    /// Working directory, absolute.
    pub cwd: PathBuf,
    /// Variables set on top of tmux's environment. May hold secrets: never logged.
    pub env: BTreeMap<String, String>,
    /// Columns and rows of a new window; `None` leaves it to tmux.
    pub size: Option<(u16, u16)>,
}

/// How a runner came to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// geppetto started it and can start it again.
    Started(Launch),
    /// It was running in the user's pane already.
    Registered,
}

/// Limits and wishes of the user for one runner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// Silence after which it is idle.
    pub idle_after: Duration,
    /// Time after its start at which it is stopped.
    pub max_duration: Option<Duration>,
    /// Directory that gets its log as a plain text file.
    pub output_dir: Option<PathBuf>,
    /// What the user says that it is. Holds unless another agent is found in its pane; that it is no agent always holds.
    pub kind: Option<&'static Kind>,
}

impl Wishes {
    /// What a runner is in whose pane that agent was found, or none; `kind` is what it is at present.
    pub fn kind_with(
        &self,
        found: Option<&'static Kind>,
        origin: &Origin,
        kind: &'static Kind,
    ) -> &'static Kind {
        match (self.kind, found) {
            (Some(given), _) if given == Kind::custom() => given,
            (_, Some(found)) => found,
            (Some(given), None) => given,
            // What geppetto started keeps its kind when no agent is found.
            (None, None) if matches!(origin, Origin::Started(_)) => kind,
            (None, None) => Kind::custom(),
        }
    }
}

/// One runner.
#[derive(Debug, Clone)]
pub struct Runner {
    /// Lasting identity.
    pub id: RunnerId,
    /// Unique among all runners of the daemon.
    pub name: RunnerName,
    /// Row of the kinds table.
    pub kind: &'static Kind,
    /// Started or registered.
    pub origin: Origin,
    /// The user's limits.
    pub wishes: Wishes,
    /// Key of its session, when it has one.
    pub key: Option<SessionKey>,
    /// Where its pane is; `None` before the pane exists. Kept after the end, as the last place.
    pub place: Option<Place>,
    /// Name of the session in `place`, as tmux shows it.
    pub session_name: String,
    /// Process id of the program itself, once known.
    pub pid: Option<Pid>,
    /// Number of the run, from 1; `start` adds one.
    pub run: u32,
    /// Folded evidence.
    pub status: StatusState,
    /// When geppetto first knew of it.
    pub created_at: Timestamp,
    /// When the current run began.
    pub started_at: Timestamp,
    /// When its pane last printed.
    pub last_output_at: Option<Timestamp>,
    /// Bytes its pane has printed under our eyes, all runs.
    pub output_bytes: u64,
    /// Bytes that were dropped because they came faster than they could be kept.
    pub lost_bytes: u64,
    /// Nobody is told of its changes before this. Set by the user; ends with the first change after it.
    pub snoozed_until: Option<Timestamp>,
    /// The conversation that an agent of it had last, of those that can be taken up again. Outlives the agent, until there is another.
    pub conversation: Option<KeptConversation>,
}

impl Runner {
    /// A runner that begins now, without a place yet.
    pub fn new(
        id: RunnerId,
        name: RunnerName,
        kind: &'static Kind,
        origin: Origin,
        wishes: Wishes,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            name,
            kind,
            origin,
            wishes,
            key: None,
            place: None,
            session_name: String::new(),
            pid: None,
            run: 1,
            status: StatusState::starting(now, kind.prints),
            created_at: now,
            started_at: now,
            last_output_at: None,
            output_bytes: 0,
            lost_bytes: 0,
            snoozed_until: None,
            conversation: None,
        }
    }

    /// True when geppetto started it.
    pub const fn is_ours(&self) -> bool {
        matches!(self.origin, Origin::Started(_))
    }
}
