//! What is known of one run of a runner, folded: a pure function of dated evidence.
//!
//! Two things are kept apart: the life of the program (starting, alive, paused, ended) and what it does while it lives, which the
//! [`Board`] weighs. An ended life never comes back: a new run is a new [`StatusState`].

use super::Status;
use crate::domain::board::{Board, Exhibit, Prints, Verdict};
use crate::domain::evidence::{Evidence, Fact};
use crate::domain::exit::{Exit, ExitSource, Outcome};
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use crate::domain::text::printable;
use crate::domain::time::Timestamp;

/// How long an agent that began may take to show something that is known. The slowest that was measured took 60 s; by then what it
/// prints is worth more than the guess that it still starts. One that has drawn nothing at all by then has not begun.
const START_LIMIT_MS: u64 = 30_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Starting,
    Alive,
    Paused,
    Ended(Status),
}

/// Whether a person has seen what the last turn brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// There was none yet.
    None,
    Going,
    Unseen,
    Seen,
}

/// The evidence so far, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusState {
    life: Life,
    prints: Prints,
    board: Board,
    verdict: Verdict,
    /// An agent that began is starting until it shows something, or until then.
    begins_until: Option<Timestamp>,
    turn: Turn,
    stop_reason: Option<String>,
    since: Timestamp,
    reason: String,
    exit: Option<Exit>,
}

impl StatusState {
    /// A runner that was just created.
    pub fn starting(now: Timestamp, prints: Prints) -> Self {
        Self {
            life: Life::Starting,
            prints,
            board: Board::new(prints),
            verdict: Verdict::unknown(),
            begins_until: begins_until(prints, now),
            turn: Turn::None,
            stop_reason: None,
            since: now,
            reason: "Created.".to_owned(),
            exit: None,
        }
    }

    /// A runner that an earlier daemon saw end, as that daemon recorded it.
    pub fn ended(status: Status, since: Timestamp, reason: String, exit: Option<Exit>) -> Self {
        Self {
            life: Life::Ended(status),
            reason,
            exit,
            ..Self::starting(since, Prints::IsWork)
        }
    }

    /// What to show.
    pub const fn status(&self) -> Status {
        match (self.life, self.verdict.doing) {
            (Life::Starting, _) => Status::Starting,
            (Life::Paused, _) => Status::Paused,
            (Life::Ended(status), _) => status,
            (Life::Alive, Some(Doing::Working)) => Status::Running,
            (Life::Alive, Some(Doing::Waiting)) => Status::Waiting,
            (Life::Alive, Some(Doing::Resting)) => Status::Idle,
            (Life::Alive, None) if self.begins_until.is_some() => Status::Starting,
            (Life::Alive, None) => Status::Unknown,
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

    /// What the program does and why, while it lives.
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Why it does what it does, in a word: what the verdict says, and for a turn that is over whether somebody has seen it.
    pub const fn cause(&self) -> Reason {
        match (self.verdict.reason, self.turn) {
            (Reason::Ready | Reason::TurnFinished | Reason::Silent, Turn::Unseen) => Reason::Done,
            (Reason::Ready | Reason::Done | Reason::Silent, Turn::Seen) => Reason::TurnFinished,
            (Reason::Done, Turn::None | Turn::Going) => Reason::TurnFinished,
            (reason, _) => reason,
        }
    }

    /// Everything that is known of what it does, the strongest first.
    pub fn exhibits(&self, now: Timestamp) -> Vec<Exhibit> {
        self.board.exhibits(now)
    }

    /// How the program ended, once it has.
    pub const fn exit(&self) -> Option<Exit> {
        self.exit
    }

    /// When the status may change although nothing happens.
    pub fn deadline(&self, now: Timestamp) -> Option<Timestamp> {
        if let Life::Ended(_) = self.life {
            return None;
        }
        let begins = self.begins_until.filter(|until| *until > now);
        begins.into_iter().chain(self.board.deadline(now)).min()
    }

    /// Folds one more piece of evidence in. Returns the status before, if it is another now.
    pub fn apply(&mut self, evidence: &Evidence) -> Option<Status> {
        let before = self.status();
        if let Life::Ended(_) = self.life {
            return None;
        }
        let reason = self.fold(&evidence.fact, evidence.at);
        self.settle(before, reason, evidence.at)
    }

    /// Time has passed. Returns the status before, if it is another now.
    pub fn expire(&mut self, now: Timestamp) -> Option<Status> {
        let before = self.status();
        if let Life::Ended(_) = self.life {
            return None;
        }
        if self.begins_until.is_some_and(|until| until <= now) {
            self.begins_until = None;
            self.wake();
        }
        self.board.expire(now);
        self.settle(before, None, now)
    }

    /// Judges anew and says why the status is another, if it is.
    fn settle(&mut self, before: Status, reason: Option<String>, now: Timestamp) -> Option<Status> {
        self.judge(now);
        let after = self.status();
        if after != before {
            self.since = now;
            self.reason = reason.unwrap_or_else(|| self.sentence());
            return Some(before);
        }
        if matches!(after, Status::Running | Status::Waiting | Status::Idle)
            && self.prints != Prints::IsWork
        {
            self.reason = self.sentence();
        }
        None
    }

    fn judge(&mut self, now: Timestamp) {
        if self.begins_until.is_some() {
            if !self.board.is_told(now) {
                return;
            }
            self.begins_until = None;
            self.wake();
        }
        self.verdict = self.board.verdict(now);
        self.turn = match (self.verdict.doing, self.turn) {
            (Some(Doing::Working | Doing::Waiting), _) => Turn::Going,
            (Some(Doing::Resting), Turn::Going) => Turn::Unseen,
            (_, turn) => turn,
        };
    }

    fn fold(&mut self, fact: &Fact, at: Timestamp) -> Option<String> {
        match fact {
            Fact::Started(pid) => {
                self.show_life(at, true);
                Some(format!("Its program runs as process {pid}."))
            }
            Fact::Found { active } => {
                // Whoever looked into the pane before may have told that the program in it is new.
                if self.life == Life::Starting {
                    self.begins_until = None;
                }
                self.wake();
                self.show_life(at, *active);
                Some("Its pane was there when the watch began.".to_owned())
            }
            Fact::Moved { prints, is_new } => {
                self.wake();
                self.occupy(*prints, begins_until(*prints, at).filter(|_| *is_new));
                None
            }
            Fact::Output | Fact::Silence => self.hear(*fact == Fact::Output, at),
            Fact::Sign(sign) => {
                self.board.take(sign.clone());
                None
            }
            Fact::Disturbed => {
                self.board.disturbed(at);
                None
            }
            Fact::Blank => {
                let begins = self.begins_until.is_some();
                self.begins_until = begins_until(self.prints, at).filter(|_| begins);
                None
            }
            Fact::Seen => {
                if self.turn == Turn::Unseen {
                    self.turn = Turn::Seen;
                }
                None
            }
            Fact::Paused => {
                self.life = Life::Paused;
                Some("Frozen by the user.".to_owned())
            }
            Fact::Resumed => {
                self.life = Life::Alive;
                Some("Thawed by the user.".to_owned())
            }
            Fact::StopAsked { reason } => {
                self.stop_reason = Some(reason.clone());
                None
            }
            Fact::Exited(exit) => {
                self.exit = Some(*exit);
                Some(self.end(exit))
            }
            Fact::Lost { reason } => {
                self.life = Life::Ended(Status::Errored);
                Some(reason.clone())
            }
        }
    }

    /// Its pane printed, or has been silent for long.
    fn hear(&mut self, printed: bool, at: Timestamp) -> Option<String> {
        self.show_life(at, printed);
        if printed {
            self.board.printed(at);
        } else {
            self.board.silent(at);
        }
        let told = if printed {
            "It printed."
        } else {
            "It has printed nothing for a while."
        };
        (self.prints == Prints::IsWork).then(|| told.to_owned())
    }

    /// Another program lives in the pane: what was known of the one before says nothing of it.
    fn occupy(&mut self, prints: Prints, begins_until: Option<Timestamp>) {
        self.prints = prints;
        self.board = Board::new(prints);
        self.verdict = Verdict::unknown();
        self.begins_until = begins_until;
        self.turn = Turn::None;
    }

    /// A program of which nothing else is known works or rests, as it prints or does not. Of an agent its screen tells.
    fn show_life(&mut self, at: Timestamp, active: bool) {
        if self.prints != Prints::IsWork {
            return;
        }
        self.wake();
        let (doing, reason) = if active {
            (Doing::Working, Reason::Printed)
        } else {
            (Doing::Resting, Reason::Silent)
        };
        self.board.take(Sign {
            source: Source::Output,
            at,
            claim: Some(Claim {
                certainty: certainty::WEAK,
                doing,
                reason,
                detail: String::new(),
            }),
        });
    }

    /// Any sign of life ends `starting`; it never thaws what is paused.
    fn wake(&mut self) {
        if self.life == Life::Starting {
            self.life = Life::Alive;
        }
    }

    /// Why, for a status that the board made.
    fn sentence(&self) -> String {
        let what = match self.cause() {
            Reason::NoEvidence if self.begins_until.is_some() => return "It begins.".to_owned(),
            Reason::NoEvidence => return "Nothing tells what it does.".to_owned(),
            Reason::Printed => "It prints",
            Reason::Silent => "It has printed nothing for a while",
            Reason::Ready => "It takes a prompt",
            Reason::Working => "It works",
            Reason::ToolRunning => "A tool of it runs",
            Reason::BackgroundTask => "Its turn is over, and something it started still runs",
            Reason::Approval => "It asks for approval",
            Reason::Question => "It asks a question",
            Reason::Dialog => "A dialog of it is open",
            Reason::Auth => "It is not logged in",
            Reason::UsageLimit => "Its usage limit is reached",
            Reason::ApiError => "Its turn ended with an error of its provider",
            Reason::Interrupted => "Its turn was broken off",
            Reason::Done => "It is done, and nobody has looked yet",
            Reason::TurnFinished => "Its turn is over",
        };
        let Some(source) = self.verdict.source else {
            return format!("{what}.");
        };
        match self.verdict.detail.as_str() {
            "" => format!("{what} ({}).", source.as_str()),
            detail => format!("{what} ({}: {}).", source.as_str(), printable(detail)),
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

/// Until when an agent that begins at `now` counts as starting; whatever prints is work begins with its first sign of life.
fn begins_until(prints: Prints, now: Timestamp) -> Option<Timestamp> {
    (prints != Prints::IsWork).then(|| Timestamp(now.0.saturating_add(START_LIMIT_MS)))
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
        let mut state = StatusState::starting(Timestamp(0), Prints::IsWork);
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
    fn an_agent_that_shows_nothing_known_does_not_begin_for_ever() {
        let prints = Prints::Animates(std::time::Duration::from_secs(3));
        let mut state = StatusState::starting(Timestamp(0), prints);
        for fact in [started(), Fact::Output] {
            let at = Timestamp(1);
            state.apply(&Evidence { at, fact });
        }
        assert_eq!(state.status(), Status::Starting);
        let mut seen = Vec::new();
        let mut now = Timestamp(2);
        while let Some(due) = state.deadline(now) {
            now = due;
            if state.expire(now).is_some() {
                seen.push((now.0, state.status().as_str()));
            }
        }
        // It has been still for a while, which is all that is known of it.
        assert_eq!(seen, [(START_LIMIT_MS, "idle")]);
        let mut silent = StatusState::starting(Timestamp(0), prints);
        let at = Timestamp(1);
        silent.apply(&Evidence {
            at,
            fact: started(),
        });
        silent.expire(Timestamp(START_LIMIT_MS));
        assert_eq!(silent.status(), Status::Unknown);
    }

    #[test]
    fn an_agent_that_has_drawn_nothing_has_not_begun_however_long_that_takes() {
        let prints = Prints::Animates(std::time::Duration::from_secs(3));
        let mut state = StatusState::starting(Timestamp(0), prints);
        let mut now = Timestamp(1);
        let apply = |state: &mut StatusState, at, fact| state.apply(&Evidence { at, fact });
        apply(&mut state, now, started());
        apply(&mut state, now, Fact::Output);
        while let Some(due) = state.deadline(now).filter(|due| due.0 < 5 * START_LIMIT_MS) {
            now = due;
            apply(&mut state, now, Fact::Blank);
            state.expire(now);
            assert_eq!(state.status(), Status::Starting, "{now:?}");
        }
        assert!(now.0 > 3 * START_LIMIT_MS, "{now:?}");
        // Drawn, but nothing of it is known.
        let due = state.deadline(now).unwrap();
        state.expire(due);
        assert_eq!(state.status(), Status::Idle);
        // It clears its screen.
        apply(&mut state, due, Fact::Blank);
        assert_eq!(state.status(), Status::Idle);
    }

    #[test]
    fn an_agent_that_was_told_to_be_new_still_begins_in_a_pane_that_was_found() {
        let prints = Prints::Animates(std::time::Duration::from_secs(3));
        let moved = Fact::Moved {
            prints,
            is_new: true,
        };
        let found = Fact::Found { active: true };
        for (facts, status) in [
            (vec![moved.clone(), found.clone()], Status::Starting),
            (vec![found.clone(), moved], Status::Starting),
            (vec![found], Status::Unknown),
        ] {
            let mut state = StatusState::starting(Timestamp(0), prints);
            for fact in facts {
                state.apply(&Evidence {
                    at: Timestamp(1),
                    fact,
                });
            }
            assert_eq!(state.status(), status);
        }
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
        let mut state = StatusState::starting(Timestamp(0), Prints::IsWork);
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
