//! Aider: a chat history for people in the repository, and an exact log of what was sent if the person asked for one.

mod analytics;
mod history;
mod reader;
#[cfg(test)]
mod tests;

pub(super) use self::reader::AiderReader;
