//! What agents spent, and what their turns were, on the wire. Costs are in millionths of a US dollar, by the list prices that geppetto
//! knows or by what the agent itself says; neither is a bill.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that skip_serializing_if asks for"
)]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// `get-usage`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetUsage {
    /// What sums are made for: `day` (default), `runner`, `kind`, `key` or `model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Only messages of this time or later, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_ms: Option<u64>,
    /// Only messages of this runner: name, id, or unique beginning of the id; of one that has left the list, its whole id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runner: Option<String>,
}

/// What messages used and cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpentView {
    /// How many messages of agents. One that is written down several times counts once.
    pub messages: u64,
    /// Tokens that were sent and not in a cache.
    pub input_tokens: u64,
    /// Tokens that were read from a cache; not in `inputTokens`.
    pub cached_tokens: u64,
    /// Tokens that were written to a cache; not in `inputTokens`.
    pub cache_write_tokens: u64,
    /// Tokens that were received, those of reasoning with them.
    pub output_tokens: u64,
    /// What they cost, as far as it is known.
    pub cost_micros: u64,
    /// Messages of which it is not known what they cost.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unpriced_messages: u64,
}

/// What was spent for one thing that sums are made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageRowView {
    /// The day (`2026-11-26`, where the daemon was), the runner's id, the kind, the session key (empty: none) or the model.
    pub of: String,
    /// By runner: its name, the last one when it has left the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// On all of it.
    pub spent: SpentView,
    /// On each model of each kind of agent.
    pub models: Vec<ModelSpentView>,
}

/// What was spent on one model by one kind of agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelSpentView {
    /// The kind of the agent.
    pub kind: String,
    /// The model, as the agent names it; hostile text.
    pub model: String,
    /// How much.
    pub spent: SpentView,
}

/// What was spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpendingReport {
    /// In the order of `of`.
    pub rows: Vec<UsageRowView>,
    /// On everything.
    pub total: SpentView,
    /// Models of which no price is known, as far as the agent does not tell the cost itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpriced_models: Vec<String>,
    /// The day on which the shipped prices were believed to hold. They may be wrong.
    pub prices_as_of: String,
}

/// What the agent of one runner has spent and may still, as far as it tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpendingView {
    /// On all its messages.
    pub total: SpentView,
    /// On those of `day`.
    pub today: SpentView,
    /// The day of what was found last (`2026-11-26`, where the daemon is).
    pub day: String,
    /// Tokens in its context window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// Tokens that the window holds, as the agent says, else as it is believed of its model; absent when nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_window: Option<u64>,
    /// Allowances of its provider.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<RateLimitView>,
}

/// An allowance of a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RateLimitView {
    /// Of which time, as the agent names it: `5h`, `weekly`.
    pub window: String,
    /// Thousandths of it that are used.
    pub used_permille: u32,
    /// When it begins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resets_at_ms: Option<u64>,
}

/// `get-turns`
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GetTurns {
    /// Name, id, or unique beginning of the id.
    pub runner: String,
    /// How many of the newest turns; by default 20. As many as fit into an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

/// A turn: what the person asked an agent, and what came of it. All texts are hostile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TurnView {
    /// The conversation, as the agent names it.
    pub conversation: String,
    /// When it began.
    pub at_ms: u64,
    /// What was asked; absent when it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// What happened, in order.
    pub steps: Vec<StepView>,
    /// `finished`, `interrupted` or `failed`; absent while it goes on, and when nobody has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
    /// The error that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// How long it took, once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
}

/// Something that happened in a turn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum StepView {
    /// The agent said something.
    Answer {
        /// When.
        at_ms: u64,
        /// What.
        text: String,
    },
    /// It used a tool, or wanted to.
    Tool {
        /// When.
        at_ms: u64,
        /// Name of the tool; absent when only its result is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tool: Option<String>,
        /// What it was to do, in short.
        input: String,
        /// True when the agent asked whether it may.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        asked: bool,
        /// What became of it; absent while it runs or waits, and when nobody has told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        result: Option<ToolResultView>,
    },
    /// It asked whether it may use a tool of which nothing else is known.
    ApprovalAsked {
        /// When.
        at_ms: u64,
        /// Name of the tool.
        tool: String,
    },
}

/// What became of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ToolResultView {
    /// False when it failed or was refused.
    pub succeeded: bool,
    /// How long it took, with the time for an approval when only the agent's files tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// The beginning of what it gave.
    pub output: String,
}
