//! What an agent told its hook, made short enough for a datagram. Nothing is known here of what it means: texts are cut, long lists
//! are, and in the end only the plain values at the top are kept, which have the ids.

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::domain::text::beginning;

/// Bytes of a text and elements of a list that are kept; one step after the other until it is short enough.
const STEPS: [(usize, usize); 4] = [(16 * 1024, 256), (2048, 64), (256, 16), (80, 4)];

/// A payload, at one of the steps.
pub(super) struct Payload {
    value: Value,
    step: usize,
}

impl Payload {
    /// `None` for what is no JSON object.
    pub(super) fn read(told: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(told).ok()?;
        value.is_object().then_some(())?;
        Self { value, step: 0 }.cut()
    }

    /// The same, shorter; `None` when there is nothing left to cut.
    pub(super) fn shorter(mut self) -> Option<Self> {
        self.step += 1;
        self.cut()
    }

    pub(super) fn json(&self) -> Option<Box<RawValue>> {
        to_raw_value(&self.value).ok()
    }

    fn cut(mut self) -> Option<Self> {
        let (text, elements) = *STEPS.get(self.step)?;
        if self.step + 1 == STEPS.len()
            && let Value::Object(fields) = &mut self.value
        {
            fields.retain(|_, value| !value.is_object() && !value.is_array());
        }
        shorten(&mut self.value, text, elements);
        Some(self)
    }
}

fn shorten(value: &mut Value, text: usize, elements: usize) {
    match value {
        Value::String(whole) => whole.truncate(beginning(whole, text).len()),
        Value::Array(all) => {
            all.truncate(elements);
            for one in all {
                shorten(one, text, elements);
            }
        }
        Value::Object(fields) => {
            for one in fields.values_mut() {
                shorten(one, text, elements);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_outlive_long_texts_and_lists() {
        let list: Vec<String> = (0..1000).map(|n| "x".repeat(n)).collect();
        let told =
            serde_json::json!({"session_id": "s", "prompt": "\u{e9}".repeat(50_000), "list": list});
        let mut payload = Payload::read(told.to_string().as_bytes()).unwrap();
        let mut lengths = Vec::new();
        loop {
            let json = payload.json().unwrap();
            assert!(json.get().contains(r#""session_id":"s""#));
            lengths.push(json.get().len());
            match payload.shorter() {
                Some(shorter) => payload = shorter,
                None => break,
            }
        }
        assert_eq!(lengths.len(), STEPS.len());
        assert!(lengths.is_sorted_by(|a, b| a > b), "{lengths:?}");
        assert!(lengths.pop().unwrap() < 200);
    }

    #[test]
    fn only_an_object_is_a_payload() {
        for told in ["", "[]", "1", "{", "nonsense"] {
            assert!(Payload::read(told.as_bytes()).is_none(), "{told}");
        }
    }
}
