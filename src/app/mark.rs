//! `mark`: the user's own words at this place of a transcript.

use super::{App, AppError};
use crate::domain::text::printable;
use crate::domain::transcript::{Position, RecordKind};

/// Longest mark, in characters.
const LONGEST: usize = 1000;

impl App {
    /// Puts it there and returns the place, when it is on disk.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`, `Invalid` when there is nothing printable in it or too much, `Transcript`.
    pub async fn mark(&self, runner: String, text: &str) -> Result<Position, AppError> {
        let text = printable(text).trim().to_owned();
        if text.is_empty() || text.chars().count() > LONGEST {
            return Err(AppError::Invalid {
                field: "text",
                reason: format!("A mark has 1 to {LONGEST} printable characters."),
            });
        }
        let (id, place) = self
            .monitor
            .turn(move |world| {
                let id = world.resolve(&runner)?;
                let now = world.clock.now();
                let entry = world.entry_mut(id)?;
                entry.record(now, RecordKind::Marker { text });
                Ok::<_, AppError>((id, entry.end()))
            })
            .await??;
        self.ports.transcripts.writer.flush(id, false).await?;
        Ok(place)
    }
}
