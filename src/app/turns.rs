//! `logs --turns`: what a person asked an agent, and what came of it.

use super::entry::RunnerNow;
use super::limits::{ANSWER_TEXT_BYTES, DEFAULT_TURNS, TURN_PARTS};
use super::{App, AppError};
use crate::domain::turns::{Turn, turns};

/// Turns of a runner.
#[derive(Debug, Clone)]
pub struct TurnsNow {
    /// The runner.
    pub runner: RunnerNow,
    /// The newest of its turns that fit into an answer, oldest first.
    pub turns: Vec<Turn>,
    /// How many parts of turns cannot be read: they were encrypted with a key that is not there, or are damaged.
    pub unreadable: usize,
}

impl App {
    /// The newest turns of a runner, by default 20.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Store`.
    pub async fn turns(&self, runner: String, limit: Option<usize>) -> Result<TurnsNow, AppError> {
        let now = self.show(runner).await?;
        let kept = self.ports.ledger.turns(now.runner.id, TURN_PARTS).await?;
        let mut turns = turns(kept.parts);
        let mut bytes = 0;
        let fitting = turns
            .iter()
            .rev()
            .take(limit.unwrap_or(DEFAULT_TURNS))
            .take_while(|turn| {
                bytes += turn.text_bytes();
                bytes <= ANSWER_TEXT_BYTES
            })
            .count();
        turns.drain(..turns.len() - fitting);
        Ok(TurnsNow {
            runner: now,
            turns,
            unreadable: kept.unreadable,
        })
    }
}
