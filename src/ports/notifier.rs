//! Telling a person outside of the multiplexer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

/// What can go wrong.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotifierError {
    /// The program is not there or cannot be started.
    #[error("{program} cannot be started: {source}")]
    Start {
        /// Its name.
        program: &'static str,
        /// Why.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// It says that it failed.
    #[error("{program} failed ({status})")]
    Failed {
        /// Its name.
        program: &'static str,
        /// As the system says it.
        status: String,
    },
    /// It did not end in time and was killed.
    #[error("{program} did not end within {} s and was killed", limit.as_secs())]
    TimedOut {
        /// Its name.
        program: &'static str,
        /// How long it had.
        limit: Duration,
    },
}

/// What the user's command is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Variables of its environment. Texts of others are in them as they are, but for control characters.
    pub variables: Vec<(&'static str, String)>,
    /// What it reads on its standard input.
    pub input: String,
}

/// Tells a person. Every call ends within a bounded time.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Shows a line among the desktop's notifications.
    ///
    /// # Errors
    /// Every [`NotifierError`].
    async fn desktop(&self, text: &str) -> Result<(), NotifierError>;

    /// Runs the user's shell command; the facts are no part of what the shell reads.
    ///
    /// # Errors
    /// Every [`NotifierError`].
    async fn command(&self, command: &str, facts: &Facts) -> Result<(), NotifierError>;
}
