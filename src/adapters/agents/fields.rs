//! Fields of records that others write: every one may be missing, or something else than it was yesterday.

use serde_json::Value;

use super::told::of_turn;
use crate::domain::time::Timestamp;

/// Reading of a field by its JSON pointer (`/message/id`).
pub(super) trait Fields {
    /// A text that is not empty.
    fn text(&self, pointer: &str) -> Option<&str>;
    /// A whole number that is not negative.
    fn number(&self, pointer: &str) -> Option<u64>;
    /// True when it says so in so many words.
    fn flag(&self, pointer: &str) -> bool;
    /// A list; empty when there is none.
    fn list(&self, pointer: &str) -> &[Value];
    /// A point in time, as ISO 8601 has it.
    fn time(&self, pointer: &str) -> Option<Timestamp>;
}

impl Fields for Value {
    fn text(&self, pointer: &str) -> Option<&str> {
        let text = self.pointer(pointer)?.as_str()?;
        (!text.is_empty()).then_some(text)
    }

    fn number(&self, pointer: &str) -> Option<u64> {
        self.pointer(pointer)?.as_u64()
    }

    fn flag(&self, pointer: &str) -> bool {
        self.pointer(pointer).and_then(Self::as_bool) == Some(true)
    }

    fn list(&self, pointer: &str) -> &[Value] {
        let list = self.pointer(pointer).and_then(Self::as_array);
        list.map_or(&[], Vec::as_slice)
    }

    fn time(&self, pointer: &str) -> Option<Timestamp> {
        let time: jiff::Timestamp = self.text(pointer)?.parse().ok()?;
        u64::try_from(time.as_millisecond()).ok().map(Timestamp)
    }
}

/// Fields of a tool's input that say best what it is to do, the best first.
pub(super) const TELLING: [&str; 8] = [
    "command",
    "cmd",
    "file_path",
    "path",
    "pattern",
    "query",
    "url",
    "description",
];

/// What a tool was to do, in short: a command line, a path, or the whole input.
pub(super) fn brief(input: &Value) -> String {
    let telling = TELLING.iter().find_map(|name| match input.get(name)? {
        Value::String(text) => Some(text.clone()),
        Value::Array(words) => words
            .iter()
            .map(Value::as_str)
            .collect::<Option<Vec<_>>>()
            .map(|words| words.join(" ")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    });
    match (telling, input) {
        (Some(telling), _) => of_turn(&telling),
        (None, Value::String(text)) => of_turn(text),
        (None, other) => of_turn(&other.to_string()),
    }
}

/// Money as agents write it (dollars), in millionths.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "rounded, and neither negative nor beyond what a u64 holds"
)]
pub(super) fn micros(dollars: f64) -> Option<u64> {
    let micros = (dollars * 1e6).round();
    (0.0..1e15).contains(&micros).then_some(micros as u64)
}
