//! What the rows of opencode's database mean.

use serde_json::Value;

use super::super::fields::{Fields, brief, micros};
use super::super::told::{Told, of_turn};
use super::database::Record;
use crate::domain::finding::{ContextUse, TokenUse, TurnEnd, TurnPartKind};
use crate::domain::sign::{Doing, Reason};

/// How a response ends after which the agent goes on.
const GOES_ON: &str = "tool-calls";

/// Tools whose use is a question to the person.
const QUESTIONS: [&str; 1] = ["question"];

/// A message: who spoke, whether it is complete, what it cost.
pub(super) fn message(record: &Record, told: &mut Told) {
    let Some(data) = &record.data else {
        return;
    };
    match data.text("/role") {
        Some("user") if record.is_own => {
            told.does(record.created, Doing::Working, Reason::Working, "user");
        }
        Some("assistant") => {
            cost(record, data, told);
            if record.is_own {
                answered(record, data, told);
            }
        }
        _ => {}
    }
}

fn cost(record: &Record, data: &Value, told: &mut Told) {
    let count = |field: &str| data.number(&format!("/tokens/{field}"));
    let (Some(input), Some(output)) = (count("input"), count("output")) else {
        return;
    };
    // Filled in when the response is complete.
    if input + output == 0 {
        return;
    }
    let tokens = TokenUse {
        conversation: told.conversation().to_owned(),
        message: record.message.clone(),
        at: record.updated,
        model: data.text("/modelID").unwrap_or_default().to_owned(),
        input,
        cache_read: count("cache/read").unwrap_or(0),
        cache_write: count("cache/write").unwrap_or(0),
        output: output + count("reasoning").unwrap_or(0),
        cost_micros: data.get("cost").and_then(Value::as_f64).and_then(micros),
    };
    if record.is_own {
        told.context(ContextUse {
            used: tokens.input + tokens.cache_read + tokens.cache_write + tokens.output,
            window: None,
        });
    }
    told.tokens(tokens);
}

fn answered(record: &Record, data: &Value, told: &mut Told) {
    let at = record.updated;
    let key = format!("end:{}", data.text("/parentID").unwrap_or_default());
    // A turn may have several responses; how long it took, no row says.
    let took_ms = None;
    let is_complete = data.number("/time/completed").is_some();
    if let Some(error) = data.get("error").filter(|error| !error.is_null()) {
        let name = error.text("/name").unwrap_or("error");
        let text = error.text("/data/message").unwrap_or(name);
        let (how, reason) = if name == "MessageAbortedError" {
            (TurnEnd::Interrupted, Reason::Interrupted)
        } else {
            (TurnEnd::Failed(of_turn(text)), Reason::ApiError)
        };
        told.part(key, at, TurnPartKind::End { how, took_ms });
        told.does(at, Doing::Resting, reason, text);
    } else if !is_complete || data.text("/finish") == Some(GOES_ON) {
        told.does(at, Doing::Working, Reason::Working, "assistant");
    } else {
        let how = TurnEnd::Finished;
        told.part(key, at, TurnPartKind::End { how, took_ms });
        told.does(at, Doing::Resting, Reason::TurnFinished, "assistant");
    }
}

/// A part of a message of `role`.
pub(super) fn part(record: &Record, role: &str, told: &mut Told) {
    let Some(data) = &record.data else {
        return;
    };
    match data.text("/type") {
        Some("text") if !data.flag("/synthetic") => {
            let Some(text) = data.text("/text").map(of_turn) else {
                return;
            };
            let key = record.cursor.id();
            let what = if role == "user" {
                TurnPartKind::Prompt(text)
            } else {
                TurnPartKind::Answer(text)
            };
            told.part(key.to_owned(), record.created, what);
        }
        Some("tool") => tool(record, data, told),
        _ => {}
    }
}

fn tool(record: &Record, data: &Value, told: &mut Told) {
    let (Some(call), Some(tool)) = (data.text("/callID"), data.text("/tool")) else {
        return;
    };
    let what = TurnPartKind::ToolCall {
        call: call.to_owned(),
        tool: tool.to_owned(),
        input: data.pointer("/state/input").map(brief).unwrap_or_default(),
    };
    told.part(format!("call:{call}"), record.created, what);
    let status = data.text("/state/status").unwrap_or_default();
    if !matches!(status, "completed" | "error") {
        if QUESTIONS.contains(&tool) {
            told.does(record.updated, Doing::Waiting, Reason::Question, tool);
        } else {
            // Or it waits for an approval: no row tells.
            told.does(record.updated, Doing::Working, Reason::ToolRunning, tool);
        }
        return;
    }
    let times = ["/state/time/start", "/state/time/end"].map(|field| data.number(field));
    let took_ms = match times {
        [Some(start), Some(end)] => Some(end.saturating_sub(start)),
        _ => None,
    };
    let output = ["/state/output", "/state/error"]
        .into_iter()
        .find_map(|field| data.text(field));
    let what = TurnPartKind::ToolResult {
        call: call.to_owned(),
        succeeded: status == "completed"
            && data
                .number("/state/metadata/exit")
                .is_none_or(|exit| exit == 0),
        took_ms,
        output: of_turn(output.unwrap_or_default()),
    };
    told.part(format!("result:{call}"), record.updated, what);
}
