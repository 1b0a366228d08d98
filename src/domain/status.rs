//! The status of a runner as a pure function of dated evidence.
//!
//! Two things are kept apart: the life of the program (starting, alive, paused, ended) and whether it has
//! printed lately. An ended life never comes back: a new run is a new [`StatusState`].

use std::borrow::Cow;

use super::activity::Activity;
use super::evidence::{Evidence, Fact};
use super::exit::{Exit, ExitSource, Outcome};
use super::time::Timestamp;

/// What the user sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// Created; its program has not shown a sign yet.
    Starting,
    /// Printing, or printed lately.
    Running,
    /// Needs the user.
    Waiting,
    /// Alive and silent.
    Idle,
    /// Frozen by the user.
    Paused,
    /// Left with exit code 0.
    Completed,
    /// Left with another code, or a signal ended it.
    Failed,
    /// Ended by the user.
    Stopped,
    /// geppetto lost sight of it.
    Errored,
    /// No evidence.
    Unknown,
}

impl Status {
    /// Every status, in the order in which the glossary names them.
    pub const ALL: [Self; 10] = [
        Self::Starting,
        Self::Running,
        Self::Waiting,
        Self::Idle,
        Self::Paused,
        Self::Completed,
        Self::Failed,
        Self::Stopped,
        Self::Errored,
        Self::Unknown,
    ];

    /// The word used everywhere.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Idle => "idle",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
            Self::Errored => "errored",
            Self::Unknown => "unknown",
        }
    }

    /// The status that `word` stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// True when the program is over and only `start` brings the runner back.
    pub const fn is_ended(self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Failed | Self::Stopped | Self::Errored
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Starting,
    Alive,
    Paused,
    Ended(Status),
}

/// The evidence so far, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusState {
    life: Life,
    activity: Activity,
    stop_reason: Option<String>,
    since: Timestamp,
    reason: String,
    exit: Option<Exit>,
}

impl StatusState {
    /// A runner that was just created.
    pub fn starting(now: Timestamp) -> Self {
        Self {
            life: Life::Starting,
            activity: Activity::Active,
            stop_reason: None,
            since: now,
            reason: "Created.".to_owned(),
            exit: None,
        }
    }

    /// A runner that an earlier daemon saw end, as that daemon recorded it.
    pub const fn ended(
        status: Status,
        since: Timestamp,
        reason: String,
        exit: Option<Exit>,
    ) -> Self {
        Self {
            life: Life::Ended(status),
            activity: Activity::Idle,
            stop_reason: None,
            since,
            reason,
            exit,
        }
    }

    /// What to show.
    pub const fn status(&self) -> Status {
        match (self.life, self.activity) {
            (Life::Starting, _) => Status::Starting,
            (Life::Alive, Activity::Active) => Status::Running,
            (Life::Alive, Activity::Idle) => Status::Idle,
            (Life::Paused, _) => Status::Paused,
            (Life::Ended(status), _) => status,
        }
    }

    /// When the status became what it is.
    pub const fn since(&self) -> Timestamp {
        self.since
    }

    /// Why it is so, as a whole sentence.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// How the program ended, once it has.
    pub const fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// Folds one more piece of evidence in. Returns the status before, if it is another now.
    pub fn apply(&mut self, evidence: &Evidence) -> Option<Status> {
        let before = self.status();
        if let Life::Ended(_) = self.life {
            return None;
        }
        let reason = self.fold(&evidence.fact);
        let after = self.status();
        if after == before {
            return None;
        }
        self.since = evidence.at;
        self.reason = reason.into_owned();
        Some(before)
    }

    fn fold(&mut self, fact: &Fact) -> Cow<'static, str> {
        match fact {
            Fact::Started(pid) => {
                self.wake();
                format!("Its program runs as process {pid}.").into()
            }
            Fact::Found { active } => {
                self.wake();
                self.activity = if *active {
                    Activity::Active
                } else {
                    Activity::Idle
                };
                "Its pane was there when the watch began.".into()
            }
            Fact::Output => {
                self.wake();
                self.activity = Activity::Active;
                "It printed.".into()
            }
            Fact::Silence => {
                self.wake();
                self.activity = Activity::Idle;
                "It has printed nothing for a while.".into()
            }
            Fact::Paused => {
                self.life = Life::Paused;
                "Frozen by the user.".into()
            }
            Fact::Resumed => {
                self.life = Life::Alive;
                "Thawed by the user.".into()
            }
            Fact::StopAsked { reason } => {
                self.stop_reason = Some(reason.clone());
                Cow::Borrowed("")
            }
            Fact::Exited(exit) => {
                self.exit = Some(*exit);
                self.end(exit).into()
            }
            Fact::Lost { reason } => {
                self.life = Life::Ended(Status::Errored);
                reason.clone().into()
            }
        }
    }

    /// Any sign of life ends `starting`; it never thaws what is paused.
    fn wake(&mut self) {
        if self.life == Life::Starting {
            self.life = Life::Alive;
        }
    }

    fn end(&mut self, exit: &Exit) -> String {
        let how = match exit.outcome {
            Outcome::Code(code) => format!("exit code {code}"),
            Outcome::Signal(signal) => format!("signal {signal}"),
            Outcome::NotKnown => "exit code not known".to_owned(),
        };
        if let Some(reason) = self.stop_reason.take() {
            self.life = Life::Ended(Status::Stopped);
            return format!("{reason} ({how})");
        }
        let (status, reason) = match (exit.outcome, exit.source) {
            (Outcome::Code(0), _) => (Status::Completed, format!("Its program ended ({how}).")),
            (Outcome::Code(_) | Outcome::Signal(_), _) => {
                (Status::Failed, format!("Its program ended ({how})."))
            }
            (Outcome::NotKnown, ExitSource::PaneClosed) => {
                (Status::Stopped, format!("Its pane was closed ({how})."))
            }
            (Outcome::NotKnown, ExitSource::ServerGone) => {
                (Status::Errored, format!("The tmux server ended ({how})."))
            }
            (Outcome::NotKnown, ExitSource::PaneRespawned) => {
                (Status::Stopped, format!("Its pane was respawned ({how})."))
            }
            (Outcome::NotKnown, _) => (Status::Errored, format!("Its program ended ({how}).")),
        };
        self.life = Life::Ended(status);
        reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Pid;

    fn started() -> Fact {
        Fact::Started(Pid::new(7).unwrap())
    }

    fn exited(outcome: Outcome, source: ExitSource) -> Fact {
        Fact::Exited(Exit {
            outcome,
            source,
            at: Timestamp(0),
        })
    }

    fn life(facts: &[Fact]) -> Vec<&'static str> {
        let mut state = StatusState::starting(Timestamp(0));
        let mut seen = vec![state.status().as_str()];
        for (second, fact) in (1..).zip(facts) {
            let evidence = Evidence {
                at: Timestamp(second),
                fact: fact.clone(),
            };
            if state.apply(&evidence).is_some() {
                assert_eq!(state.since(), Timestamp(second));
                seen.push(state.status().as_str());
            }
        }
        seen
    }

    #[test]
    fn a_good_run() {
        let facts = [
            started(),
            Fact::Output,
            Fact::Silence,
            Fact::Output,
            exited(Outcome::Code(0), ExitSource::RunParent),
            Fact::Output,
        ];
        assert_eq!(
            life(&facts),
            ["starting", "running", "idle", "running", "completed"]
        );
    }

    #[test]
    fn silence_while_frozen_shows_after_the_thaw() {
        let facts = [
            started(),
            Fact::Paused,
            Fact::Silence,
            Fact::Resumed,
            Fact::Output,
        ];
        assert_eq!(
            life(&facts),
            ["starting", "running", "paused", "idle", "running"]
        );
    }

    #[test]
    fn output_that_was_on_its_way_does_not_thaw() {
        assert_eq!(
            life(&[started(), Fact::Paused, Fact::Output]),
            ["starting", "running", "paused"]
        );
    }

    #[test]
    fn each_end_has_its_status() {
        let stop = Fact::StopAsked {
            reason: "Stopped by the user.".to_owned(),
        };
        let table = [
            (
                vec![exited(Outcome::Code(3), ExitSource::RunParent)],
                "failed",
            ),
            (
                vec![exited(Outcome::Signal(9), ExitSource::RunParent)],
                "failed",
            ),
            (
                vec![stop, exited(Outcome::Signal(15), ExitSource::RunParent)],
                "stopped",
            ),
            (
                vec![exited(Outcome::NotKnown, ExitSource::PaneClosed)],
                "stopped",
            ),
            (
                vec![exited(Outcome::NotKnown, ExitSource::ServerGone)],
                "errored",
            ),
            (
                vec![Fact::Lost {
                    reason: "Gone.".to_owned(),
                }],
                "errored",
            ),
        ];
        for (facts, status) in table {
            assert_eq!(life(&facts).last(), Some(&status), "{facts:?}");
        }
    }

    #[test]
    fn a_stop_says_who_asked_and_how_it_ended() {
        let mut state = StatusState::starting(Timestamp(0));
        for fact in [
            Fact::StopAsked {
                reason: "Its maximum duration of 1 s has passed.".to_owned(),
            },
            exited(Outcome::Signal(15), ExitSource::RunParent),
        ] {
            state.apply(&Evidence {
                at: Timestamp(1),
                fact,
            });
        }
        assert_eq!(
            state.reason(),
            "Its maximum duration of 1 s has passed. (signal 15)"
        );
    }
}
