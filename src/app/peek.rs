//! `peek`: the last answer of an agent. Out of the log of its turns when there is one, else what its screen shows above its prompt.

use super::entry::RunnerNow;
use super::limits::TURN_PARTS;
use super::{App, AppError};
use crate::domain::finding::TurnPartKind;
use crate::domain::typed::last_turn;

/// Most rows of a screen that are given.
const ROWS: usize = 60;

/// What an agent said last.
#[derive(Debug, Clone)]
pub struct Peek {
    /// The runner.
    pub now: RunnerNow,
    /// What it said; empty when nothing is known.
    pub text: String,
    /// Where that is from.
    pub from: PeekFrom,
}

/// Where an answer is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeekFrom {
    /// What the agent wrote down itself.
    Turns,
    /// Its screen, which may show only a part of it.
    Screen,
}

impl App {
    /// The last answer.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Store`.
    pub async fn peek(&self, runner: String) -> Result<Peek, AppError> {
        let (now, screen, conversation) = self
            .monitor
            .turn(move |world| {
                let entry = world.find_mut(&runner)?;
                let conversation = entry.awareness.conversation.as_ref();
                let conversation = conversation.map(|one| one.id.clone());
                Ok::<_, AppError>((entry.now(), entry.rows(), conversation))
            })
            .await??;
        let kept = self.ports.ledger.turns(now.runner.id, TURN_PARTS).await?;
        let answer = kept.parts.into_iter().rev().find_map(|part| {
            let is_its = conversation
                .as_ref()
                .is_none_or(|id| part.conversation == *id);
            match part.what {
                TurnPartKind::Answer(text) if is_its && !text.trim().is_empty() => Some(text),
                _ => None,
            }
        });
        Ok(match answer {
            Some(text) => Peek {
                now,
                text,
                from: PeekFrom::Turns,
            },
            None => Peek {
                now,
                text: above_prompt(&screen.rows),
                from: PeekFrom::Screen,
            },
        })
    }
}

/// What stands above the prompt of the last turn; all of it when there is none.
pub(super) fn above_prompt(rows: &[String]) -> String {
    let is_empty = |row: &&String| !row.chars().any(char::is_alphanumeric);
    let rows = last_turn(rows);
    let last = rows.iter().rposition(|row| !is_empty(&row));
    let rows = rows
        .get(..last.map_or(0, |last| last + 1))
        .unwrap_or_default();
    let first = rows.len().saturating_sub(ROWS);
    let rows = rows.get(first..).unwrap_or_default();
    let rows: Vec<&str> = rows
        .iter()
        .skip_while(is_empty)
        .map(String::as_str)
        .collect();
    rows.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prompt_and_its_frame_are_no_answer() {
        let shown = |text: &str| {
            let rows: Vec<String> = text.lines().map(str::to_owned).collect();
            above_prompt(&rows)
        };
        assert_eq!(
            shown("\n❯ go\n\n● one\n\n  two\n\n─────\n❯ next\n─────\n  help"),
            "❯ go\n\n● one\n\n  two"
        );
        assert_eq!(shown("one\ntwo\n\n"), "one\ntwo");
        assert_eq!(shown(""), "");
    }
}
