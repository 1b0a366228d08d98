//! Codex: a rollout for each conversation, written by the process in the pane, or by a server that outlives it.

mod allowance;
mod reader;
mod rollout;
#[cfg(test)]
mod tests;
mod threads;

pub(super) use self::reader::CodexReader;
