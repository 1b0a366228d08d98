//! Connections that have become streams: logs, changes, status. A slow client costs itself events, and nobody
//! else anything.

use std::time::Duration;

use super::connection::{Closed, Connection};
use super::limits::PIECES_A_LINE;
use super::{stats, transcripts, view};
use crate::app::{
    App, AppError, Change, FollowItem, LogFollower, LogQuery, StatsFollower, StatusFollower,
    Subscription, TranscriptFollower,
};
use crate::domain::ids::SessionId;
use crate::domain::segment::{Counts, Icons};
use crate::domain::transcript::Position;
use crate::wire::{Answer, Event};

/// A stream that is about to run.
pub(super) enum Stream {
    Logs(LogFollower),
    Transcript(TranscriptFollower),
    Status(StatusFollower, Icons, Option<SessionId>),
    Changes(App, Subscription, Option<StatsFollower>),
}

impl Stream {
    pub(super) async fn logs(app: &App, runner: String, query: LogQuery) -> Result<Self, AppError> {
        Ok(Self::Logs(app.follow_logs(runner, query).await?))
    }

    pub(super) async fn transcript(
        app: &App,
        runner: String,
        from: Option<Position>,
    ) -> Result<Self, AppError> {
        Ok(Self::Transcript(app.follow_transcript(runner, from).await?))
    }

    pub(super) fn status(app: &App, icons: Icons, session: Option<SessionId>) -> Self {
        Self::Status(app.follow_published(), icons, session)
    }

    /// With `stats_every_ms`, what is measured is told, too.
    pub(super) async fn changes(app: &App, stats_every_ms: Option<u64>) -> Result<Self, AppError> {
        let every = stats_every_ms.map(Duration::from_millis);
        let stats = every.map(|every| app.follow_stats(every)).transpose()?;
        Ok(Self::Changes(app.clone(), app.subscribe().await?, stats))
    }

    /// The answer before the first event: for a status, what it is now.
    pub(super) fn answer(&mut self) -> Answer {
        match self {
            Self::Status(follower, icons, session) => {
                let counts = follower.counts(*session);
                let status = view::status(counts, *icons, &follower.badges());
                Answer {
                    status: Some(status),
                    ..Answer::default()
                }
            }
            Self::Logs(_) | Self::Transcript(_) | Self::Changes(..) => Answer::default(),
        }
    }

    /// Runs until the client or the source ends.
    pub(super) async fn run(self, connection: &mut Connection) {
        let Closed = match self {
            Self::Logs(follower) => logs(connection, follower).await,
            Self::Transcript(follower) => transcript(connection, follower).await,
            Self::Changes(app, subscription, stats) => {
                changes(connection, &app, subscription, stats).await
            }
            Self::Status(follower, icons, session) => {
                status(connection, follower, icons, session).await
            }
        };
    }
}

async fn logs(connection: &mut Connection, mut follower: LogFollower) -> Closed {
    loop {
        let item = tokio::select! {
            item = follower.next() => item,
            () = connection.hung_up() => return Closed,
        };
        let event = match item {
            None => return Closed,
            Some(FollowItem::Entries(entries)) if entries.is_empty() => continue,
            Some(FollowItem::Entries(entries)) => Event::Log {
                entries: entries.iter().map(view::log).collect(),
            },
            Some(FollowItem::Lagged(count)) => Event::Lagged { count },
            Some(FollowItem::Ended(now)) => Event::LogEnd {
                runner: Box::new(view::runner(&now)),
            },
        };
        if let Err(closed) = connection.send(&event).await {
            return closed;
        }
    }
}

async fn transcript(connection: &mut Connection, mut follower: TranscriptFollower) -> Closed {
    loop {
        let next = tokio::select! {
            next = follower.next() => next,
            () = connection.hung_up() => return Closed,
        };
        let pieces = match next {
            Ok(Some(pieces)) => pieces,
            Ok(None) => return Closed,
            Err(error) => {
                tracing::warn!(%error, "a transcript can no longer be followed");
                return Closed;
            }
        };
        // A piece is up to a frame large: lines stay well below their limit.
        for part in pieces.chunks(PIECES_A_LINE) {
            let pieces = part.iter().filter_map(transcripts::piece).collect();
            if let Err(closed) = connection.send(&Event::Transcript { pieces }).await {
                return closed;
            }
        }
    }
}

async fn status(
    connection: &mut Connection,
    mut follower: StatusFollower,
    icons: Icons,
    session: Option<SessionId>,
) -> Closed {
    loop {
        tokio::select! {
            goes_on = follower.changed() => if !goes_on { return Closed },
            () = connection.hung_up() => return Closed,
        }
        let status = view::status(follower.counts(session), icons, &follower.badges());
        if let Err(closed) = connection.send(&Event::Status { status }).await {
            return closed;
        }
    }
}

async fn changes(
    connection: &mut Connection,
    app: &App,
    first: Subscription,
    mut stats: Option<StatsFollower>,
) -> Closed {
    let mut subscription = first;
    loop {
        let told = one_subscription(connection, app, subscription, stats.as_mut());
        if let Err(closed) = told.await {
            return closed;
        }
        // The queue overflowed: say so, and begin anew with a snapshot.
        if let Err(closed) = connection.send(&Event::Lagged { count: 1 }).await {
            return closed;
        }
        subscription = match app.subscribe().await {
            Ok(again) => again,
            Err(_ending) => return Closed,
        };
    }
}

/// Returns when the subscription has overflowed or the daemon ends.
async fn one_subscription(
    connection: &mut Connection,
    app: &App,
    mut subscription: Subscription,
    mut stats: Option<&mut StatsFollower>,
) -> Result<(), Closed> {
    let Ok(mut follower) = app.follow_status().await else {
        return Ok(());
    };
    let statuses = subscription.snapshot.iter();
    let mut told = Counts::of(statuses.map(|now| now.runner.status.status()));
    let mut badges = follower.badges();
    let status = view::status(told, Icons::Unicode, &badges);
    let runners = subscription.snapshot.iter().map(view::runner).collect();
    connection
        .send(&Event::Snapshot { runners, status })
        .await?;
    loop {
        let event = tokio::select! {
            biased;
            change = subscription.changes.recv() => match change {
                None => return Ok(()),
                Some(Change::Runner(now)) => Event::Runner { runner: Box::new(view::runner(&now)) },
                Some(Change::Removed(id)) => Event::RunnerRemoved { runner_id: id.to_string() },
            },
            goes_on = follower.changed() => {
                if !goes_on {
                    return Ok(());
                }
                let (counts, marks) = (follower.counts(None), follower.badges());
                if counts == told && marks == badges {
                    continue;
                }
                (told, badges) = (counts, marks);
                Event::Status { status: view::status(told, Icons::Unicode, &badges) }
            }
            news = next_stats(&mut stats) => match news {
                None => return Ok(()),
                Some(event) => event,
            },
            () = connection.hung_up() => return Err(Closed),
        };
        connection.send(&event).await?;
    }
}

/// What was measured next; never for who did not ask for it.
async fn next_stats(stats: &mut Option<&mut StatsFollower>) -> Option<Event> {
    let Some(follower) = stats else {
        return std::future::pending().await;
    };
    let (at, stats) = follower.next().await?;
    let stats = stats.iter().map(|stats| stats::view(stats, at)).collect();
    Some(Event::Stats { stats })
}
