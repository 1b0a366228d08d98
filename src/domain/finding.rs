//! What an agent leaves behind, read from its files or told by its hooks: in one form for all kinds.

use std::path::PathBuf;

use super::sign::Sign;
use super::time::Timestamp;

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The conversation that the occupant has now. Comes before anything else of it, and again when it is another one.
    Conversation(Conversation),
    /// What the agent does.
    Sign(Sign),
    /// What one message cost.
    Tokens(TokenUse),
    /// How full the context is.
    Context(ContextUse),
    /// How much of an allowance is used.
    Limit(RateLimit),
    /// A part of a turn.
    Turn(TurnPart),
    /// So much of a file has been read, and everything in it was found before this: where the next reader goes on.
    Read(FileMark),
    /// Something could not be understood; what is told from here on is weaker. A whole sentence that names the file.
    Degraded(String),
}

/// A conversation, by the name that the agent has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// As the agent's own resume command takes it.
    pub id: String,
    /// Version of the agent, when it says.
    pub version: Option<String>,
    /// Where it is written down.
    pub file: Option<PathBuf>,
}

/// What one message used. The same message found again replaces what was known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUse {
    /// Conversation that it belongs to.
    pub conversation: String,
    /// Unique within that conversation: the agent's own id, or the place of the record.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// The model, as the agent names it.
    pub model: String,
    /// Tokens sent that were not in a cache. Agents differ in whether "input" has cached ones in it; here it never has.
    pub input: u64,
    /// Tokens read from a cache.
    pub cache_read: u64,
    /// Tokens written to a cache.
    pub cache_write: u64,
    /// Tokens received, those of reasoning with them.
    pub output: u64,
    /// What the agent itself says that it cost, in millionths of a US dollar.
    pub cost_micros: Option<u64>,
}

/// How full the context window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContextUse {
    /// Tokens in it.
    pub used: u64,
    /// Tokens that it holds; `None` when the agent does not say.
    pub window: Option<u64>,
}

/// An allowance of the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// The window, as the agent names it: `5h`, `weekly`.
    pub window: String,
    /// Thousandths of it that are used.
    pub used_permille: u32,
    /// When it begins anew.
    pub resets_at: Option<Timestamp>,
}

/// A part of a turn. The same key found again replaces what was known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnPart {
    /// Conversation that it belongs to.
    pub conversation: String,
    /// Unique within that conversation.
    pub key: String,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: TurnPartKind,
}

/// What a part of a turn is. Texts are cut at [`TurnPartKind::LONGEST`] bytes by whoever finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnPartKind {
    /// What the person asked: a turn begins.
    Prompt(String),
    /// What the agent answered.
    Answer(String),
    /// A tool that it wanted to use.
    ToolCall {
        /// The agent's id of the call.
        call: String,
        /// Name of the tool.
        tool: String,
        /// What it was to do, in short: a command line, a path, or the input as JSON.
        input: String,
    },
    /// What became of it.
    ToolResult {
        /// The agent's id of the call.
        call: String,
        /// False when it failed or was refused.
        succeeded: bool,
        /// How long it took, in milliseconds.
        took_ms: Option<u64>,
        /// The beginning of what it gave.
        output: String,
    },
    /// It asked whether it may.
    ApprovalAsked {
        /// Name of the tool.
        tool: String,
    },
    /// The turn ended.
    End {
        /// How: `finished`, `interrupted`, `error`.
        how: TurnEnd,
        /// How long it took, in milliseconds, when the agent says.
        took_ms: Option<u64>,
    },
}

impl TurnPartKind {
    /// Most bytes of a text of a turn.
    pub const LONGEST: usize = 16 * 1024;

    /// What is known when this is found of something of which `before` was known already: files and hooks tell of the same thing,
    /// and each knows something that the other does not.
    #[must_use]
    pub fn after(mut self, before: Self) -> Self {
        match (&mut self, before) {
            (
                Self::ToolResult {
                    took_ms, output, ..
                },
                Self::ToolResult {
                    took_ms: known,
                    output: text,
                    ..
                },
            ) => {
                *took_ms = took_ms.or(known);
                if output.is_empty() {
                    *output = text;
                }
            }
            (Self::ToolCall { input, .. }, Self::ToolCall { input: text, .. })
                if input.is_empty() =>
            {
                *input = text;
            }
            (
                Self::End { how, took_ms },
                Self::End {
                    how: known_how,
                    took_ms: known,
                },
            ) => {
                *took_ms = took_ms.or(known);
                if *how == TurnEnd::Finished {
                    *how = known_how;
                }
            }
            _ => {}
        }
        self
    }
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// By itself.
    Finished,
    /// The person broke it off.
    Interrupted,
    /// An error of the provider; its text.
    Failed(String),
}

/// How far a file was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMark {
    /// Which.
    pub path: PathBuf,
    /// Its number on its file system: another one is another file.
    pub inode: u64,
    /// Everything before this byte was read; for a database, the row.
    pub offset: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_again_keeps_what_only_the_first_one_knew() {
        let result = |took_ms, output: &str| TurnPartKind::ToolResult {
            call: "t".to_owned(),
            succeeded: true,
            took_ms,
            output: output.to_owned(),
        };
        let end = |how, took_ms| TurnPartKind::End { how, took_ms };
        let call = |input: &str| TurnPartKind::ToolCall {
            call: "t".to_owned(),
            tool: "Bash".to_owned(),
            input: input.to_owned(),
        };
        let failed = || TurnEnd::Failed("529".to_owned());
        let answer = |text: &str| TurnPartKind::Answer(text.to_owned());
        for (new, before, expected) in [
            (
                result(None, "made"),
                result(Some(7), ""),
                result(Some(7), "made"),
            ),
            (
                result(Some(9), ""),
                result(Some(7), "made"),
                result(Some(9), "made"),
            ),
            (call(""), call("make"), call("make")),
            (call("make -j"), call("make"), call("make -j")),
            (
                end(TurnEnd::Finished, None),
                end(failed(), Some(4)),
                end(failed(), Some(4)),
            ),
            (
                end(failed(), None),
                end(TurnEnd::Finished, None),
                end(failed(), None),
            ),
            (answer("all"), answer("a"), answer("all")),
            (answer("a"), call("make"), answer("a")),
        ] {
            assert_eq!(
                new.clone().after(before.clone()),
                expected,
                "{new:?} after {before:?}"
            );
        }
    }
}
