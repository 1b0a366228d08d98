//! The published JSON Schema, generated from the types themselves.

use schemars::schema_for;
use serde_json::{Value, json};

use super::{AnswerLine, Event, OLDEST_PROTOCOL, PROTOCOL, RequestLine};

/// Schemas of request lines, answer lines and stream events in one document.
pub fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "geppetto wire protocol",
        "protocol": { "newest": PROTOCOL, "oldest": OLDEST_PROTOCOL },
        "request": schema_for!(RequestLine),
        "answer": schema_for!(AnswerLine),
        "event": schema_for!(Event),
    })
}
