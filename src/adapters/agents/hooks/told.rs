//! One call of a hook: the fields of its payload, and what was found in them so far.

use std::path::PathBuf;

use serde_json::Value;

use crate::adapters::agents::fields::TELLING;
use crate::adapters::agents::told::of_turn;
use crate::domain::finding::{Conversation, Finding, TurnPart, TurnPartKind};
use crate::domain::ids::PaneId;
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source};
use crate::domain::text::beginning;
use crate::domain::time::Timestamp;
use crate::ports::agents::{HookMessage, HookReading};

/// Most bytes of the detail of a claim.
const LONGEST_DETAIL: usize = 120;

/// Most bytes of an id or a name: what is longer is none.
const LONGEST_NAME: usize = 200;

/// Fields in which agents tell the id of the conversation.
const CONVERSATION: [&str; 3] = ["session_id", "thread-id", "conversation_id"];

/// A call.
pub(super) struct Told {
    event: String,
    at: Timestamp,
    payload: Value,
    conversation: Option<String>,
    found: Vec<Finding>,
}

impl Told {
    /// What a message says of itself; the error is the reason why it says nothing.
    pub(super) fn of(message: &HookMessage) -> Result<Self, String> {
        let payload = match message.payload.as_deref().map(serde_json::from_str) {
            Some(Ok(payload)) => payload,
            Some(Err(error)) => return Err(error.to_string()),
            None => Value::Null,
        };
        // The payload knows better than the settings of the agent, where somebody may have put it under another event.
        let named = ["hook_event_name", "type"]
            .iter()
            .find_map(|field| payload.get(field)?.as_str())
            .or(message.event.as_deref());
        let event = named
            .filter(|name| name.len() <= LONGEST_NAME)
            .ok_or("it does not say which event")?
            .to_owned();
        let mut told = Self {
            event,
            at: message.at,
            payload,
            conversation: None,
            found: Vec::new(),
        };
        told.conversation = CONVERSATION.iter().find_map(|field| told.name(field));
        Ok(told)
    }

    pub(super) fn into_reading(self, pane: Option<PaneId>) -> HookReading {
        HookReading {
            pane,
            cwd: self.text("cwd").map(PathBuf::from),
            event: self.event,
            conversation: self.conversation,
            findings: self.found,
        }
    }

    /// Name of the event.
    pub(super) fn event(&self) -> &str {
        &self.event
    }

    /// When it was called.
    pub(super) const fn at(&self) -> Timestamp {
        self.at
    }

    /// A field that is a text and not empty.
    pub(super) fn text(&self, field: &str) -> Option<&str> {
        let text = self.payload.get(field)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    /// A field that is an id or a name.
    pub(super) fn name(&self, field: &str) -> Option<String> {
        let name = self.text(field)?;
        (name.len() <= LONGEST_NAME).then(|| name.to_owned())
    }

    /// A field that is a whole number.
    pub(super) fn number(&self, field: &str) -> Option<u64> {
        self.payload.get(field)?.as_u64()
    }

    /// True for a field that says so.
    pub(super) fn flag(&self, field: &str) -> bool {
        self.payload.get(field).and_then(Value::as_bool) == Some(true)
    }

    /// A field that is a list; empty when there is none.
    pub(super) fn list(&self, field: &str) -> &[Value] {
        let list = self.payload.get(field).and_then(Value::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    /// Any field.
    pub(super) fn value(&self, field: &str) -> Option<&Value> {
        self.payload.get(field)
    }

    /// It is none of the conversation of anybody: an inner one of the agent itself.
    pub(super) fn is_nobodys(&mut self) {
        self.conversation = None;
    }

    /// The conversation goes on in that file, by that version.
    pub(super) fn converses(&mut self, file: Option<&str>) {
        let Some(id) = self.conversation.clone() else {
            return;
        };
        let file = file.and_then(|field| self.text(field)).map(PathBuf::from);
        let conversation = Conversation {
            id,
            version: None,
            file,
        };
        self.found.push(Finding::Conversation(conversation));
    }

    /// The agent does that. `more` says what with, besides the name of the event.
    pub(super) fn does(&mut self, certainty: u8, doing: Doing, reason: Reason, more: Option<&str>) {
        let detail = match more {
            Some(more) => format!("{} {more}", self.event),
            None => self.event.clone(),
        };
        self.sign(Some(Claim {
            certainty,
            doing,
            reason,
            detail: beginning(&detail, LONGEST_DETAIL).to_owned(),
        }));
    }

    /// From here on hooks say nothing of what the agent does.
    pub(super) fn says_nothing(&mut self) {
        self.sign(None);
    }

    fn sign(&mut self, claim: Option<Claim>) {
        self.found.push(Finding::Sign(Sign {
            source: Source::Hook,
            at: self.at,
            claim,
        }));
    }

    /// A part of a turn.
    pub(super) fn part(&mut self, key: String, what: TurnPartKind) {
        let Some(conversation) = self.conversation.clone() else {
            return;
        };
        self.found.push(Finding::Turn(TurnPart {
            conversation,
            key,
            at: self.at,
            what,
        }));
    }

    /// It wants to use a tool. The key is the one under which the agent's files have it, too.
    pub(super) fn calls_tool(&mut self) {
        let (Some(call), Some(tool)) = (self.name("tool_use_id"), self.name("tool_name")) else {
            return;
        };
        let input = self.value("tool_input").map(brief).unwrap_or_default();
        let key = format!("call:{call}");
        self.part(key, TurnPartKind::ToolCall { call, tool, input });
    }

    /// What became of a tool; see [`Self::calls_tool`] for the key.
    pub(super) fn tool_ended(&mut self, succeeded: bool) {
        let Some(call) = self.name("tool_use_id") else {
            return;
        };
        let output = match self.value("tool_response").or_else(|| self.value("error")) {
            Some(Value::Object(fields)) => ["stdout", "output", "content"]
                .iter()
                .find_map(|field| fields.get(*field)?.as_str())
                .map(of_turn),
            Some(Value::String(text)) => Some(of_turn(text)),
            _ => None,
        };
        let what = TurnPartKind::ToolResult {
            succeeded,
            took_ms: self.number("duration_ms"),
            output: output.unwrap_or_default(),
            call: call.clone(),
        };
        self.part(format!("result:{call}"), what);
    }
}

/// What a tool is to do, in short.
fn brief(input: &Value) -> String {
    let telling = TELLING.iter().find_map(|field| input.get(field)?.as_str());
    match (telling, input) {
        (Some(text), _) => of_turn(text),
        (None, Value::String(text)) => of_turn(text),
        (None, other) => of_turn(&other.to_string()),
    }
}
