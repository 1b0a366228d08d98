//! The key of the transcripts in the keyring of the system: the keychain of macOS, or whatever offers the Secret Service on
//! D-Bus. Only a build with the feature `keyring` can ask it; any other one says so. Never answers without a key.

#[cfg(feature = "keyring")]
mod os;

use std::path::{Path, PathBuf};

/// Bytes of a key.
pub const KEY: usize = 32;

/// Why the keyring gives no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// This program cannot ask a keyring.
    #[error("this geppetto was built without the keyring, and `encryption_keyring` is set")]
    NotBuilt,
    /// The keyring is there and keeps shut.
    #[error("the keyring is locked, or has nowhere to put a key: {reason}")]
    Locked {
        /// What it says.
        reason: String,
    },
    /// There is no keyring, or it failed.
    #[error("the keyring cannot be asked for the key of the transcripts: {reason}")]
    Failed {
        /// What it, or the way to it, says.
        reason: String,
    },
    /// It did not answer; most likely it waits for its password.
    #[error(
        "the keyring did not answer within {seconds} seconds; it may be asking for its password"
    )]
    Silent {
        /// For so long it was waited.
        seconds: u64,
    },
    /// There is such an entry, and what it holds is no key. That is not told: it may be a secret.
    #[error(
        "the entry \"transcripts\" of \"geppetto\" in the keyring holds no key of 64 hexadecimal digits"
    )]
    NoKey,
    /// Which of them would it be?
    #[error("the keyring has several entries \"transcripts\" of \"geppetto\"")]
    Several,
    /// There was a key, and this keyring has none. A new one would make the old transcripts look like damage.
    #[error("the key that transcripts were encrypted with is not in this keyring any more")]
    Lost {
        /// The file that remembers it.
        lock: PathBuf,
    },
    /// Daemons that make the key at the same time cannot be kept apart.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
}

impl KeyringError {
    /// The next step.
    pub fn hint(&self) -> String {
        let text = match self {
            Self::NotBuilt => {
                "Build it with `cargo build --release --locked --features keyring`, or set `encryption_key_file` instead."
            }
            Self::Locked { .. } | Self::Silent { .. } => {
                "Unlock the keyring (or log in to the desktop) and try again, or set `encryption_key_file` instead."
            }
            Self::Failed { .. } => {
                "Is a keyring running, and DBUS_SESSION_BUS_ADDRESS set where geppetto is started? Else set `encryption_key_file` instead."
            }
            Self::NoKey | Self::Several => {
                "Look at it in the keyring's own program; keep the one with the key, or remove it for a new key."
            }
            Self::Lost { lock } => {
                return format!(
                    "Put your copy of it back, or remove {} for a new key.",
                    lock.display()
                );
            }
            Self::Io { .. } => "See who owns the file and whether the disk is full.",
        };
        text.to_owned()
    }
}

/// The key. One is made and stored when there never was one; `lock` keeps others from making another one meanwhile, and
/// remembers that there was one.
///
/// # Errors
/// [`KeyringError`], after some seconds at the latest.
#[cfg(feature = "keyring")]
pub fn key(lock: &Path) -> Result<[u8; KEY], KeyringError> {
    os::key(lock)
}

/// The key, if this program could ask for it.
///
/// # Errors
/// [`KeyringError::NotBuilt`].
#[cfg(not(feature = "keyring"))]
pub const fn key(_lock: &Path) -> Result<[u8; KEY], KeyringError> {
    Err(KeyringError::NotBuilt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_names_a_way_on() {
        let asked = KeyringError::NotBuilt.hint();
        assert!(asked.contains("`cargo build --release --locked --features keyring`"));
        let silent = KeyringError::Silent { seconds: 8 };
        assert!(silent.to_string().contains("8 seconds"));
        assert!(silent.hint().contains("`encryption_key_file`"));
    }

    #[cfg(not(feature = "keyring"))]
    #[test]
    fn a_build_without_the_keyring_refuses() {
        let refused = key(Path::new("/nowhere"));
        assert!(matches!(refused, Err(KeyringError::NotBuilt)));
    }
}
