//! How a part of a turn looks as JSON. What is here may only be added to. No Debug: it is what people and agents said.

use serde::{Deserialize, Serialize};

use crate::domain::finding::{TurnEnd, TurnPartKind};

#[derive(Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub(super) enum TurnRecord {
    Prompt {
        text: String,
    },
    Answer {
        text: String,
    },
    ToolCall {
        call: String,
        tool: String,
        input: String,
    },
    ToolResult {
        call: String,
        succeeded: bool,
        took_ms: Option<u64>,
        output: String,
    },
    ApprovalAsked {
        tool: String,
    },
    Finished {
        took_ms: Option<u64>,
    },
    Interrupted {
        took_ms: Option<u64>,
    },
    Failed {
        error: String,
        took_ms: Option<u64>,
    },
}

impl TurnRecord {
    pub(super) fn of(part: TurnPartKind) -> Self {
        match part {
            TurnPartKind::Prompt(text) => Self::Prompt { text },
            TurnPartKind::Answer(text) => Self::Answer { text },
            TurnPartKind::ToolCall { call, tool, input } => Self::ToolCall { call, tool, input },
            TurnPartKind::ToolResult {
                call,
                succeeded,
                took_ms,
                output,
            } => Self::ToolResult {
                call,
                succeeded,
                took_ms,
                output,
            },
            TurnPartKind::ApprovalAsked { tool } => Self::ApprovalAsked { tool },
            TurnPartKind::End { how, took_ms } => match how {
                TurnEnd::Finished => Self::Finished { took_ms },
                TurnEnd::Interrupted => Self::Interrupted { took_ms },
                TurnEnd::Failed(error) => Self::Failed { error, took_ms },
            },
        }
    }

    pub(super) fn read(self) -> TurnPartKind {
        let (how, took_ms) = match self {
            Self::Prompt { text } => return TurnPartKind::Prompt(text),
            Self::Answer { text } => return TurnPartKind::Answer(text),
            Self::ToolCall { call, tool, input } => {
                return TurnPartKind::ToolCall { call, tool, input };
            }
            Self::ToolResult {
                call,
                succeeded,
                took_ms,
                output,
            } => {
                return TurnPartKind::ToolResult {
                    call,
                    succeeded,
                    took_ms,
                    output,
                };
            }
            Self::ApprovalAsked { tool } => return TurnPartKind::ApprovalAsked { tool },
            Self::Finished { took_ms } => (TurnEnd::Finished, took_ms),
            Self::Interrupted { took_ms } => (TurnEnd::Interrupted, took_ms),
            Self::Failed { error, took_ms } => (TurnEnd::Failed(error), took_ms),
        };
        TurnPartKind::End { how, took_ms }
    }

    /// Lets `redact` have the text in it.
    pub(super) fn redact(&mut self, redact: &dyn Fn(&mut [u8])) {
        let text = match self {
            Self::Prompt { text } | Self::Answer { text } => text,
            Self::ToolCall { input, .. } => input,
            Self::ToolResult { output, .. } => output,
            Self::Failed { error, .. } => error,
            Self::ApprovalAsked { .. } | Self::Finished { .. } | Self::Interrupted { .. } => return,
        };
        let mut bytes = std::mem::take(text).into_bytes();
        redact(&mut bytes);
        *text = String::from_utf8_lossy(&bytes).into_owned();
    }
}
