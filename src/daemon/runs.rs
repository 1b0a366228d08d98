//! What run parents tell of the ends of their programs.

use super::dispatch::{Result, Service, done, runner_id, wrong};
use crate::domain::exit;
use crate::domain::time::Timestamp;
use crate::wire::{Answer, RunExited};

impl Service {
    pub(super) async fn run_exited(&self, run: &RunExited) -> Result<Answer> {
        let outcome = match (run.code, run.signal) {
            (Some(code), None) => exit::Outcome::Code(code),
            (None, Some(signal)) => exit::Outcome::Signal(signal),
            _ => return Err(wrong("code", "Exactly one of code and signal is needed.")),
        };
        let id = runner_id(&run.runner_id)?;
        if run.hung_up {
            done(self.app.run_hung_up(id, run.run).await)?;
        }
        done(
            self.app
                .run_exited(id, run.run, outcome, Timestamp(run.at_ms))
                .await,
        )
    }
}
