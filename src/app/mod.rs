//! The use cases: one verb a file, over the ports. All mutable state is in the world, which the monitor
//! task alone owns; everything else sends it turns.

mod acting;
mod acting_error;
mod adopt;
mod approve;
mod ask;
mod attach;
mod attendance;
mod awareness;
mod backwards;
mod claim;
mod conversation;
mod create;
mod derive;
mod due;
mod entry;
mod error;
mod explain;
mod eye;
mod findings;
mod follow;
mod forget;
mod history;
mod hook;
mod interrupt;
mod keep;
mod launch;
mod layout;
mod ledger;
mod limits;
mod list;
mod log_file;
mod logs;
mod mark;
mod measure;
mod menu;
mod monitor;
mod names;
mod next;
mod notify;
mod overdue;
mod pause;
mod peek;
mod publish;
mod query;
mod recorded;
mod recover;
mod register;
mod rename;
mod report;
mod residents;
mod restore;
mod sampler;
mod save;
mod screen;
mod send;
mod sessions;
mod shown;
mod slots;
mod snooze;
mod start;
mod stats;
mod status;
mod stop;
mod subscribe;
mod tail;
mod tape;
#[cfg(test)]
mod tests;
mod transcript;
mod turns;
mod uninstall;
mod usage;
mod vitals;
mod wait;
mod waiter;
mod windows;
mod world;

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, watch};

use crate::domain::settings::{KeepWindow, Settings};
use crate::ports::agents::AgentFiles;
use crate::ports::agents::AgentHooks;
use crate::ports::clock::Clock;
use crate::ports::files::Files;
use crate::ports::keys::SlotStore;
use crate::ports::ledger::Ledger;
use crate::ports::mux::{Mux, MuxMarks};
use crate::ports::notifier::Notifier;
use crate::ports::occupants::Occupants;
use crate::ports::plugin::MuxPlugin;
use crate::ports::process::{Freezer, ProcessMonitor, RunReports, Typist};
use crate::ports::spawn::Spawn;
use crate::ports::store::RunnerStore;
use crate::ports::table::RunParents;
use crate::ports::terminals::Terminals;
use crate::ports::transcript::Transcripts;
use crate::ports::usage::UsageTable;

pub use acting_error::ActError;
pub use approve::Decision;
pub use ask::Asked;
pub use create::NewRunner;
pub use entry::RunnerNow;
pub use error::AppError;
pub use explain::Explanation;
pub use hook::HookSeen;
pub use ledger::Spending;
pub use logs::{FollowItem, LogFollower};
pub use monitor::Monitor;
pub use notify::{Describe, NoticeTurn, StatusChanged};
pub use peek::{Peek, PeekFrom};
pub use query::LogQuery;
pub use register::{RegisterTarget, Registered, Registration};
pub use restore::{RestoreAction, Restored};
pub use sampler::StatsFollower;
pub use screen::{ScreenAt, ScreenNow};
pub use send::{Care, Enter, Landed, Message, Sent};
pub use sessions::SessionNow;
pub use slots::Since;
pub use start::StartMode;
pub use stats::{RunnerStats, StatsNow};
pub use status::StatusFollower;
pub use stop::StopMode;
pub use subscribe::{Change, Subscription};
pub use transcript::{TranscriptFollower, TranscriptPage};
pub use turns::TurnsNow;
pub use usage::{ModelSpent, UsageNow, UsageRow};
pub use vitals::TranscriptSize;
pub use wait::Awaited;
pub use windows::{PaneNow, Resident, SessionTree, WindowNow};

/// The ports that the use cases stand on.
#[derive(Clone)]
pub struct Ports {
    /// Sessions and panes.
    pub mux: Arc<dyn Mux>,
    /// What we set in the multiplexer.
    pub marks: Arc<dyn MuxMarks>,
    /// Terminals of people.
    pub terminals: Arc<dyn Terminals>,
    /// People, outside of the multiplexer.
    pub notifier: Arc<dyn Notifier>,
    /// What people see of the plugin.
    pub plugin: Arc<dyn MuxPlugin>,
    /// Programs in panes.
    pub process: Arc<dyn ProcessMonitor>,
    /// Freezing and thawing.
    pub freezer: Arc<dyn Freezer>,
    /// Types into panes.
    pub typist: Arc<dyn Typist>,
    /// Where reports of run parents go.
    pub reports: Arc<dyn RunReports>,
    /// Run parents in panes that have no mark yet.
    pub run_parents: Arc<dyn RunParents>,
    /// The list of runners on disk.
    pub store: Arc<dyn RunnerStore>,
    /// Session keys on disk.
    pub slots: Arc<dyn SlotStore>,
    /// What agents used and said, on disk.
    pub ledger: Arc<dyn Ledger>,
    /// What runners printed, on disk.
    pub transcripts: Transcripts,
    /// The file system.
    pub files: Arc<dyn Files>,
    /// What processes use.
    pub usage: Arc<dyn UsageTable>,
    /// Who lives in panes.
    pub occupants: Arc<dyn Occupants>,
    /// What agents write.
    pub agent_files: Arc<dyn AgentFiles>,
    /// What agents tell by their hooks.
    pub hooks: Arc<dyn AgentHooks>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Background tasks.
    pub spawn: Arc<dyn Spawn>,
}

/// The use cases. Cheap to clone; holds no state of its own.
#[derive(Clone)]
pub struct App {
    ports: Ports,
    settings: watch::Receiver<Arc<Settings>>,
    monitor: monitor::MonitorHandle,
    saved: save::Saved,
    wanted: sampler::Wanted,
    samples: sampler::Samples,
    notices: mpsc::Sender<NoticeTurn>,
    /// Whoever writes to the ledger holds it until that is shown, too. How many parts of turns were written since it was pruned.
    recording: Arc<Mutex<usize>>,
    /// As it was at the start: the windows of runners are made accordingly.
    keep_window: KeepWindow,
    /// True while nothing is to be published; whoever publishes holds it meanwhile.
    is_silent: Arc<Mutex<bool>>,
    /// What tmux has been told.
    published: Arc<watch::Sender<shown::Shown>>,
}

impl App {
    /// The use cases over `ports`, and the monitor whose `run` must be in the task tree before any verb is called.
    pub fn new(ports: Ports, settings: watch::Receiver<Arc<Settings>>) -> (Self, Monitor) {
        let keep_window = settings.borrow().keep_window;
        let (notices, changes) = mpsc::channel(limits::NOTICES);
        let (monitor, handle) = Monitor::new(
            Arc::clone(&ports.clock),
            Arc::clone(&ports.transcripts.writer),
            (notices.clone(), changes),
            settings.clone(),
        );
        (
            Self {
                ports,
                settings,
                monitor: handle,
                saved: Arc::new(watch::channel(0).0),
                wanted: Arc::new(watch::channel(sampler::Wants::default()).0),
                samples: Arc::new(watch::channel(sampler::Sample::default()).0),
                notices,
                recording: Arc::default(),
                keep_window,
                is_silent: Arc::default(),
                published: Arc::new(watch::channel(shown::Shown::default()).0),
            },
            monitor,
        )
    }

    fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings.borrow())
    }
}
