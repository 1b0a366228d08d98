//! What goes wrong at the edge: a kind, a cause and next steps; and the one place where a kind becomes an exit
//! code.

use std::error::Error;
use std::fmt;

use crate::wire::{AnswerLine, ErrorBody, Tag};

/// What sort of failure it is, for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The daemon or the system said no, or there is no such thing.
    Refused,
    /// The command line is wrong.
    Usage,
    /// No daemon or no tmux server can be reached.
    Unreachable,
    /// A time limit has passed.
    TimedOut,
    /// Nobody reads the answer any more; not an error.
    BrokenPipe,
}

/// The exit code of a kind of failure.
const fn code(kind: Kind) -> u8 {
    match kind {
        Kind::BrokenPipe => 0,
        Kind::Refused => 1,
        Kind::Usage => 2,
        Kind::Unreachable => 3,
        Kind::TimedOut => 4,
    }
}

/// A failure of the command line.
#[derive(Debug)]
pub struct Failure {
    kind: Kind,
    cause: Cause,
    hints: Vec<String>,
}

#[derive(Debug)]
enum Cause {
    /// The daemon's own words.
    Wire(Box<ErrorBody>),
    /// A sentence of this program, with what lies beneath it.
    Here {
        sentence: String,
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl Failure {
    /// A failure in one sentence.
    pub fn new(kind: Kind, sentence: impl Into<String>) -> Self {
        Self {
            kind,
            cause: Cause::Here {
                sentence: sentence.into(),
                source: None,
            },
            hints: Vec::new(),
        }
    }

    /// A failure that an error explains.
    pub fn from_error(kind: Kind, error: impl Error + Send + Sync + 'static) -> Self {
        Self {
            kind,
            cause: Cause::Here {
                sentence: as_sentence(&chain(&error)),
                source: Some(Box::new(error)),
            },
            hints: Vec::new(),
        }
    }

    /// Adds the next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The commands in its hints as they must be typed for the server that was asked: `program` instead of `geppetto`.
    #[must_use]
    pub(crate) fn for_program(mut self, program: &str) -> Self {
        let wanted = format!("`{program} ");
        for hint in &mut self.hints {
            if !hint.contains(&wanted) {
                *hint = hint.replace("`geppetto ", &wanted);
            }
        }
        self
    }

    /// What sort of failure it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The exit code for it.
    pub const fn exit_code(&self) -> u8 {
        code(self.kind)
    }

    /// The tag, when the daemon refused.
    pub fn tag(&self) -> Option<Tag> {
        match &self.cause {
            Cause::Wire(body) => Some(body.tag),
            Cause::Here { .. } => None,
        }
    }

    /// The field of the request that is wrong, when the daemon says so.
    pub fn field(&self) -> Option<&str> {
        match &self.cause {
            Cause::Wire(body) => body.field.as_deref(),
            Cause::Here { .. } => None,
        }
    }

    /// The next steps.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The same as an answer line of the wire, for `--json`.
    pub fn to_wire(&self) -> AnswerLine {
        let mut body = match &self.cause {
            Cause::Wire(body) => (**body).clone(),
            Cause::Here { .. } => ErrorBody::new(self.own_tag(), self.to_string()),
        };
        if !self.hints.is_empty() {
            body.hint = Some(self.hints.join(" "));
        }
        AnswerLine::new(None, Err(body))
    }

    const fn own_tag(&self) -> Tag {
        match self.kind {
            Kind::Usage => Tag::Validation,
            Kind::Unreachable => Tag::Unavailable,
            Kind::TimedOut => Tag::TimedOut,
            Kind::Refused | Kind::BrokenPipe => Tag::Internal,
        }
    }
}

impl From<ErrorBody> for Failure {
    fn from(body: ErrorBody) -> Self {
        let kind = match body.tag {
            Tag::TmuxNoServer | Tag::TmuxNotFound | Tag::Unavailable => Kind::Unreachable,
            Tag::TimedOut => Kind::TimedOut,
            _ => Kind::Refused,
        };
        Self {
            kind,
            hints: body.hint.clone().into_iter().collect(),
            cause: Cause::Wire(Box::new(body)),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Wire(body) => f.write_str(&body.message),
            Cause::Here { sentence, .. } => f.write_str(sentence),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Here {
                source: Some(source),
                ..
            } => Some(source.as_ref()),
            Cause::Here { source: None, .. } | Cause::Wire(_) => None,
        }
    }
}

/// An error with everything beneath it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut beneath = error.source();
    while let Some(next) = beneath {
        let next_text = next.to_string();
        // Some libraries repeat in each error what lies beneath it.
        if !text.contains(&next_text) {
            text = format!("{text}: {next_text}");
        }
        beneath = next.source();
    }
    text
}

/// Errors of the libraries are written in lower case and without a full stop.
fn as_sentence(text: &str) -> String {
    let mut rest = text.chars();
    let Some(first) = rest.next() else {
        return String::new();
    };
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{stop}", first.to_uppercase(), rest.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daemons_tags_have_their_exit_codes() {
        for (tag, code) in [
            (Tag::RunnerNotFound, 1),
            (Tag::Validation, 1),
            (Tag::TmuxNoServer, 3),
            (Tag::TimedOut, 4),
            (Tag::Internal, 1),
        ] {
            assert_eq!(Failure::from(ErrorBody::new(tag, "No.")).exit_code(), code);
        }
        assert_eq!(Failure::new(Kind::BrokenPipe, "").exit_code(), 0);
        assert_eq!(Failure::new(Kind::Usage, "").exit_code(), 2);
    }

    #[test]
    fn commands_in_hints_are_for_the_server_that_was_asked() {
        let body = ErrorBody::new(Tag::KeyInUse, "No.")
            .hint("`geppetto attach x` goes there, `geppetto stop x` ends it.");
        let program = r"geppetto -S '/tmp/it'\''s'";
        let failure = Failure::from(body).for_program(program);
        let told = format!("`{program} attach x` goes there, `{program} stop x` ends it.");
        assert_eq!(failure.hints(), std::slice::from_ref(&told));
        let again = failure.for_program(program);
        assert_eq!(again.hints(), [told], "once");
    }

    #[test]
    fn an_error_is_told_with_its_causes_as_a_sentence() {
        let failure = Failure::from_error(
            Kind::Refused,
            crate::config::PrivateDirError::Io {
                dir: "/x".into(),
                source: std::io::Error::other("disk on fire"),
            },
        );
        assert_eq!(
            failure.to_string(),
            "The directory /x cannot be used: disk on fire."
        );
        assert!(failure.source().is_some());
    }
}
