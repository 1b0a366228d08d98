//! What the records of a gemini session mean. A record is written again, under the same id, when its tools have answered.

use serde_json::Value;

use super::super::fields::{Fields, brief};
use super::super::records::Meaning;
use super::super::told::{Told, of_turn};
use crate::domain::finding::{ContextUse, TokenUse, TurnEnd, TurnPartKind};
use crate::domain::sign::{Doing, Reason};
use crate::domain::time::Timestamp;

/// The notice that stands for an Escape.
const INTERRUPTED: &str = "Request cancelled";

/// How what the agent writes under the person's name begins.
const NO_PROMPT: &str = "<session_context>";

/// The session, so far as what comes depends on what was.
#[derive(Debug, Default)]
pub(super) struct Chat {
    /// Key of the last prompt.
    prompt: String,
    /// When the session began. What is older in it was copied from another one, where it counts.
    begun: Option<Timestamp>,
}

impl Meaning for Chat {
    fn record(&mut self, record: &Value, _at: u64, told: &mut Told) {
        // Without an id: the header, and patches of it.
        let (Some(id), Some(at)) = (record.text("/id"), record.time("/timestamp")) else {
            self.begun = self.begun.or_else(|| record.time("/startTime"));
            return;
        };
        if self.begun.is_some_and(|begun| at < begun) {
            return;
        }
        match record.text("/type") {
            Some("user") => self.asked(id, record, at, told),
            Some("gemini") => answered(id, record, at, told),
            Some("info") if says(record, INTERRUPTED) => {
                self.ended(at, TurnEnd::Interrupted, told);
                told.does(at, Doing::Resting, Reason::Interrupted, INTERRUPTED);
            }
            Some("error") => {
                let text = record.text("/content").unwrap_or("an error");
                self.ended(at, TurnEnd::Failed(of_turn(text)), told);
                told.does(at, Doing::Resting, Reason::ApiError, text);
            }
            _ => {}
        }
    }

    fn anew(&mut self) {
        *self = Self::default();
    }
}

impl Chat {
    fn asked(&mut self, id: &str, record: &Value, at: Timestamp, told: &mut Told) {
        let parts = record.list("/content");
        let texts: Vec<_> = parts.iter().filter_map(|part| part.text("/text")).collect();
        let text = texts.join("\n");
        if text.starts_with(NO_PROMPT) {
            return;
        }
        if !text.is_empty() {
            id.clone_into(&mut self.prompt);
            told.part(id.to_owned(), at, TurnPartKind::Prompt(of_turn(&text)));
        }
        let cancelled = parts.iter().any(|part| {
            part.text("/functionResponse/response/error")
                .is_some_and(|error| error.contains("Operation Cancelled"))
        });
        if !cancelled {
            told.does(at, Doing::Working, Reason::Working, "user");
        }
    }

    fn ended(&self, at: Timestamp, how: TurnEnd, told: &mut Told) {
        let took_ms = None;
        let key = format!("end:{}", self.prompt);
        told.part(key, at, TurnPartKind::End { how, took_ms });
    }
}

fn says(record: &Value, text: &str) -> bool {
    record
        .text("/content")
        .is_some_and(|said| said.contains(text))
}

fn answered(id: &str, record: &Value, at: Timestamp, told: &mut Told) {
    if let Some(tokens) = tokens(id, record, at, told) {
        told.context(ContextUse {
            used: tokens.input + tokens.cache_read + tokens.output,
            window: None,
        });
        told.tokens(tokens);
    }
    if let Some(text) = record.text("/content") {
        told.part(id.to_owned(), at, TurnPartKind::Answer(of_turn(text)));
    }
    for call in record.list("/toolCalls") {
        called(call, at, told);
    }
    // Either it is done, or a tool comes next, or it asks for one: the record is the same.
    told.is_silent(at);
}

fn called(record: &Value, at: Timestamp, told: &mut Told) {
    let (Some(call), Some(tool)) = (record.text("/id"), record.text("/name")) else {
        return;
    };
    let what = TurnPartKind::ToolCall {
        call: call.to_owned(),
        tool: tool.to_owned(),
        input: record.get("args").map(brief).unwrap_or_default(),
    };
    told.part(format!("call:{call}"), at, what);
    let Some(status) = record.text("/status") else {
        return;
    };
    let answers = record.list("/result");
    let answer = answers
        .iter()
        .find_map(|one| one.pointer("/functionResponse/response"));
    let output = answer.map_or_else(String::new, |answer| {
        ["/output", "/error"]
            .into_iter()
            .find_map(|field| answer.text(field))
            .map_or_else(|| answer.to_string(), str::to_owned)
    });
    let what = TurnPartKind::ToolResult {
        call: call.to_owned(),
        succeeded: status == "success",
        took_ms: None,
        output: of_turn(&output),
    };
    let ended = record.time("/timestamp").unwrap_or(at);
    told.part(format!("result:{call}"), ended, what);
}

/// "Input" has the cached ones in it; thoughts stand apart from the output.
fn tokens(id: &str, record: &Value, at: Timestamp, told: &Told) -> Option<TokenUse> {
    let count = |field: &str| record.number(&format!("/tokens/{field}"));
    let cached = count("cached").unwrap_or(0);
    let sent = count("input")? + count("tool").unwrap_or(0);
    Some(TokenUse {
        conversation: told.conversation().to_owned(),
        message: id.to_owned(),
        at,
        model: record.text("/model").unwrap_or_default().to_owned(),
        input: sent.saturating_sub(cached),
        cache_read: cached,
        cache_write: 0,
        output: count("output").unwrap_or(0) + count("thoughts").unwrap_or(0),
        cost_micros: None,
    })
}
