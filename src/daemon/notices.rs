//! Requests about who needs the person.

use std::time::Duration;

use super::dispatch::{Result, Service, one, refused, wrong};
use super::view;
use crate::domain::ids::PaneId;
use crate::wire::{Answer, NextRunner, SnoozeRunner};

impl Service {
    pub(super) async fn next(&self, request: NextRunner) -> Result<Answer> {
        let pane = request.pane.map(|pane| pane.parse::<PaneId>()).transpose();
        let pane = pane.map_err(|error| wrong("pane", &format!("{error}.")))?;
        let next = self.app.next(pane, request.client.as_deref()).await;
        let (now, attach) = next.map_err(refused)?;
        Ok(Answer {
            attach: Some(view::attach(attach)),
            ..one(Ok(now))?
        })
    }

    pub(super) async fn snooze(&self, request: SnoozeRunner) -> Result<Answer> {
        let length = match request.for_ms {
            Some(0) => return Err(wrong("forMs", "forMs must be above 0.")),
            length => length.map(Duration::from_millis),
        };
        one(self.app.snooze(request.runner, length).await)
    }
}
