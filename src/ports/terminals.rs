//! The terminals of people that are attached to the multiplexer: what they show, and what reaches them.

use async_trait::async_trait;

use super::mux::MuxError;
use crate::domain::ids::PaneId;
use crate::domain::notice::{OscNumber, Terminal};

/// Reaches people through the multiplexer. What is written into a pane here is not in its stream of output: its program did
/// not print it.
#[async_trait]
pub trait Terminals: Send + Sync {
    /// Every terminal of a person, asked now. Our own connections are none.
    ///
    /// # Errors
    /// What every command can meet.
    async fn terminals(&self) -> Result<Vec<Terminal>, MuxError>;

    /// Rings the bell of a pane. The multiplexer has most probably taken note when this returns.
    ///
    /// # Errors
    /// `NoPane` when it is gone or dead; `Terminal` when that takes nothing; what every command can meet.
    async fn ring(&self, pane: PaneId) -> Result<(), MuxError>;

    /// Asks the terminals that show a pane to notify, in the name of the pane's program. They hear of it only when the user
    /// lets sequences through.
    ///
    /// # Errors
    /// As [`Terminals::ring`].
    async fn announce(&self, pane: PaneId, number: OscNumber, text: &str) -> Result<(), MuxError>;

    /// Shows a line on one terminal for a moment; fine when that has left. None of `text` is read as anything but text.
    ///
    /// # Errors
    /// What every command can meet.
    async fn say(&self, terminal: &str, text: &str) -> Result<(), MuxError>;
}
