//! `explain`: which evidence made a runner's status, when, and how sure it is.

use super::entry::RunnerNow;
use super::{App, AppError};
use crate::domain::board::Exhibit;
use crate::domain::occupant::Occupant;

/// A runner and everything that is known of what it does.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The runner, with its verdict.
    pub now: RunnerNow,
    /// All evidence, the strongest first.
    pub exhibits: Vec<Exhibit>,
    /// Who lives in the pane, a whole sentence.
    pub resident: String,
    /// The agent, when there is one.
    pub occupant: Option<Occupant>,
    /// The agent's version, when it says.
    pub version: Option<String>,
    /// The title that the agent set; empty when it set none, and for a program that is no agent.
    pub title: String,
    /// What is weaker than it should be; whole sentences.
    pub degraded: Vec<String>,
}

impl App {
    /// Explains.
    ///
    /// # Errors
    /// `RunnerNotFound`, `RunnerAmbiguous`.
    pub async fn explain(&self, runner: String) -> Result<Explanation, AppError> {
        self.monitor
            .turn(move |world| {
                let now = world.clock.now();
                let entry = world.find(&runner)?;
                let awareness = &entry.awareness;
                Ok(Explanation {
                    now: entry.now(),
                    exhibits: entry.runner.status.exhibits(now),
                    resident: awareness.resident.clone(),
                    occupant: awareness.occupant.clone(),
                    version: awareness
                        .conversation
                        .as_ref()
                        .and_then(|known| known.version.clone()),
                    title: awareness.eye().title().to_owned(),
                    degraded: awareness.degraded.clone(),
                })
            })
            .await?
    }
}
