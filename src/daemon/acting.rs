//! Requests that press keys for a person.

use super::dispatch::{Result, Service, one};
use super::view;
use crate::app::{Decision, Peek, PeekFrom};
use crate::domain::prompt::Prompt;
use crate::wire::{Answer, AnswerPrompt, PeekView, PromptView};

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

pub(super) fn peek(peek: Peek) -> Answer {
    let from = match peek.from {
        PeekFrom::Turns => "turns",
        PeekFrom::Screen => "screen",
    };
    Answer {
        runner: Some(Box::new(view::runner(&peek.now))),
        peek: Some(PeekView {
            from: from.to_owned(),
            text: peek.text,
        }),
        ..Answer::default()
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
