//! One runner within the world: the runner itself, its log, and who waits for it or follows it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::DropGuard;

use super::awareness::Awareness;
use super::conversation::Assumed;
use super::ledger::{Account, Spending};
use super::limits::{BATCH_ENTRIES, LOG_BYTES, LOG_ENTRIES};
use super::screen::ScreenNow;
use super::tail::{Tail, TailItem, send};
use super::tape::Tape;
use super::vitals::Vitals;
use super::waiter::{Waited, Waiter};
use crate::domain::conversation::ConversationId;
use crate::domain::evidence::{Evidence, Fact};
use crate::domain::ids::Pid;
use crate::domain::log::{LogEntry, LogRing};
use crate::domain::pane_screen::PaneScreen;
use crate::domain::prompt::Prompt;
use crate::domain::runner::Runner;
use crate::domain::screen_rule::{RuleSet, ScreenText};
use crate::domain::sign::Sign;
use crate::domain::status::{Status, StatusState};
use crate::domain::time::{Tick, Timestamp};
use crate::domain::transcript::{Gap, Piece, Position, RecordKind, Size};

/// A runner as it is at one moment.
#[derive(Debug, Clone)]
pub struct RunnerNow {
    /// The runner.
    pub runner: Runner,
    /// The end of its transcript.
    pub end: Position,
    /// How many log entries it has had under this daemon's eyes.
    pub entries: u64,
    /// Why its output is not recorded at present, a whole sentence.
    pub recording_paused: Option<String>,
    /// How often its screen was not what tmux had, and was corrected.
    pub divergences: u64,
    /// What its agent has spent; `None` while nothing is known of it.
    pub spending: Option<Arc<Spending>>,
    /// The question that it asks on its screen, while it waits.
    pub prompt: Option<Prompt>,
    /// The conversation that its present run was started to go on with, by this daemon.
    pub resumed: Option<ConversationId>,
}

/// How the start of a run went, told to the verb that began it.
pub(super) type StartResult = Result<Pid, String>;

/// The meeting of the verb that starts a run with the run parent in the pane.
#[derive(Default)]
pub(super) struct Start {
    /// The run parents that wait for the pane to be watched.
    pub(super) begin: Vec<oneshot::Sender<()>>,
    /// True when the pane is watched.
    pub(super) watched: bool,
    /// True when the program's terminal was taken away before it ended.
    pub(super) hung_up: bool,
    /// When the server that its pane was in went away.
    pub(super) server_gone: Option<Timestamp>,
    /// The verb, waiting for the program.
    pub(super) started: Option<oneshot::Sender<StartResult>>,
}

/// What a runner was before a change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Past {
    pub(super) status: Status,
    /// When it became that.
    pub(super) since: Timestamp,
}

/// A runner with everything that belongs to it.
pub(super) struct Entry {
    pub(super) runner: Runner,
    pub(super) tape: Tape,
    log: LogRing,
    /// True when the log has lost nothing since the runner is known: then the disk has no more than memory.
    pub(super) log_complete: bool,
    /// Why its output is not recorded at present.
    pub(super) recording_paused: Option<String>,
    tails: Vec<Tail>,
    waiters: Vec<Waiter>,
    /// The pump of the current run; dropping it ends the watch.
    pub(super) watch: Option<DropGuard>,
    /// When the run is over its time.
    pub(super) deadline: Option<Tick>,
    pub(super) start: Start,
    pub(super) vitals: Vitals,
    pub(super) account: Account,
    pub(super) awareness: Awareness,
    /// What is taken for granted of the conversation of the present run.
    pub(super) assumed: Assumed,
    /// Why it has its status is another than was told.
    pub(super) has_another_cause: bool,
    /// When its status may change although nothing happens.
    pub(super) status_due: Option<Timestamp>,
}

impl Entry {
    pub(super) fn new(runner: Runner, tape: Tape, now: Tick) -> Self {
        Self {
            vitals: Vitals::new(&runner, now),
            runner,
            tape,
            log: LogRing::new(LOG_ENTRIES, LOG_BYTES),
            log_complete: true,
            recording_paused: None,
            tails: Vec::new(),
            waiters: Vec::new(),
            watch: None,
            deadline: None,
            start: Start::default(),
            account: Account::default(),
            awareness: Awareness::default(),
            assumed: Assumed::Nothing,
            has_another_cause: false,
            status_due: None,
        }
    }

    pub(super) fn now(&self) -> RunnerNow {
        RunnerNow {
            runner: self.runner.clone(),
            end: self.end(),
            entries: self.log.pushed(),
            recording_paused: self.recording_paused.clone(),
            divergences: self.tape.divergences(),
            spending: self.account.spending.clone(),
            prompt: self.prompt(),
            resumed: self.resumed().cloned(),
        }
    }

    /// The end of its transcript.
    pub(super) const fn end(&self) -> Position {
        self.tape.end()
    }

    pub(super) fn status(&self) -> Status {
        self.runner.status.status()
    }

    /// Applies evidence and answers those who waited for what it brings. What it was, when the status changed.
    pub(super) fn apply(&mut self, at: Timestamp, fact: Fact) -> Option<Past> {
        self.change(at, |status| status.apply(&Evidence { at, fact }))
    }

    /// Nothing happened until now. What it was, when the status changed by that.
    pub(super) fn let_time_pass(&mut self, at: Timestamp) -> Option<Past> {
        self.change(at, |status| status.expire(at))
    }

    fn change(
        &mut self,
        at: Timestamp,
        change: impl FnOnce(&mut StatusState) -> Option<Status>,
    ) -> Option<Past> {
        let state = &mut self.runner.status;
        let (since, cause) = (state.since(), state.cause());
        let before = change(state);
        self.has_another_cause |= cause != state.cause();
        self.status_due = state.deadline(at);
        if before.is_some() || cause != state.cause() {
            self.answer_waiters();
        }
        let status = before?;
        self.vitals.note(&self.runner);
        Some(Past { status, since })
    }

    fn answer_waiters(&mut self) {
        let state = &self.runner.status;
        let (mut met, mut waiting) = (Vec::new(), Vec::new());
        for mut waiter in std::mem::take(&mut self.waiters) {
            if waiter.answer.is_closed() {
                continue;
            }
            if waiter.is_met(state) {
                met.push(waiter);
            } else {
                waiting.push(waiter);
            }
        }
        self.waiters = waiting;
        for waiter in met {
            // An error means that the one who waited has gone away.
            let _gone = waiter.answer.send(Waited::Met(Box::new(self.now())));
        }
    }

    /// Its agent has left: who waits for it waits in vain.
    pub(super) fn release_waiters(&mut self) {
        let (pinned, others): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiters)
            .into_iter()
            .partition(|waiter| waiter.is_pinned);
        self.waiters = others;
        for waiter in pinned {
            let _gone = waiter.answer.send(Waited::Moved);
        }
    }

    /// Adds a waiter, or answers it at once.
    pub(super) fn wait(&mut self, waiter: Waiter) {
        self.waiters.push(waiter);
        self.answer_waiters();
    }

    /// Its pane printed.
    pub(super) fn output(&mut self, at: Timestamp, now: Tick, bytes: &Bytes) {
        self.runner.output_bytes += bytes.len() as u64;
        self.runner.last_output_at = Some(at);
        let entries = self.tape.output(at, now, bytes);
        self.log(&entries);
    }

    /// Output is missing.
    pub(super) fn gap(&mut self, at: Timestamp, gap: Gap) {
        self.runner.lost_bytes += gap.bytes.unwrap_or(0);
        let entries = self.tape.gap(at, gap);
        self.log(&entries);
    }

    /// What its pane really shows.
    pub(super) fn screen(&mut self, at: Timestamp, screen: &PaneScreen) {
        let entries = self.tape.screen(at, screen);
        self.log(&entries);
    }

    /// Its pane has another size.
    pub(super) fn resized(&mut self, at: Timestamp, size: Size) {
        self.tape.resized(at, size);
    }

    /// The text of its screen.
    pub(super) fn rows(&mut self) -> ScreenText {
        self.tape.text()
    }

    /// What the rules see on its screen.
    pub(super) fn look(&mut self, rules: &RuleSet, at: Timestamp, now: Tick) -> [Sign; 2] {
        let before = self.awareness.eye().asks();
        let signs = self.awareness.look(&mut self.tape, rules, at, now);
        self.has_another_cause |= before != self.awareness.eye().asks();
        signs
    }

    /// When lines of its screen may have settled by silence.
    pub(super) fn settles_at(&self) -> Option<Tick> {
        self.tape.deadline()
    }

    /// Logs what has settled.
    pub(super) fn settle_lines(&mut self, at: Timestamp, now: Tick) {
        let entries = self.tape.expire(at, now);
        self.log(&entries);
    }

    /// Puts something between its bytes.
    pub(super) fn record(&mut self, at: Timestamp, kind: RecordKind) {
        let entries = self.tape.record(at, kind);
        self.log(&entries);
    }

    /// The last lines of a run that is over.
    pub(super) fn finish(&mut self, at: Timestamp) {
        let entries = self.tape.finish(at, self.runner.status.exit());
        self.log(&entries);
    }

    /// Another run begins: `self.runner.run` says which.
    pub(super) fn begin_run(&mut self, now: Tick) {
        self.tape.begin_run(self.runner.run);
        self.vitals.begin_run(now);
    }

    /// The disk has something that memory has not.
    pub(super) const fn log_elsewhere(&mut self) {
        self.log_complete = false;
    }

    /// Gets in line for every piece of the transcript from here on; returns where that is, and behind how many records.
    pub(super) fn follow_tape(&mut self, follower: mpsc::Sender<Piece>) -> (Position, usize) {
        self.tape.follow(follower)
    }

    /// The screen, while its pane is watched.
    pub(super) fn screen_now(&mut self) -> Option<ScreenNow> {
        let time = self.runner.last_output_at.unwrap_or(self.runner.started_at);
        self.watch.is_some().then(|| ScreenNow {
            place: self.tape.end(),
            time,
            picture: self.tape.picture(),
        })
    }

    /// The text of its screen, while its pane is watched.
    pub(super) fn screen_text(&mut self) -> Option<String> {
        self.screen_now().map(|now| now.picture.rows.join("\n"))
    }

    fn log(&mut self, entries: &[LogEntry]) {
        let mut first = self.log.pushed() + 1;
        for entry in entries {
            self.log_complete &= self.log.push(entry.clone());
        }
        if self.tails.is_empty() {
            return;
        }
        for batch in entries.chunks(BATCH_ENTRIES) {
            let entries: Arc<[LogEntry]> = batch.into();
            self.tails.retain(|tail| send(tail, first, &entries));
            first += batch.len() as u64;
        }
    }

    /// Tells the followers that the run is over.
    pub(super) fn tell_end(&mut self) {
        let now = self.now();
        self.tails.retain(|tail| {
            let ended = Box::new(now.clone());
            match tail.items.try_send(TailItem::Ended(ended)) {
                Ok(()) => true,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    let ended = Some(Box::new(now.clone()));
                    tail.left_out.send_modify(|left_out| left_out.ended = ended);
                    true
                }
                Err(mpsc::error::TrySendError::Closed(_)) => false,
            }
        });
    }

    /// From here on every new entry goes through `tail` too.
    pub(super) fn follow(&mut self, tail: Tail) {
        self.tails.push(tail);
    }

    /// True when memory has every entry that there ever was.
    pub(super) const fn is_log_complete(&self) -> bool {
        self.log_complete
    }

    pub(super) fn tail(&self, limit: usize) -> Vec<LogEntry> {
        self.log.tail(limit)
    }

    /// The newest line of its pane that is not empty.
    pub(super) fn last_line(&self) -> Option<Arc<str>> {
        self.tape.last_line()
    }

    /// Number of the newest entry.
    pub(super) const fn pushed(&self) -> u64 {
        self.log.pushed()
    }
}
