//! A question on the screen of an agent. Whoever answers it says which one they mean: what stands there may have changed meanwhile.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::screen_rule::{PromptKeys, ScreenRule};
use super::sign::Reason;

/// Tells questions apart: made of the rule that sees it and of what is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptId(String);

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Which.
    pub id: PromptId,
    /// Name of the rule that sees it.
    pub rule: String,
    /// What kind of question.
    pub reason: Reason,
    /// What answers it; none for a question that only a person can answer in the pane.
    pub keys: PromptKeys,
}

impl Prompt {
    /// The question that `rule` sees in `rows`.
    pub fn new(rule: &ScreenRule, rows: &[String]) -> Self {
        let mut hasher = DefaultHasher::new();
        rule.name.hash(&mut hasher);
        for row in rows {
            text(row).hash(&mut hasher);
        }
        Self {
            id: PromptId(format!("{:016x}", hasher.finish())),
            rule: rule.name.clone(),
            reason: rule.reason,
            keys: rule.keys.clone().unwrap_or_default(),
        }
    }
}

/// A row without what moves in it: frames, the mark of what is chosen, a bullet that blinks.
fn text(row: &str) -> &str {
    row.trim_matches(|c: char| !c.is_alphanumeric())
}

impl PromptId {
    /// As it is told.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PromptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
