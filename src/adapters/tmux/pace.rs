//! The pace of reading: in a flood tmux writes a few kilobytes at a time, and waking up for each of them costs the machine more than
//! what is in them. So output is left to gather for a moment then; what comes now and then is read at once.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep};

use super::limits::{FLOOD_BEGINS, FLOOD_GOES_ON, FLOOD_REST, FLOOD_WINDOW};
use crate::domain::time::Tick;

/// How often was read of late, and whether to rest.
#[derive(Default)]
pub(super) struct Pace {
    /// When the present window began, and how often was read in it.
    since: Tick,
    reads: u32,
    /// Whether the window before was one of a flood.
    flooded: bool,
    rest: Option<Pin<Box<Sleep>>>,
    resting: bool,
}

impl Pace {
    /// True while nothing is to be read. Wakes the task when the rest is over.
    pub(super) fn rests(&mut self, cx: &mut Context<'_>) -> bool {
        if let Some(rest) = &mut self.rest
            && self.resting
        {
            self.resting = rest.as_mut().poll(cx) == Poll::Pending;
        }
        self.resting
    }

    /// Something was read.
    pub(super) fn read(&mut self, now: Tick) {
        let passed = now.since(self.since);
        if passed >= FLOOD_WINDOW {
            let is_begun = self.flooded || self.reads >= FLOOD_BEGINS;
            self.flooded = is_begun && self.reads >= FLOOD_GOES_ON && passed < 2 * FLOOD_WINDOW;
            (self.since, self.reads) = (now, 0);
        }
        self.reads += 1;
        if self.flooded || self.reads >= FLOOD_BEGINS {
            self.resting = true;
            let rest = self.rest.get_or_insert_with(|| Box::pin(sleep(FLOOD_REST)));
            rest.as_mut().reset(Instant::now() + FLOOD_REST);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Tick {
        Tick(Duration::from_millis(millis))
    }

    async fn rested(pace: &mut Pace) -> Duration {
        let begin = Instant::now();
        poll_fn(|cx| {
            if pace.rests(cx) {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
        begin.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_now_and_then_is_read_at_once() {
        let mut pace = Pace::default();
        for turn in 0..1000 {
            pace.read(at(turn * 3));
            assert_eq!(rested(&mut pace).await, Duration::ZERO, "{turn}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_flood_gathers_until_it_is_over() {
        let mut pace = Pace::default();
        let (mut rests, mut now) = (0, 0);
        for _read in 0..1000 {
            pace.read(at(now));
            let rested = u64::try_from(rested(&mut pace).await.as_millis()).unwrap();
            rests += u32::from(rested > 0);
            // It has something new each time.
            now += rested.max(1);
        }
        assert!(rests > 900, "{rests}");
        pace.read(at(now + 100));
        assert_eq!(rested(&mut pace).await, Duration::ZERO);
    }
}
