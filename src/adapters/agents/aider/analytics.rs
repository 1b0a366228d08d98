//! Aider's analytics log: one JSON event in each line, with exact tokens and cost. It may be shared by all aiders of a person.

use serde_json::Value;

use super::super::fields::{Fields, micros};
use super::super::records::Meaning;
use super::super::told::Told;
use crate::domain::finding::{ContextUse, TokenUse};
use crate::domain::sign::{Doing, Reason};
use crate::domain::time::Timestamp;

/// In which time an aider tells of its start.
const START_MS: u64 = 120_000;

/// The log, of which only what was written since the process began is its own, until another aider tells of its start in it.
#[derive(Debug)]
pub(super) struct Analytics {
    began: Timestamp,
    /// The process has told of its start.
    is_launched: bool,
    /// Another aider writes into it, too.
    is_shared: bool,
}

impl Analytics {
    /// Of a process that began then.
    pub(super) const fn new(began: Timestamp) -> Self {
        Self {
            began,
            is_launched: false,
            is_shared: false,
        }
    }

    /// An aider tells of its start.
    fn launched(&mut self, time: Timestamp, told: &mut Told) {
        let is_late = time.0 > self.began.0.saturating_add(START_MS);
        if self.is_launched || is_late {
            self.is_shared = true;
            told.is_silent(time);
            told.complain("shared log", || {
                "Another aider has begun to write into the log of this one: what it says from there on is not read.".to_owned()
            });
        }
        self.is_launched = true;
    }
}

impl Meaning for Analytics {
    fn record(&mut self, record: &Value, at: u64, told: &mut Told) {
        let Some(seconds) = record.number("/time") else {
            return;
        };
        let time = Timestamp(seconds.saturating_mul(1000));
        if time < self.began || self.is_shared {
            return;
        }
        match record.text("/event") {
            Some("launched") => self.launched(time, told),
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

    fn anew(&mut self) {
        *self = Self::new(self.began);
    }
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
