//! `approve` and `deny`: the answer to the question that an agent asks, by the keys of the rule that sees it. Only while that very
//! question is on the screen, and never twice.

use super::acting::Act;
use super::acting_error::ActError;
use super::entry::RunnerNow;
use super::limits::{CONFIRM_TIMEOUT, DRAWN_TIMEOUT};
use super::{App, AppError};
use crate::domain::key_name::KeyName;
use crate::domain::prompt::{Prompt, PromptId};
use crate::domain::screen_rule::PromptKeys;
use crate::domain::time::millis;
use crate::ports::process::ProcessError;

/// What is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Yes, this once.
    Approve,
    /// No.
    Deny,
}

impl Decision {
    const fn action(self) -> &'static str {
        match self {
            Self::Approve => "approved",
            Self::Deny => "denied",
        }
    }

    fn keys(self, keys: &PromptKeys) -> &[KeyName] {
        match self {
            Self::Approve => &keys.approve,
            Self::Deny => &keys.deny,
        }
    }
}

impl App {
    /// Answers the question of an agent. `meant` is the question that the person has seen; without it, the one that was known before
    /// the pane was looked at anew.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Operation` when it has ended, `Busy`, `Moved`, `NoPrompt`, `PromptChanged`, `NoKeys`,
    /// `Process`: then nothing was pressed. `NotConfirmed` when the question stays.
    pub async fn answer_prompt(
        &self,
        runner: String,
        decision: Decision,
        meant: Option<String>,
    ) -> Result<RunnerNow, AppError> {
        let app = self.clone();
        self.to_its_end(async move { app.press_answer(runner, decision, meant).await })
            .await
    }

    async fn press_answer(
        &self,
        runner: String,
        decision: Decision,
        meant: Option<String>,
    ) -> Result<RunnerNow, AppError> {
        let mut act = self.begin_act(runner, decision.action()).await?;
        let known = known(&mut act).await;
        let face = self.face(&act).await?;
        let (id, name, action) = (act.id, act.name.clone(), decision.action());
        let Some(prompt) = face.prompt else {
            let shows = face.told;
            return Err(ActError::NoPrompt {
                id,
                name,
                action,
                shows,
            }
            .into());
        };
        let is_meant = match meant {
            Some(meant) => meant == prompt.id.as_str(),
            // What a hook told of and nobody has drawn until now is this one.
            None => known.map_or(act.was_asking, |known| known == prompt.id),
        };
        if !is_meant {
            return Err(ActError::PromptChanged { id, name, action }.into());
        }
        let keys = decision.keys(&prompt.keys);
        if keys.is_empty() {
            let shows = face.told;
            return Err(ActError::NoKeys {
                id,
                name,
                action,
                shows,
            }
            .into());
        }
        self.ports.typist.keys(&act.handle, keys).await?;
        let gone = self.until_gone(&mut act, &prompt, action).await;
        let what = format!("{action} ({}: {})", prompt.reason.as_str(), prompt.rule);
        self.note_outcome(&act, what, gone.is_ok()).await;
        gone?;
        self.show(id.to_string()).await
    }

    /// Until that question is on the screen no more. What is drawn in pieces is looked at again.
    async fn until_gone(
        &self,
        act: &mut Act,
        prompt: &Prompt,
        action: &'static str,
    ) -> Result<(), AppError> {
        let until = tokio::time::Instant::now() + CONFIRM_TIMEOUT;
        loop {
            let changed = is_changed(act, &prompt.id, until).await;
            match self.face(act).await {
                Ok(face) if face.prompt.as_ref().is_some_and(|now| now.id == prompt.id) => {
                    if changed {
                        continue;
                    }
                    return Err(ActError::NotConfirmed {
                        id: act.id,
                        name: act.name.clone(),
                        action,
                        shows: face.told,
                        waited_ms: millis(CONFIRM_TIMEOUT),
                    }
                    .into());
                }
                // Its agent left, or it ended: so did the question.
                Ok(_)
                | Err(
                    AppError::Act(ActError::Moved { .. })
                    | AppError::Operation { .. }
                    | AppError::RunnerNotFound { .. }
                    | AppError::Process(ProcessError::Gone { .. }),
                ) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The question that is known of. An agent that asks as its hook says, a tenth of a second before it draws the question, gets the time
/// to do so.
async fn known(act: &mut Act) -> Option<PromptId> {
    let id = |prompt: &Option<Prompt>| prompt.as_ref().map(|prompt| prompt.id.clone());
    let seen = id(&act.prompt.borrow());
    if seen.is_some() || !act.was_asking {
        return seen;
    }
    let drawn = act.prompt.wait_for(Option::is_some);
    match tokio::time::timeout(DRAWN_TIMEOUT, drawn).await {
        Ok(Ok(prompt)) => id(&prompt),
        // Another agent is there, or it has drawn nothing: the look that follows says so.
        Ok(Err(_)) | Err(_) => None,
    }
}

/// Waits until another question, or none, was seen. False when the time is up.
async fn is_changed(act: &mut Act, id: &PromptId, until: tokio::time::Instant) -> bool {
    let is_another = |now: &Option<Prompt>| now.as_ref().is_none_or(|now| now.id != *id);
    let changed = act.prompt.wait_for(is_another);
    // An error within means that another agent is there.
    tokio::time::timeout_at(until, changed).await.is_ok()
}
