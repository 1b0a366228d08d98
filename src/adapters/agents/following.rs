//! The task that follows one occupant: waits for news of its files, lets its reader read, and sends what that found.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, mpsc};

use super::limits::BLIND_LOOK;
use super::place::Place;
use super::watches::Watches;
use crate::domain::finding::Finding;

/// What a reader wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// To be woken by its places.
    Wait,
    /// To be woken by its places, or after this time.
    WaitAtMost(Duration),
    /// To look again at once, when others had their turn: there is more.
    Again,
    /// Nothing: no more can come.
    End,
}

/// Reads the files of one occupant. Blocks, but never for long.
pub(super) trait Reader: Send {
    /// The places whose change is news to it now.
    fn places(&self) -> Vec<Place>;

    /// Reads what is new.
    fn look(&mut self, found: &mut Vec<Finding>) -> Next;
}

/// An occupant that is followed.
pub(super) struct Following {
    reader: Box<dyn Reader>,
    watches: Option<Arc<Watches>>,
    wake: Arc<Notify>,
    watched: Option<Vec<Place>>,
    blind: bool,
}

impl Following {
    /// Follows by `watches`, or by looking now and then where there are none.
    pub(super) fn new(reader: Box<dyn Reader>, watches: Option<Arc<Watches>>) -> Self {
        Self {
            reader,
            watches,
            wake: Arc::new(Notify::new()),
            watched: None,
            blind: false,
        }
    }

    /// Until nobody listens any more, or nothing more can come.
    pub(super) async fn run(mut self, turns: Arc<Semaphore>, listener: mpsc::Sender<Finding>) {
        let wake = Arc::clone(&self.wake);
        loop {
            let turn = tokio::select! {
                turn = turns.acquire() => turn,
                () = listener.closed() => return,
            };
            let looked = tokio::task::spawn_blocking(move || {
                let (next, found) = self.look();
                (self, next, found)
            });
            let Ok((following, next, found)) = looked.await else {
                return;
            };
            self = following;
            drop(turn);
            for finding in found {
                if listener.send(finding).await.is_err() {
                    return;
                }
            }
            let pause = match next {
                Next::Again => continue,
                Next::End => return,
                Next::Wait => None,
                Next::WaitAtMost(pause) => Some(pause),
            };
            let pause = if self.blind {
                Some(pause.map_or(BLIND_LOOK, |pause| pause.min(BLIND_LOOK)))
            } else {
                pause
            };
            tokio::select! {
                () = listener.closed() => return,
                () = wake.notified() => {}
                () = rest(pause) => {}
            }
        }
    }

    fn look(&mut self) -> (Next, Vec<Finding>) {
        let mut found = Vec::new();
        // Watched before anything is read: what is written meanwhile wakes us.
        self.watch(&mut found);
        let next = self.reader.look(&mut found);
        let moved = self.watched.as_ref() != Some(&self.reader.places());
        match next {
            Next::Wait | Next::WaitAtMost(_) if moved => (Next::Again, found),
            next => (next, found),
        }
    }

    fn watch(&mut self, found: &mut Vec<Finding>) {
        let mut places = self.reader.places();
        if self.watched.as_ref() == Some(&places) {
            return;
        }
        places.dedup();
        let error = match &self.watches {
            Some(watches) => watches.follow(places.clone(), &self.wake).err(),
            None => Some(notify::Error::generic("no watcher can be started")),
        };
        if let Some(error) = error
            && !self.blind
        {
            self.blind = true;
            found.push(Finding::Degraded(format!(
                "Changes of {} cannot be watched ({error}); they are looked for every {} seconds.",
                places
                    .first()
                    .map_or_else(String::new, |place| place.directory().display().to_string()),
                BLIND_LOOK.as_secs(),
            )));
        }
        self.watched = Some(places);
    }
}

/// Sleeps so long; for ever without a time.
async fn rest(pause: Option<Duration>) {
    match pause {
        Some(pause) => tokio::time::sleep(pause).await,
        None => std::future::pending().await,
    }
}
