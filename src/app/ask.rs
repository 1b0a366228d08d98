//! `send --wait`: a text for an agent, and what it answers to that and to nothing before it.

use std::time::Duration;

use tokio::time::Instant;

use super::entry::RunnerNow;
use super::limits::{ANSWER_TIMEOUT, TURN_PARTS, WORK_TIMEOUT};
use super::peek::{Peek, PeekFrom, above_prompt};
use super::send::{Landed, Message, Sent};
use super::wait::Awaited;
use super::{App, AppError};
use crate::domain::status::Status;
use crate::domain::time::{Timestamp, millis};
use crate::domain::turns::{StepKind, Turn, turns};
use crate::domain::typed::Typed;

/// An agent may date what it was asked a little before we saw it.
const SLACK_MS: u64 = 1000;

/// A text that was sent, and what came of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The text, and the runner as it is now: it rests, or waits for the person.
    pub sent: Sent,
    /// What was answered; `None` while it waits for the person.
    pub answer: Option<Peek>,
}

impl App {
    /// Types it, and waits until the agent has answered or needs the person.
    ///
    /// # Errors
    /// Those of [`App::send`]; `Operation` when the agent works on something else, and nothing is typed then; `TimedOut`,
    /// `EndedBefore`, `Moved` when no answer comes, and `Store`.
    pub async fn ask(&self, message: Message, limit: Option<Duration>) -> Result<Asked, AppError> {
        let until = limit.map(|limit| Instant::now() + limit);
        let left = || until.map(|until| until.saturating_duration_since(Instant::now()));
        self.works_on_nothing(&message.runner).await?;
        let (typed, since) = (Typed::new(&message.text), self.ports.clock.now());
        let mut sent = self.send(message).await?;
        let id = sent.now.runner.id.to_string();
        if !matches!(sent.landed, Some(Landed::Worked(_))) {
            let patience = left().map_or(WORK_TIMEOUT, |left| left.min(WORK_TIMEOUT));
            let begun = vec![Status::Running, Status::Waiting];
            match self.wait(id.clone(), begun, Some(patience)).await {
                // What brings no work is over.
                Ok(_) | Err(AppError::TimedOut { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let over = Awaited {
            statuses: vec![Status::Idle, Status::Waiting],
            done: false,
        };
        let waited = self.wait_for(id, over, left()).await;
        sent.now = waited.map_err(|error| match (error, limit) {
            (
                AppError::TimedOut {
                    id, name, status, ..
                },
                Some(limit),
            ) => AppError::TimedOut {
                id,
                name,
                status,
                waited_ms: millis(limit),
            },
            (error, _) => error,
        })?;
        let is_over = sent.now.runner.status.status() == Status::Idle;
        let answer = match is_over {
            true => Some(self.answer_to(&sent.now, &typed, since).await?),
            false => None,
        };
        Ok(Asked { sent, answer })
    }

    /// An agent that works would answer to something else first, and nobody could tell the answers apart.
    async fn works_on_nothing(&self, runner: &str) -> Result<(), AppError> {
        let runner = runner.to_owned();
        self.monitor
            .turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let is_agent = entry.awareness.rules().is_some();
                let status = entry.status();
                if !is_agent || status != Status::Running {
                    return Ok(());
                }
                Err(AppError::Operation {
                    id: entry.runner.id,
                    name: entry.runner.name.to_string(),
                    action: "asked something",
                    status,
                })
            })
            .await?
    }

    /// What the agent wrote down of the turn since then; of one that writes nothing down, what its screen shows.
    async fn answer_to(
        &self,
        now: &RunnerNow,
        typed: &Typed,
        since: Timestamp,
    ) -> Result<Peek, AppError> {
        let id = now.runner.id;
        let (mut records, conversation, rows) = self
            .monitor
            .turn(move |world| {
                let entry = world.entry_mut(id)?;
                let conversation = entry.awareness.conversation.as_ref();
                let conversation = conversation.map(|one| one.id.clone());
                Ok::<_, AppError>((entry.account.records(), conversation, entry.rows().rows))
            })
            .await??;
        let begins_by = Timestamp(since.0.saturating_sub(SLACK_MS));
        let is_its = |turn: &&Turn| {
            let is_here = conversation
                .as_ref()
                .is_none_or(|id| turn.conversation == *id);
            is_here && turn.at >= begins_by
        };
        let until = Instant::now() + ANSWER_TIMEOUT;
        let peek = |text, from| {
            let now = now.clone();
            Peek { now, text, from }
        };
        loop {
            records.borrow_and_update();
            let kept = self.ports.ledger.turns(id, TURN_PARTS).await?;
            let turns = turns(kept.parts);
            let turn = turns.iter().rfind(is_its);
            let text = turn.and_then(answer);
            if turn.is_some_and(is_whole) {
                return Ok(peek(text.unwrap_or_default(), PeekFrom::Turns));
            }
            // Of one that has never written anything down nothing will come.
            let may_come = conversation.is_some() || turn.is_some();
            let more = may_come
                && tokio::time::timeout_at(until, records.changed())
                    .await
                    .is_ok();
            if !more {
                return Ok(match text {
                    Some(text) => peek(text, PeekFrom::Turns),
                    None => peek(above_prompt(typed.below(&rows)), PeekFrom::Screen),
                });
            }
        }
    }
}

/// What was said last in a turn.
fn answer(turn: &Turn) -> Option<String> {
    turn.steps.iter().rev().find_map(|step| match &step.what {
        StepKind::Answer(text) => Some(text.clone()),
        StepKind::Tool(_) | StepKind::ApprovalAsked { .. } => None,
    })
}

/// All of a turn has been read: its end, or something said that nothing followed.
fn is_whole(turn: &Turn) -> bool {
    let last = turn.steps.last().map(|step| &step.what);
    turn.end.is_some() || matches!(last, Some(StepKind::Answer(_)))
}
