//! The standard streams of the daemon: how it leaves whoever started it, and the one line on stdout that says
//! whether it listens. Both sides of that line are here: the daemon writes it, the client that started it reads it.
//!
//! tmux hands plugins a socket as stdin and waits until nobody holds it, so a detached daemon keeps none of
//! its starter's streams.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use serde::{Deserialize, Serialize};

/// The line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadyLine {
    /// True when the daemon listens.
    pub ready: bool,
    /// True when another daemon has the lock: connect to that one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// Why it does not listen, a whole sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The other end of the starter's pipe; closed when dropped, after which the starter waits no longer.
#[derive(Debug)]
pub struct Announcer {
    starter: File,
}

impl Announcer {
    /// Takes stdout for the one line and puts `/dev/null` in its place and in that of stdin. With `detached`
    /// the process also becomes the leader of its own session, without a terminal.
    ///
    /// # Errors
    /// The system's, when a stream cannot be replaced.
    pub fn take(detached: bool) -> io::Result<Self> {
        if detached {
            // Fails only for a process that leads a session or group already, which is as good.
            let _leads_already = rustix::process::setsid();
        }
        let starter: OwnedFd = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
        let null = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/null")?;
        rustix::stdio::dup2_stdin(&null)?;
        rustix::stdio::dup2_stdout(&null)?;
        Ok(Self {
            starter: File::from(starter),
        })
    }

    /// Says that the daemon listens.
    ///
    /// # Errors
    /// The system's; a starter that has gone away is none.
    pub fn ready(self) -> io::Result<()> {
        self.say(&ReadyLine {
            ready: true,
            ..ReadyLine::default()
        })
    }

    /// Says why it does not.
    ///
    /// # Errors
    /// The system's; a starter that has gone away is none.
    pub fn refused(self, line: &ReadyLine) -> io::Result<()> {
        self.say(line)
    }

    fn say(mut self, line: &ReadyLine) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        match self.starter.write_all(&bytes) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            result => result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_short_and_read_back() {
        let ready = ReadyLine {
            ready: true,
            ..ReadyLine::default()
        };
        assert_eq!(serde_json::to_string(&ready).unwrap(), r#"{"ready":true}"#);
        let refused: ReadyLine =
            serde_json::from_str(r#"{"ready":false,"locked":true,"message":"Taken."}"#).unwrap();
        assert!(refused.locked && !refused.ready);
    }
}
