//! Gemini: a session file for each conversation, in a directory for each project.

mod chat;
mod reader;
mod sessions;
#[cfg(test)]
mod tests;

pub(super) use self::reader::GeminiReader;
