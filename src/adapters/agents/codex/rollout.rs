//! What the records of a codex rollout mean.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::fields::{Fields, brief};
use super::super::records::Meaning;
use super::super::told::{Told, of_turn};
use super::allowance;
use crate::domain::finding::{ContextUse, TokenUse, TurnEnd, TurnPartKind};
use crate::domain::sign::{Doing, Reason};
use crate::domain::time::Timestamp;

/// What the output of a command says that goes on by itself.
const GOES_ON: &str = "Process running with session ID";

/// Most commands that are remembered to go on.
const MOST_GOING_ON: usize = 32;

/// Tools whose use is a question to the person.
const QUESTIONS: [&str; 1] = ["request_user_input"];

/// What stands before the exit code of a command.
const EXIT_CODES: [&str; 2] = ["Process exited with code ", "Exit code: "];

/// What stands in place of an output when there was none.
const REFUSED: [&str; 3] = ["aborted by user", "rejected by user", "unsupported call"];

/// The rollout, so far as what comes depends on what was.
#[derive(Debug, Default)]
pub(super) struct Rollout {
    model: String,
    /// Whether the person is asked before a command leaves the sandbox.
    asks: bool,
    turn: String,
    /// Versions that write the cost of each response also write sums, which would count it again.
    has_costs: bool,
    /// The last sum of versions that write nothing else.
    total: u64,
    /// Calls whose commands go on when the tool has answered.
    going_on: BTreeSet<String>,
}

impl Meaning for Rollout {
    fn record(&mut self, record: &Value, at: u64, told: &mut Told) {
        let (Some(time), Some(payload)) = (record.time("/timestamp"), record.get("payload")) else {
            return;
        };
        match record.text("/type") {
            Some("turn_context") => {
                if let Some(model) = payload.text("/model") {
                    model.clone_into(&mut self.model);
                }
                self.asks = payload.text("/approval_policy") == Some("on-request");
            }
            Some("token_usage_record") => self.cost(payload, time, at, told),
            Some("event_msg") => self.event(payload, time, at, told),
            Some("response_item") => self.item(payload, time, at, told),
            _ => {}
        }
    }

    fn anew(&mut self) {
        *self = Self::default();
    }
}

impl Rollout {
    fn event(&mut self, event: &Value, time: Timestamp, at: u64, told: &mut Told) {
        match event.text("/type") {
            Some("task_started") => {
                event
                    .text("/turn_id")
                    .unwrap_or_default()
                    .clone_into(&mut self.turn);
                told.does(time, Doing::Working, Reason::Working, "task_started");
            }
            Some("task_complete") => self.completed(event, time, told),
            Some("turn_aborted") => {
                self.ended(time, TurnEnd::Interrupted, event, told);
                told.does(time, Doing::Resting, Reason::Interrupted, "turn_aborted");
            }
            Some("token_count") => self.count(event, time, told),
            Some("user_message") => {
                if let Some(text) = event.text("/message") {
                    told.part(
                        format!("prompt:{at}"),
                        time,
                        TurnPartKind::Prompt(of_turn(text)),
                    );
                }
            }
            Some("item_completed") => self.item_completed(event, time, told),
            _ => {}
        }
    }

    fn item_completed(&mut self, event: &Value, time: Timestamp, told: &mut Told) {
        match event.text("/item/type") {
            Some("UserMessage") => {
                let parts = event.list("/item/content");
                let text: Vec<_> = parts.iter().filter_map(|part| part.text("/text")).collect();
                let id = event.text("/item/id").unwrap_or_default();
                let what = TurnPartKind::Prompt(of_turn(&text.join("\n")));
                told.part(format!("prompt:{id}"), time, what);
            }
            Some("CommandExecution") => {
                let id = event.text("/item/id").unwrap_or_default();
                if self.going_on.remove(id) && self.turn.is_empty() && self.going_on.is_empty() {
                    told.does(
                        time,
                        Doing::Resting,
                        Reason::TurnFinished,
                        "background command ended",
                    );
                }
            }
            _ => {}
        }
    }

    fn item(&mut self, item: &Value, time: Timestamp, at: u64, told: &mut Told) {
        match item.text("/type") {
            Some("message") if item.text("/role") == Some("assistant") => {
                let parts = item.list("/content");
                let text: Vec<_> = parts.iter().filter_map(|part| part.text("/text")).collect();
                let key = item
                    .text("/id")
                    .map_or_else(|| format!("answer:{at}"), str::to_owned);
                told.part(key, time, TurnPartKind::Answer(of_turn(&text.join("\n"))));
                told.does(time, Doing::Working, Reason::Working, "message");
            }
            Some("function_call" | "custom_tool_call" | "local_shell_call") => {
                self.called(item, time, told);
            }
            Some("function_call_output" | "custom_tool_call_output") => {
                self.returned(item, time, told);
            }
            _ => {}
        }
    }

    fn called(&self, item: &Value, time: Timestamp, told: &mut Told) {
        let Some(call) = item.text("/call_id") else {
            return;
        };
        let tool = item.text("/name").unwrap_or("local_shell");
        let typed = item.text("/arguments");
        let arguments: Option<Value> = typed.and_then(|text| serde_json::from_str(text).ok());
        let input = arguments
            .as_ref()
            .or_else(|| item.get("input"))
            .or_else(|| item.get("action"))
            .map(brief)
            .or_else(|| typed.map(of_turn));
        let what = TurnPartKind::ToolCall {
            call: call.to_owned(),
            tool: tool.to_owned(),
            input: input.unwrap_or_default(),
        };
        told.part(format!("call:{call}"), time, what);
        let leaves = arguments
            .as_ref()
            .and_then(|arguments| arguments.text("/sandbox_permissions"));
        if self.asks && leaves == Some("require_escalated") {
            let tool = tool.to_owned();
            let what = TurnPartKind::ApprovalAsked { tool };
            told.part(format!("approval:{call}"), time, what);
        }
        if QUESTIONS.contains(&tool) {
            told.does(time, Doing::Waiting, Reason::Question, tool);
        } else {
            // Or it waits for an approval: no record tells.
            told.does(time, Doing::Working, Reason::ToolRunning, tool);
        }
    }

    fn returned(&mut self, item: &Value, time: Timestamp, told: &mut Told) {
        let Some(call) = item.text("/call_id") else {
            return;
        };
        let output = match item.get("output") {
            Some(Value::String(text)) => text.clone(),
            Some(output) => output
                .text("/content")
                .map_or_else(|| output.to_string(), str::to_owned),
            None => String::new(),
        };
        if output.contains(GOES_ON) && self.going_on.len() < MOST_GOING_ON {
            self.going_on.insert(call.to_owned());
        }
        let failed = item.pointer("/output/success").and_then(Value::as_bool) == Some(false)
            || EXIT_CODES
                .iter()
                .any(|words| after(&output, words).is_some_and(|code| code != 0.0))
            || REFUSED.iter().any(|words| output.contains(words));
        let what = TurnPartKind::ToolResult {
            call: call.to_owned(),
            succeeded: !failed,
            took_ms: after(&output, "Wall time: ").and_then(allowance::whole_thousandths),
            output: of_turn(&output),
        };
        told.part(format!("result:{call}"), time, what);
        told.does(
            time,
            Doing::Working,
            Reason::Working,
            "function_call_output",
        );
    }

    fn completed(&mut self, event: &Value, time: Timestamp, told: &mut Told) {
        let error = event.get("error").filter(|error| !error.is_null());
        let Some(error) = error else {
            self.ended(time, TurnEnd::Finished, event, told);
            let reason = if self.going_on.is_empty() {
                Reason::TurnFinished
            } else {
                Reason::BackgroundTask
            };
            told.does(time, Doing::Resting, reason, "task_complete");
            return;
        };
        let text = error
            .text("/message")
            .or_else(|| error.as_str())
            .map_or_else(|| error.to_string(), str::to_owned);
        let reason = allowance::reason(error);
        self.ended(time, TurnEnd::Failed(of_turn(&text)), event, told);
        told.does(time, Doing::Resting, reason, &text);
    }

    fn ended(&mut self, time: Timestamp, how: TurnEnd, event: &Value, told: &mut Told) {
        let turn = event.text("/turn_id").unwrap_or(&self.turn);
        let took_ms = event.number("/duration_ms");
        told.part(
            format!("end:{turn}"),
            time,
            TurnPartKind::End { how, took_ms },
        );
        self.turn.clear();
    }

    /// Written right after each response.
    fn cost(&mut self, payload: &Value, time: Timestamp, at: u64, told: &mut Told) {
        self.has_costs = true;
        let message = payload
            .text("/response_id")
            .map_or_else(|| format!("response:{at}"), str::to_owned);
        let Some(usage) = payload.get("usage") else {
            return;
        };
        if let Some(tokens) = self.tokens(usage, message, time, told) {
            told.tokens(tokens);
        }
    }

    /// "Input" has the cached ones in it.
    fn tokens(
        &self,
        usage: &Value,
        message: String,
        time: Timestamp,
        told: &Told,
    ) -> Option<TokenUse> {
        let sent = usage.number("/input_tokens")?;
        let cache_read = usage.number("/cached_input_tokens").unwrap_or(0);
        let cache_write = usage.number("/cache_write_input_tokens").unwrap_or(0);
        Some(TokenUse {
            conversation: told.conversation().to_owned(),
            message,
            at: time,
            model: self.model.clone(),
            input: sent.saturating_sub(cache_read).saturating_sub(cache_write),
            cache_read,
            cache_write,
            output: usage.number("/output_tokens").unwrap_or(0),
            cost_micros: None,
        })
    }

    /// Sums of the whole conversation, and how full the window and the allowances are.
    fn count(&mut self, event: &Value, time: Timestamp, told: &mut Told) {
        for limit in allowance::limits(event, time) {
            told.limit(limit);
        }
        let total = event.number("/info/total_token_usage/total_tokens");
        let Some(last) = event.pointer("/info/last_token_usage") else {
            return;
        };
        if let Some(used) = last.number("/total_tokens") {
            told.context(ContextUse {
                used,
                window: event.number("/info/model_context_window"),
            });
        }
        let Some(total) = total.filter(|total| !self.has_costs && *total > self.total) else {
            return;
        };
        self.total = total;
        if let Some(tokens) = self.tokens(last, format!("total:{total}"), time, told) {
            told.tokens(tokens);
        }
    }
}

/// The number that stands behind a word.
fn after(text: &str, word: &str) -> Option<f64> {
    let (_, rest) = text.split_once(word)?;
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-');
    rest.get(..end.unwrap_or(rest.len()))?
        .trim_end_matches('.')
        .parse()
        .ok()
}
