//! One daemon per tmux server: a lock file that the kernel frees when its owner dies, and the socket beside it.
//! Only the owner of the lock may remove a stale socket, so two that start at once never unbind each other.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// Why the socket cannot be ours.
#[derive(Debug, thiserror::Error)]
pub enum OwnershipError {
    /// Another daemon serves this tmux server.
    #[error("another daemon has the lock {}", lock.display())]
    Taken {
        /// The lock file.
        lock: PathBuf,
    },
    /// A file cannot be made, locked or bound.
    #[error("{} cannot be {action}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried, as a participle.
        action: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// The lock and the socket; both end with it.
#[derive(Debug)]
pub struct Ownership {
    _lock: File,
    socket: PathBuf,
    listener: Option<UnixListener>,
}

impl Ownership {
    /// Takes the lock, writes `build` into it for clients to read, and binds the socket, which only its user may open.
    ///
    /// # Errors
    /// `Taken` when another daemon lives, `Io` otherwise.
    pub fn take(lock: &Path, socket: &Path, build: &str) -> Result<Self, OwnershipError> {
        let failed = |path: &Path, action| {
            let path = path.to_owned();
            move |source| OwnershipError::Io {
                path,
                action,
                source,
            }
        };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(lock).map_err(failed(lock, "opened"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(OwnershipError::Taken {
                    lock: lock.to_owned(),
                });
            }
            Err(errno) => return Err(failed(lock, "locked")(errno.into())),
        }
        file.set_len(0)
            .and_then(|()| (&file).write_all(build.as_bytes()))
            .map_err(failed(lock, "written"))?;
        match fs::remove_file(socket) {
            Ok(()) => tracing::info!(socket = %socket.display(), "removed a stale socket"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(socket, "removed")(error)),
        }
        let listener = UnixListener::bind(socket).map_err(failed(socket, "bound"))?;
        fs::set_permissions(socket, Permissions::from_mode(0o600))
            .map_err(failed(socket, "protected"))?;
        Ok(Self {
            _lock: file,
            socket: socket.to_owned(),
            listener: Some(listener),
        })
    }

    /// The listening socket; there is one, so this answers `None` the second time.
    pub(super) const fn listener(&mut self) -> Option<UnixListener> {
        self.listener.take()
    }
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // While the lock is still held: nobody else can have bound it meanwhile.
        if let Err(error) = fs::remove_file(&self.socket) {
            tracing::debug!(%error, "the socket was removed by somebody else");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_owner_is_refused_and_a_stale_socket_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let (lock, socket) = (directory.path().join("l"), directory.path().join("s"));
        fs::write(&socket, "stale").unwrap();
        let first = Ownership::take(&lock, &socket, "").unwrap();
        assert!(matches!(
            Ownership::take(&lock, &socket, ""),
            Err(OwnershipError::Taken { .. })
        ));
        assert_eq!(
            fs::metadata(&socket).unwrap().permissions().mode() & 0o777,
            0o600
        );
        drop(first);
        assert!(!socket.exists());
        assert!(Ownership::take(&lock, &socket, "").is_ok());
    }
}
