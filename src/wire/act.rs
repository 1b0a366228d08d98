//! Requests that press keys for a person, and the question that they answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `approve-prompt` and `deny-prompt`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerPrompt {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// The question that is meant, from [`PromptView::id`]: when another one is on the screen by now, nothing is pressed. By default
    /// the one that the daemon knows of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
}

/// `send-text`
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SendText {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// What to type: pasted as a whole, marked as such where the program asked for it. At most 64 KiB; control
    /// characters other than tab and line feed are refused.
    pub text: String,
    /// Press Enter behind it. An agent gets it only once the text stands in its prompt, and the answer comes when it has the text.
    #[serde(default)]
    pub enter: bool,
    /// Type it even while the agent begins or asks something, and press Enter even when the text is not to be seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force: bool,
    /// With `enter`: answer when the agent has answered, or waits for the person. Refused while it works.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub wait: bool,
    /// With `wait`: give up after so many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

/// What an agent said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PeekView {
    /// `turns`: it is out of the log of turns; `screen`: it is what the screen shows above the prompt.
    pub from: String,
    /// The text; hostile, and empty when nothing is known.
    pub text: String,
}

/// A question on the screen of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PromptView {
    /// Tells it from other questions.
    pub id: String,
    /// Name of the rule that sees it.
    pub rule: String,
    /// True when keys are known that approve it.
    pub can_approve: bool,
    /// True when keys are known that deny it.
    pub can_deny: bool,
}
