//! Requests that press keys for a person.

use super::dispatch::{Result, Service, one};
use crate::app::Decision;
use crate::domain::prompt::Prompt;
use crate::wire::{Answer, AnswerPrompt, PromptView};

impl Service {
    pub(super) async fn answer_prompt(
        &self,
        request: AnswerPrompt,
        decision: Decision,
    ) -> Result<Answer> {
        one(self
            .app
            .answer_prompt(request.runner, decision, request.prompt)
            .await)
    }
}

pub(super) fn prompt(prompt: &Prompt) -> PromptView {
    PromptView {
        id: prompt.id.to_string(),
        rule: prompt.rule.clone(),
        can_approve: !prompt.keys.approve.is_empty(),
        can_deny: !prompt.keys.deny.is_empty(),
    }
}
