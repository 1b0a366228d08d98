//! One thing that was looked at, and how it stands with it.

use std::error::Error;

use serde::Serialize;

/// How it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    /// Nothing is to be done.
    Ok,
    /// It works, and could be better.
    Note,
    /// Something does not work.
    Problem,
}

/// One thing.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    /// Names the thing for scripts and stays the same: `SECTION.WORD`.
    pub(super) id: &'static str,
    pub(super) level: Level,
    pub(super) message: String,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hint: Option<String>,
}

impl Check {
    /// The section that it is shown in.
    pub(super) fn section(&self) -> &'static str {
        self.id
            .split_once('.')
            .map_or(self.id, |(section, _)| section)
    }
}

pub(super) fn ok(id: &'static str, message: impl Into<String>) -> Check {
    Check {
        id,
        level: Level::Ok,
        message: message.into(),
        hint: None,
    }
}

pub(super) fn note(id: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Check {
    Check {
        id,
        level: Level::Note,
        message: message.into(),
        hint: Some(hint.into()),
    }
}

pub(super) fn problem(
    id: &'static str,
    message: impl Into<String>,
    hint: impl Into<String>,
) -> Check {
    Check {
        id,
        level: Level::Problem,
        message: message.into(),
        hint: Some(hint.into()),
    }
}

/// An error with what lies beneath it, as a sentence.
pub(super) fn sentence(error: &(impl Error + ?Sized)) -> String {
    let source = error
        .source()
        .map_or_else(String::new, |source| format!(": {source}"));
    format!("{error}{source}.")
}
