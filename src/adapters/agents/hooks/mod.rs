//! What the hooks of agents tell, each in the words of its agent: one file a family of them, and one table of which kind speaks
//! which. A name of an event that nobody knows here says nothing, and is no error: agents get new ones.

mod aider;
mod claude;
mod codex;
mod cursor;
mod gemini;
mod told;

use std::path::Path;

use self::told::Told;
use crate::domain::kind::Kind;
use crate::ports::agents::{AgentError, AgentHooks, HookMessage, HookReading};

type Read = fn(&mut Told);

/// Which kind speaks how.
const SPEAKERS: [(&str, Read); 5] = [
    ("claude-code", claude::read),
    ("codex", codex::read),
    ("cursor", cursor::read),
    ("gemini", gemini::read),
    ("aider", aider::read),
];

/// Hooks of all agents.
#[derive(Debug, Clone)]
pub struct HooksOfAgents {
    /// The program that hooks call: this one.
    program: Option<String>,
}

impl HooksOfAgents {
    /// Hooks that call `program`; a path that is no text cannot be put into any settings.
    pub fn new(program: &Path) -> Self {
        let program = program.to_str().map(str::to_owned);
        Self { program }
    }
}

impl AgentHooks for HooksOfAgents {
    fn read(&self, message: &HookMessage) -> Result<HookReading, AgentError> {
        let wrong = |reason: String| AgentError::Hook {
            kind: message.kind.name,
            reason,
        };
        let mut told = Told::of(message).map_err(wrong)?;
        let speaker = SPEAKERS
            .iter()
            .find(|(name, _)| *name == message.kind.name)
            .ok_or_else(|| wrong("nobody knows what its hooks say".to_owned()))?;
        (speaker.1)(&mut told);
        Ok(told.into_reading(message.pane))
    }

    fn launch_arguments(&self, kind: &'static Kind, arguments: &[String]) -> Vec<String> {
        match (&self.program, kind.name) {
            (Some(program), "claude-code") => claude::launch_arguments(kind, program, arguments),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
