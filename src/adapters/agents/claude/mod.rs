//! Claude Code: a registry file for each process, and a transcript for each conversation.

mod calls;
mod helpers;
mod reader;
mod registry;
mod transcript;

pub(super) use self::reader::ClaudeReader;

#[cfg(test)]
mod tests;
