//! What the records of Claude Code's transcript mean.

use serde_json::Value;

use super::super::fields::{Fields, brief};
use super::super::records::Meaning;
use super::super::told::{Told, of_turn};
use super::calls::Calls;
use crate::domain::finding::{ContextUse, RateLimit, TokenUse, TurnEnd, TurnPartKind};
use crate::domain::sign::{Doing, Reason};
use crate::domain::time::Timestamp;

/// How the text begins that stands for an Escape.
const INTERRUPTED: &str = "[Request interrupted by user";

/// The model of answers that the agent wrote itself.
const SYNTHETIC: &str = "<synthetic>";

/// Beginnings of texts that the agent writes under the person's name, and that ask it nothing.
const NO_PROMPT: [&str; 5] = [
    "<local-command-",
    "<bash-",
    "<command-",
    "<system-reminder>",
    "<task-notification>",
];

/// Tools whose use is a question to the person.
const QUESTIONS: [&str; 2] = ["AskUserQuestion", "ExitPlanMode"];

/// The transcript, so far as what comes depends on what was.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    /// Every record is of an agent that the agent started for itself.
    aside: bool,
    /// Key of the last prompt: the end of its turn is found more than once.
    prompt: String,
    calls: Calls,
    tokens: Option<TokenUse>,
}

impl Meaning for Transcript {
    fn record(&mut self, record: &Value, _at: u64, told: &mut Told) {
        let Some(at) = record.time("/timestamp") else {
            // Titles, modes, snapshots of files: no part of the conversation.
            return;
        };
        let aside = self.aside || record.flag("/isSidechain");
        match record.text("/type") {
            Some("assistant") => self.answered(record, at, aside, told),
            Some("user") if !aside => self.asked(record, at, told),
            Some("system") if !aside => self.system(record, at, told),
            _ => {}
        }
    }

    fn anew(&mut self) {
        *self = Self {
            aside: self.aside,
            ..Self::default()
        };
    }
}

impl Transcript {
    /// Of an agent that the agent started for itself.
    pub(super) fn of_a_helper() -> Self {
        Self {
            aside: true,
            ..Self::default()
        }
    }

    fn answered(&mut self, record: &Value, at: Timestamp, aside: bool, told: &mut Told) {
        if record.flag("/isApiErrorMessage") {
            if !aside {
                self.failed(record, at, told);
            }
            return;
        }
        self.cost(record, at, aside, told);
        if aside {
            return;
        }
        told.does(at, Doing::Working, Reason::Working, "assistant");
        for (index, block) in record.list("/message/content").iter().enumerate() {
            self.block(record, index, block, at, told);
        }
        if record.text("/message/stop_reason") == Some("end_turn") {
            self.ended(at, TurnEnd::Finished, None, told);
            told.does(at, Doing::Resting, Reason::TurnFinished, "end_turn");
        }
    }

    fn block(
        &mut self,
        record: &Value,
        index: usize,
        block: &Value,
        at: Timestamp,
        told: &mut Told,
    ) {
        match block.text("/type") {
            Some("text") => {
                let (Some(text), Some(id)) = (block.text("/text"), record.text("/uuid")) else {
                    return;
                };
                told.part(
                    format!("{id}:{index}"),
                    at,
                    TurnPartKind::Answer(of_turn(text)),
                );
            }
            Some("tool_use") => {
                let (Some(call), Some(tool)) = (block.text("/id"), block.text("/name")) else {
                    return;
                };
                let input = block.get("input").map(brief).unwrap_or_default();
                let what = TurnPartKind::ToolCall {
                    call: call.to_owned(),
                    tool: tool.to_owned(),
                    input,
                };
                told.part(format!("call:{call}"), at, what);
                self.calls.begun(call, tool, at);
                if QUESTIONS.contains(&tool) {
                    told.does(at, Doing::Waiting, Reason::Question, tool);
                } else {
                    told.does(at, Doing::Working, Reason::ToolRunning, tool);
                }
            }
            _ => {}
        }
    }

    /// Each block of a response is a record of its own, each with the cost of the whole.
    fn cost(&mut self, record: &Value, at: Timestamp, aside: bool, told: &mut Told) {
        let count = |field: &str| record.number(&format!("/message/usage/{field}"));
        let Some(input) = count("input_tokens") else {
            return;
        };
        let model = record.text("/message/model").unwrap_or_default();
        let id = ["/message/id", "/requestId", "/uuid"]
            .into_iter()
            .find_map(|field| record.text(field));
        let (Some(id), false) = (id, model == SYNTHETIC) else {
            return;
        };
        // A conversation that goes on from another one begins with a copy of it, which was paid for there.
        let of = ["/forkedFrom/sessionId", "/sessionId"]
            .into_iter()
            .find_map(|field| record.text(field));
        let tokens = TokenUse {
            conversation: of.unwrap_or_else(|| told.conversation()).to_owned(),
            message: id.to_owned(),
            at,
            model: model.to_owned(),
            input,
            cache_read: count("cache_read_input_tokens").unwrap_or(0),
            cache_write: count("cache_creation_input_tokens").unwrap_or(0),
            output: count("output_tokens").unwrap_or(0),
            cost_micros: None,
        };
        if !aside {
            told.context(ContextUse {
                used: tokens.input + tokens.cache_read + tokens.cache_write + tokens.output,
                window: None,
            });
        }
        let is_new = self.tokens.as_ref().is_none_or(|last| {
            (&last.message, last.output) != (&tokens.message, tokens.output)
                || last.input != tokens.input
        });
        if is_new {
            self.tokens = Some(tokens.clone());
            told.tokens(tokens);
        }
    }

    fn failed(&self, record: &Value, at: Timestamp, told: &mut Told) {
        let said = record.list("/message/content");
        let text = said.iter().find_map(|block| block.text("/text"));
        let text = text.unwrap_or("an error of the provider");
        if let Some(limit) = limit(record) {
            told.limit(limit);
        }
        let reason = match record.text("/error") {
            Some("rate_limit") => Reason::UsageLimit,
            Some("authentication_failed" | "oauth_org_not_allowed" | "billing_error") => {
                Reason::Auth
            }
            _ => Reason::ApiError,
        };
        self.ended(at, TurnEnd::Failed(of_turn(text)), None, told);
        told.does(at, Doing::Resting, reason, text);
    }

    fn asked(&mut self, record: &Value, at: Timestamp, told: &mut Told) {
        let content = record.pointer("/message/content");
        let text = match content {
            Some(Value::String(text)) => Some(text.as_str()),
            Some(Value::Array(blocks)) => {
                for block in blocks {
                    if block.text("/type") == Some("tool_result") {
                        self.calls.result(record, block, at, told);
                    }
                }
                blocks.iter().find_map(|block| block.text("/text"))
            }
            _ => None,
        };
        let Some(text) = text else {
            told.does(at, Doing::Working, Reason::Working, "tool result");
            return;
        };
        if text.starts_with(INTERRUPTED) {
            self.ended(at, TurnEnd::Interrupted, None, told);
            told.does(at, Doing::Resting, Reason::Interrupted, text);
        } else if self.is_prompt(record, text)
            && let Some(id) = record.text("/uuid")
        {
            id.clone_into(&mut self.prompt);
            told.part(id.to_owned(), at, TurnPartKind::Prompt(of_turn(text)));
            told.does(at, Doing::Working, Reason::Working, "prompt");
        }
    }

    fn is_prompt(&self, record: &Value, text: &str) -> bool {
        let by_a_person = record
            .text("/origin/kind")
            .is_none_or(|kind| kind == "human");
        by_a_person
            && !record.flag("/isMeta")
            && !record.flag("/isCompactSummary")
            && !NO_PROMPT.iter().any(|start| text.starts_with(start))
    }

    fn system(&self, record: &Value, at: Timestamp, told: &mut Told) {
        if record.text("/subtype") == Some("turn_duration") {
            let took = record.number("/durationMs");
            self.ended(at, TurnEnd::Finished, took, told);
            told.does(at, Doing::Resting, Reason::TurnFinished, "turn_duration");
        }
    }

    fn ended(&self, at: Timestamp, how: TurnEnd, took_ms: Option<u64>, told: &mut Told) {
        let key = format!("end:{}", self.prompt);
        told.part(key, at, TurnPartKind::End { how, took_ms });
    }
}

/// The allowance that is used up, when an answer says so.
fn limit(record: &Value) -> Option<RateLimit> {
    const USED_UP: u32 = 1000;
    let window = match record.text("/quotaLimits/rateLimitType")? {
        "five_hour" => "5h",
        "seven_day" => "weekly",
        other => other,
    };
    let resets = record.number("/quotaLimits/resetsAt");
    (record.text("/quotaLimits/status")? == "rejected").then(|| RateLimit {
        window: window.to_owned(),
        used_permille: USED_UP,
        resets_at: resets.map(|seconds| Timestamp(seconds.saturating_mul(1000))),
    })
}
