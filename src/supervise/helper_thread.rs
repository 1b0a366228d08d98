//! Work that may block for ever, on a thread of its own, so that whoever wants its result can stop waiting.
//! A thread that nobody waits for any more ends with the process; it holds nothing that must be cleaned up.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

/// Work under way.
pub(super) struct HelperThread<T> {
    result: Receiver<T>,
}

impl<T: Send + 'static> HelperThread<T> {
    /// Begins `work`. When no thread can be made, it counts as work that never ends well.
    pub(super) fn start(name: &str, work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (sender, result) = sync_channel(1);
        // Without a thread the sender is dropped here, and every wait below answers `None` at once.
        drop(thread::Builder::new().name(name.to_owned()).spawn(move || {
            // The receiver is gone when nobody waits any more: then nobody wants the result either.
            drop(sender.send(work()));
        }));
        Self { result }
    }

    /// The result, or `None` when it did not come in time.
    pub(super) fn wait(&self, longest: Duration) -> Option<T> {
        self.result.recv_timeout(longest).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_comes_and_endless_work_does_not_hold_up() {
        let quick = HelperThread::start("quick", || 7);
        assert_eq!(quick.wait(Duration::from_secs(10)), Some(7));
        let (_keep, never) = sync_channel::<()>(1);
        let endless = HelperThread::start("endless", move || never.recv().is_ok());
        assert_eq!(endless.wait(Duration::from_millis(10)), None);
    }
}
