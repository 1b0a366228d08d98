//! Requests about the counts of runners.

use super::dispatch::{Result, Service, refused, wrong};
use super::view;
use crate::domain::ids::SessionId;
use crate::domain::segment::Icons;
use crate::wire::{Answer, GetStatus};

impl Service {
    pub(super) async fn status(&self, request: GetStatus) -> Result<Answer> {
        let (icons, session) = status_wishes(request.icons.as_deref(), request.session.as_deref())?;
        let mut follower = self.app.follow_status().await.map_err(refused)?;
        let counts = follower.counts(session);
        Ok(Answer {
            status: Some(view::status(counts, icons, &follower.badges())),
            ..Answer::default()
        })
    }
}

/// Which symbols, and whose runners.
pub(super) fn status_wishes(
    icons: Option<&str>,
    session: Option<&str>,
) -> Result<(Icons, Option<SessionId>)> {
    let icons = icons.map_or(Some(Icons::Unicode), Icons::from_word);
    let icons = icons.ok_or_else(|| wrong("icons", "Icons are unicode, ascii or nerd."))?;
    let session = session.map(str::parse::<SessionId>).transpose();
    let session = session.map_err(|error| wrong("session", &format!("{error}.")))?;
    Ok((icons, session))
}
