//! Requests about slots and restoring.

use super::dispatch::{Result, Service, refused};
use super::view;
use crate::app::{RestoreAction, Restored, Since};
use crate::domain::runner::Origin;
use crate::domain::slot::Slot;
use crate::wire::{Answer, RestoreRunners, RestoreView, SinceView, SlotRef, SlotView};

impl Service {
    pub(super) async fn reserve_slot(&self, of: &SlotRef) -> Result<Answer> {
        Ok(one(&self
            .app
            .reserve_slot(&of.key)
            .await
            .map_err(refused)?))
    }

    pub(super) async fn release_slot(&self, of: &SlotRef) -> Result<Answer> {
        Ok(one(&self
            .app
            .release_slot(&of.key)
            .await
            .map_err(refused)?))
    }

    pub(super) async fn list_slots(&self) -> Result<Answer> {
        let slots = self.app.slots().await.map_err(refused)?;
        Ok(Answer {
            slots: Some(slots.iter().map(slot).collect()),
            ..Answer::default()
        })
    }

    pub(super) async fn show_slot(&self, of: &SlotRef) -> Result<Answer> {
        let (found, news) = self.app.show_slot(&of.key).await.map_err(refused)?;
        Ok(Answer {
            since: news.as_ref().map(since),
            ..one(&found)
        })
    }

    pub(super) async fn attach_slot(&self, of: &SlotRef) -> Result<Answer> {
        let attach = self.app.attach_slot(&of.key).await.map_err(refused)?;
        Ok(Answer {
            attach: Some(view::attach(attach)),
            ..Answer::default()
        })
    }

    pub(super) async fn restore(&self, request: &RestoreRunners) -> Result<Answer> {
        let restored = self.app.restore(request.dry_run).await.map_err(refused)?;
        Ok(Answer {
            restored: Some(restored.iter().map(restore_view).collect()),
            ..Answer::default()
        })
    }
}

fn one(found: &Slot) -> Answer {
    Answer {
        slot: Some(Box::new(slot(found))),
        ..Answer::default()
    }
}

fn slot(slot: &Slot) -> SlotView {
    SlotView {
        key: slot.key.to_string(),
        idea: slot.key.idea().to_owned(),
        slot: slot.key.slot().to_owned(),
        session_name: slot.session_name.clone(),
        status: slot.status.as_str().to_owned(),
        runner_id: slot.runner.map(|id| id.to_string()),
        created_at_ms: slot.created_at.0,
        last_connected_at_ms: slot.last_connected_at.map(|at| at.0),
        last_detach_at_ms: slot.last_detach_at.map(|at| at.0),
        cursor: slot.cursor.map(|cursor| cursor.to_string()),
    }
}

fn since(since: &Since) -> SinceView {
    SinceView {
        bytes: since.bytes,
        runs: since.runs,
        entries: since.entries,
        newest: since.newest.iter().map(view::log).collect(),
    }
}

fn restore_view(line: &Restored) -> RestoreView {
    let (action, reason) = match &line.action {
        RestoreAction::Start => ("start", None),
        RestoreAction::Started => ("started", None),
        RestoreAction::Skip(reason) => ("skip", Some(reason.clone())),
        RestoreAction::Failed(reason) => ("failed", Some(reason.clone())),
    };
    let launch = match &line.runner.origin {
        Origin::Started(launch) => Some(launch),
        Origin::Registered => None,
    };
    RestoreView {
        runner_id: line.runner.id.to_string(),
        name: line.runner.name.to_string(),
        key: line.runner.key.as_ref().map(ToString::to_string),
        command: launch
            .map(|launch| launch.command.clone())
            .unwrap_or_default(),
        cwd: launch.map(|launch| launch.cwd.display().to_string()),
        action: action.to_owned(),
        conversation_id: line.resumes.as_ref().map(ToString::to_string),
        reason,
    }
}
