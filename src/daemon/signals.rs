//! Signals that end the daemon, as a future. SIGHUP does not: the daemon survives the shell that started it.

use std::io;
use std::os::unix::net::UnixStream as StdStream;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::pipe;
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;

/// The signals, caught from the moment this exists.
#[derive(Debug)]
pub(super) struct Signals {
    ending: UnixStream,
    /// Keeps SIGHUP caught; nobody reads it.
    _hang_up: StdStream,
}

impl Signals {
    /// Begins to catch.
    ///
    /// # Errors
    /// When the handlers cannot be set.
    pub(super) fn catch() -> io::Result<Self> {
        let (ending, sender) = StdStream::pair()?;
        pipe::register(SIGTERM, sender.try_clone()?)?;
        pipe::register(SIGINT, sender)?;
        let (hang_up, sender) = StdStream::pair()?;
        pipe::register(SIGHUP, sender)?;
        ending.set_nonblocking(true)?;
        Ok(Self {
            ending: UnixStream::from_std(ending)?,
            _hang_up: hang_up,
        })
    }

    /// Returns when the daemon was told to end.
    pub(super) async fn ended(&mut self) {
        let mut byte = [0];
        // The sending end lives as long as the handlers, so a read that returns is a signal.
        let _read = self.ending.read(&mut byte).await;
    }
}
