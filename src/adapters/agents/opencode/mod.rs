//! OpenCode: one database for all conversations of a home.

mod database;
mod meaning;
mod reader;
mod sessions;
#[cfg(test)]
mod tests;

pub(super) use self::reader::OpencodeReader;
