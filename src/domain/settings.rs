//! What the user can wish of geppetto as a whole, with the defaults. Where the wishes come from is no concern here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::notice::NoticeWishes;
use super::price::PriceTable;
use super::screen_rule::Rules;

/// Whether the window of an ended runner stays open (tmux's remain-on-exit, for windows that geppetto made).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeepWindow {
    /// Always.
    Always,
    /// When the program failed.
    #[default]
    Failed,
    /// Never.
    Never,
}

/// What the user can wish; read again when the file changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Most runners that are alive at a time. Default 100.
    pub runner_limit: usize,
    /// Most ended runners that are kept in the list; the oldest go first. Default 100.
    pub ended_kept: usize,
    /// Time between SIGTERM and SIGKILL. Default 5 s.
    pub stop_grace: Duration,
    /// Silence after which a runner is idle. Default 30 s.
    pub idle_after: Duration,
    /// The same for one kind, by the kind's name.
    pub idle_after_of_kind: BTreeMap<String, Duration>,
    /// First part of session keys. `TTY_SESSION_PREFIX`, else the file, else `coda`.
    pub key_prefix: String,
    /// What becomes of the windows of ended runners.
    pub keep_window: KeepWindow,
    /// Most bytes of output that are kept of each runner. Default 100 MB (10^6 bytes).
    pub transcript_limit: u64,
    /// Most bytes that all transcripts take on disk. Default 2000 MB.
    pub transcripts_total: u64,
    /// Age at which output is removed. Default 30 days.
    pub retention: Duration,
    /// Regular expressions of the user for what is a secret, besides the known kinds.
    pub secrets: Vec<String>,
    /// Secrets are starred out before anything is written. Default false: local bytes are exact.
    pub redact_at_rest: bool,
    /// File with the key that transcripts are encrypted with; `None`: they are not.
    pub key_file: Option<PathBuf>,
    /// The key is in the keyring of the system, which a build has only when it was asked for. Default false.
    pub keyring: bool,
    /// Time between two looks at what live runners use, for their peaks; zero: none. Default 60 s.
    pub peaks_every: Duration,
    /// Agents that geppetto starts are told at the start to call its hooks, where they can be. Default true.
    pub launch_hooks: bool,
    /// When and how the user is told that a runner needs them.
    pub notify: NoticeWishes,
    /// What tokens cost. None is known by default.
    pub prices: PriceTable,
    /// What screens and titles say of agents: the rules that come with the program, and the user's own. Default none.
    pub rules: Rules,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            runner_limit: 100,
            ended_kept: 100,
            stop_grace: Duration::from_secs(5),
            idle_after: Duration::from_secs(30),
            idle_after_of_kind: BTreeMap::new(),
            key_prefix: "coda".to_owned(),
            keep_window: KeepWindow::default(),
            transcript_limit: 100_000_000,
            transcripts_total: 2_000_000_000,
            retention: Duration::from_secs(30 * 24 * 3600),
            secrets: Vec::new(),
            redact_at_rest: false,
            key_file: None,
            keyring: false,
            peaks_every: Duration::from_secs(60),
            launch_hooks: true,
            notify: NoticeWishes::default(),
            prices: PriceTable::default(),
            rules: Rules::default(),
        }
    }
}

impl Settings {
    /// Silence after which a runner of that kind is idle.
    pub fn idle_after(&self, kind: &str) -> Duration {
        self.idle_after_of_kind
            .get(kind)
            .copied()
            .unwrap_or(self.idle_after)
    }
}
