//! Tools that Claude Code called and that have not come back yet.

use serde_json::Value;

use super::super::fields::Fields;
use super::super::told::{Told, of_turn};
use crate::domain::finding::TurnPartKind;
use crate::domain::time::Timestamp;

/// Most calls that are remembered; an agent has a handful at once.
const MOST: usize = 64;

#[derive(Debug)]
struct Call {
    id: String,
    tool: String,
    at: Timestamp,
}

/// The calls.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    /// A tool is called.
    pub(super) fn begun(&mut self, id: &str, tool: &str, at: Timestamp) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Call {
            id: id.to_owned(),
            tool: tool.to_owned(),
            at,
        });
    }

    /// What a tool gave stands in `block` of `record`, and whether the person had been asked.
    pub(super) fn result(&mut self, record: &Value, block: &Value, at: Timestamp, told: &mut Told) {
        let Some(id) = block.text("/tool_use_id") else {
            return;
        };
        let call = self.0.iter().position(|call| call.id == id);
        let call = call.map(|index| self.0.remove(index));
        let decision = record.text("/permissionDecision/source");
        let was_asked = decision.is_some_and(|source| source.starts_with("user"));
        if was_asked && let Some(call) = &call {
            let what = TurnPartKind::ApprovalAsked {
                tool: call.tool.clone(),
            };
            told.part(format!("approval:{id}"), call.at, what);
        }
        // With an approval, the time between is mostly the person's.
        let between = call
            .filter(|_| !was_asked)
            .map(|call| at.0.saturating_sub(call.at.0));
        let what = TurnPartKind::ToolResult {
            call: id.to_owned(),
            succeeded: !block.flag("/is_error"),
            took_ms: record.number("/toolUseResult/durationMs").or(between),
            output: output(block),
        };
        told.part(format!("result:{id}"), at, what);
    }
}

fn output(block: &Value) -> String {
    match block.get("content") {
        Some(Value::String(text)) => of_turn(text),
        Some(Value::Array(blocks)) => {
            let texts: Vec<_> = blocks
                .iter()
                .filter_map(|block| block.text("/text"))
                .collect();
            of_turn(&texts.join("\n"))
        }
        _ => String::new(),
    }
}
