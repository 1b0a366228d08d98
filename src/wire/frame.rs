//! Framing: what surrounds every request and answer, and its limits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Answer, ErrorBody, Request};

/// Version of the protocol. A daemon answers every version from [`OLDEST_PROTOCOL`] to this one.
pub const PROTOCOL: u32 = 1;

/// Oldest version of the protocol that is still answered.
pub const OLDEST_PROTOCOL: u32 = 1;

/// Longest request line, line end included: 1 MiB. A longer one is refused and the connection closed.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Longest answer or event line: a whole log of 1 MiB of text, every character of it escaped, and its numbers.
pub const MAX_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// One request line.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct RequestLine {
    /// Echoed in the answer; any string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The request, tagged by `type`.
    #[serde(flatten)]
    pub request: Request,
}

/// One answer line: `success` tells which of the two it is.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AnswerLine {
    /// The request's `id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// True when the request was done; its effect has happened.
    pub success: bool,
    /// What went wrong, when `success` is false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorBody>,
    /// The answer's fields, when `success` is true.
    #[serde(flatten)]
    pub answer: Answer,
}

impl AnswerLine {
    /// The line for a result.
    pub fn new(id: Option<String>, result: Result<Answer, ErrorBody>) -> Self {
        match result {
            Ok(answer) => Self {
                id,
                success: true,
                error: None,
                answer,
            },
            Err(error) => Self {
                id,
                success: false,
                error: Some(error),
                answer: Answer::default(),
            },
        }
    }

    /// Back to a result. A failure without an error body is one of the `Internal` tag.
    ///
    /// # Errors
    /// The error body, when `success` is false.
    pub fn into_result(self) -> Result<Answer, ErrorBody> {
        if self.success {
            return Ok(self.answer);
        }
        Err(self.error.unwrap_or_else(|| {
            ErrorBody::new(
                super::Tag::Internal,
                "The daemon refused without saying why.",
            )
        }))
    }
}
