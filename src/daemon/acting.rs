//! Requests that press keys for a person.

use std::time::Duration;

use super::dispatch::{Result, Service, one, refused, wrong};
use super::view;
use crate::app::{Asked, Care, Decision, Enter, Landed, Message, Peek, PeekFrom, Sent};
use crate::domain::prompt::Prompt;
use crate::wire::{Answer, AnswerPrompt, PeekView, PromptView, SendText};

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

    pub(super) async fn send(&self, request: SendText) -> Result<Answer> {
        let message = Message {
            runner: request.runner,
            text: request.text,
            enter: if request.enter {
                Enter::Press
            } else {
                Enter::Leave
            },
            care: if request.force {
                Care::Forced
            } else {
                Care::Checked
            },
        };
        if !request.wait {
            return Ok(sent(&self.app.send(message).await.map_err(refused)?));
        }
        if !request.enter {
            return Err(wrong("wait", "Without Enter nothing is answered."));
        }
        let limit = request.timeout_ms.map(Duration::from_millis);
        let asked = self.app.ask(message, limit).await.map_err(refused)?;
        let Asked { sent: text, answer } = asked;
        Ok(Answer {
            peek: answer.map(peek_view),
            ..sent(&text)
        })
    }
}

fn sent(sent: &Sent) -> Answer {
    let landed = sent.landed.map(|landed| match landed {
        Landed::Worked(source) => source.as_str(),
        Landed::LeftPrompt => "prompt",
    });
    Answer {
        runner: Some(Box::new(view::runner(&sent.now))),
        landed_by: landed.map(str::to_owned),
        ..Answer::default()
    }
}

pub(super) fn peek(peek: Peek) -> Answer {
    Answer {
        runner: Some(Box::new(view::runner(&peek.now))),
        peek: Some(peek_view(peek)),
        ..Answer::default()
    }
}

fn peek_view(peek: Peek) -> PeekView {
    let from = match peek.from {
        PeekFrom::Turns => "turns",
        PeekFrom::Screen => "screen",
    };
    PeekView {
        from: from.to_owned(),
        text: peek.text,
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
