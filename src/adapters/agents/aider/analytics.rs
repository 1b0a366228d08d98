//! Aider's analytics log: one JSON event in each line, with exact tokens and cost. It may be shared by all aiders of a person.

use serde_json::Value;

use super::super::fields::{Fields, micros};
use super::super::records::Meaning;
use super::super::told::Told;
use crate::domain::finding::{ContextUse, TokenUse};
use crate::domain::sign::{Doing, Reason};
use crate::domain::time::Timestamp;

/// The log, of which only what was written since the process began is its own.
#[derive(Debug)]
pub(super) struct Analytics {
    pub(super) began: Timestamp,
}

impl Meaning for Analytics {
    fn record(&mut self, record: &Value, at: u64, told: &mut Told) {
        let Some(seconds) = record.number("/time") else {
            return;
        };
        let time = Timestamp(seconds.saturating_mul(1000));
        if time < self.began {
            return;
        }
        match record.text("/event") {
            Some("message_send_starting") => {
                told.does(
                    time,
                    Doing::Working,
                    Reason::Working,
                    "message_send_starting",
                );
            }
            Some("message_send") => {
                if let Some(properties) = record.get("properties") {
                    sent(properties, time, at, told);
                }
                // It may ask something now, run a command, or be done.
                told.is_silent(time);
            }
            _ => {}
        }
    }

    fn anew(&mut self) {}
}

fn sent(properties: &Value, time: Timestamp, at: u64, told: &mut Told) {
    let counts = ["/prompt_tokens", "/completion_tokens"].map(|field| properties.number(field));
    let [Some(input), Some(output)] = counts else {
        return;
    };
    told.context(ContextUse {
        used: input + output,
        window: None,
    });
    told.tokens(TokenUse {
        conversation: told.conversation().to_owned(),
        message: format!("sent:{at}"),
        at: time,
        model: properties
            .text("/main_model")
            .unwrap_or_default()
            .to_owned(),
        input,
        cache_read: 0,
        cache_write: 0,
        output,
        cost_micros: properties
            .get("cost")
            .and_then(Value::as_f64)
            .and_then(micros),
    });
}
