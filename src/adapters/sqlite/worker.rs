//! A thread of a store: started under a name, and waited for at the end, but not for ever.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

/// A thread that runs.
pub(super) struct Worker {
    name: &'static str,
    thread: JoinHandle<()>,
}

/// How a thread came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Ended,
    Panicked,
    /// It still runs, and is left to itself.
    Hangs,
}

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// When there can be no more threads.
    pub(super) fn start(
        name: &'static str,
        work: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<Self> {
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(work)?;
        Ok(Self { name, thread })
    }

    /// Waits for its end, of which it must have been told, at most so long. A disk that hangs must not hold up the end of the
    /// daemon: what is not written then is lost as it would be by ending the daemon by force.
    pub(super) fn end(self, within: Duration) -> Ending {
        let Self { name, thread } = self;
        let (tell, told) = mpsc::channel();
        // Joining cannot be given up, so another thread does it, which is left behind too when it must be.
        let joiner = std::thread::Builder::new()
            .name("joiner".to_owned())
            .spawn(move || tell.send(thread.join().is_ok()));
        let result = joiner.ok().map(|_left| told.recv_timeout(within));
        match result {
            Some(Ok(true)) => Ending::Ended,
            Some(Ok(false)) => {
                tracing::error!(thread = name, "it had panicked");
                Ending::Panicked
            }
            Some(Err(_)) | None => {
                tracing::warn!(
                    thread = name,
                    seconds = within.as_secs_f64(),
                    "it has not ended in time and is left behind: does the disk hang?"
                );
                Ending::Hangs
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(60);

    #[test]
    fn it_is_waited_for_and_left_behind_when_it_hangs() {
        let worker = Worker::start("short", || {}).unwrap();
        assert_eq!(worker.end(LATE), Ending::Ended);
        let (go, wait) = mpsc::channel::<()>();
        let worker = Worker::start("hung", move || {
            let _closed = wait.recv();
        })
        .unwrap();
        assert_eq!(worker.end(SOON), Ending::Hangs);
        drop(go);
    }

    #[test]
    fn a_panic_is_an_end() {
        let worker = Worker::start("wrong", || panic!("on purpose")).unwrap();
        assert_eq!(worker.end(LATE), Ending::Panicked);
    }
}
