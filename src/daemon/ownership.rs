//! One daemon per tmux server: a lock file that the kernel frees when its owner dies, and the socket beside it.
//! Only the owner of the lock may remove a stale socket, so two that start at once never unbind each other. A second lock
//! lies with what is kept: another runtime directory must not lead to a second daemon that writes the same files.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::net::{UnixDatagram, UnixListener};
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
    /// A daemon serves it that listens elsewhere, since it was started with another runtime directory.
    #[error("another daemon serves this tmux server, on the socket {}", socket.display())]
    Elsewhere {
        /// Where it listens.
        socket: PathBuf,
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

impl OwnershipError {
    /// The next step, where there is one.
    pub fn hint(&self) -> Option<String> {
        let Self::Elsewhere { socket } = self else {
            return None;
        };
        Some(format!(
            "Set XDG_RUNTIME_DIR as it was there, or end that one with `GEPPETTO_SOCKET={} geppetto daemon stop`.",
            socket.display()
        ))
    }
}

/// The locks and the socket; all end with it.
#[derive(Debug)]
pub struct Ownership {
    /// Let go of before the other lock, also by the kernel: it was opened first.
    _state_lock: File,
    _lock: File,
    socket: PathBuf,
    listener: Option<UnixListener>,
    hooks: Option<PathBuf>,
}

impl Ownership {
    /// Takes both locks, writes `build` into the first and the socket into the other for others to read, and binds the socket,
    /// which only its user may open.
    ///
    /// # Errors
    /// `Taken` or `Elsewhere` when another daemon lives, `Io` otherwise.
    pub fn take(
        lock: &Path,
        state_lock: &Path,
        socket: &Path,
        build: &str,
    ) -> Result<Self, OwnershipError> {
        let state_file = open(state_lock)?;
        let file = open(lock)?;
        let taken = || OwnershipError::Taken {
            lock: lock.to_owned(),
        };
        if !try_lock(&file, lock)? {
            return Err(taken());
        }
        if !try_lock(&state_file, state_lock)? {
            let elsewhere = fs::read(state_lock).map_err(failed(state_lock, "read"))?;
            let elsewhere = PathBuf::from(OsString::from_vec(elsewhere));
            // Its owner is about to end, or has not written it yet.
            if elsewhere == socket || elsewhere.as_os_str().is_empty() {
                return Err(taken());
            }
            return Err(OwnershipError::Elsewhere { socket: elsewhere });
        }
        write(&file, build.as_bytes()).map_err(failed(lock, "written"))?;
        write(&state_file, socket.as_os_str().as_bytes()).map_err(failed(state_lock, "written"))?;
        match fs::remove_file(socket) {
            Ok(()) => tracing::info!(socket = %socket.display(), "removed a stale socket"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(socket, "removed")(error)),
        }
        let listener = UnixListener::bind(socket).map_err(failed(socket, "bound"))?;
        fs::set_permissions(socket, Permissions::from_mode(0o600))
            .map_err(failed(socket, "protected"))?;
        Ok(Self {
            _state_lock: state_file,
            _lock: file,
            socket: socket.to_owned(),
            listener: Some(listener),
            hooks: None,
        })
    }

    /// Binds the socket to which hooks talk, which only its user may open.
    ///
    /// # Errors
    /// `Io`.
    pub(super) fn bind_hooks(&mut self, path: PathBuf) -> Result<UnixDatagram, OwnershipError> {
        match fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&path, "removed")(error)),
        }
        let socket = UnixDatagram::bind(&path).map_err(failed(&path, "bound"))?;
        fs::set_permissions(&path, Permissions::from_mode(0o600))
            .map_err(failed(&path, "protected"))?;
        self.hooks = Some(path);
        Ok(socket)
    }

    /// The listening socket; there is one, so this answers `None` the second time.
    pub(super) const fn listener(&mut self) -> Option<UnixListener> {
        self.listener.take()
    }
}

fn failed(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> OwnershipError {
    let path = path.to_owned();
    move |source| OwnershipError::Io {
        path,
        action,
        source,
    }
}

fn open(path: &Path) -> Result<File, OwnershipError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    options.open(path).map_err(failed(path, "opened"))
}

/// Locks it; false when somebody else has.
fn try_lock(file: &File, path: &Path) -> Result<bool, OwnershipError> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(errno) => Err(failed(path, "locked")(errno.into())),
    }
}

/// Puts this in the place of what it holds.
fn write(mut file: &File, text: &[u8]) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(text)
}

impl Drop for Ownership {
    fn drop(&mut self) {
        // While the lock is still held: nobody else can have bound it meanwhile.
        for socket in [Some(&self.socket), self.hooks.as_ref()]
            .into_iter()
            .flatten()
        {
            if let Err(error) = fs::remove_file(socket) {
                tracing::debug!(%error, "the socket was removed by somebody else");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_owner_is_refused_and_a_stale_socket_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name| directory.path().join(name);
        let (lock, kept, socket) = (path("l"), path("k"), path("s"));
        fs::write(&socket, "stale").unwrap();
        let first = Ownership::take(&lock, &kept, &socket, "").unwrap();
        assert!(matches!(
            Ownership::take(&lock, &kept, &socket, ""),
            Err(OwnershipError::Taken { .. })
        ));
        assert_eq!(
            fs::metadata(&socket).unwrap().permissions().mode() & 0o777,
            0o600
        );
        drop(first);
        assert!(!socket.exists());
        assert!(Ownership::take(&lock, &kept, &socket, "").is_ok());
    }

    #[test]
    fn a_daemon_that_listens_elsewhere_keeps_what_is_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name| directory.path().join(name);
        let kept = path("k");
        let first = Ownership::take(&path("l"), &kept, &path("s"), "").unwrap();
        let second = || Ownership::take(&path("l2"), &kept, &path("s2"), "");
        let refusal = second().unwrap_err();
        assert!(matches!(&refusal, OwnershipError::Elsewhere { socket } if *socket == path("s")));
        assert!(refusal.hint().is_some());
        assert!(!path("s2").exists());
        drop(first);
        assert!(second().is_ok());
    }
}
