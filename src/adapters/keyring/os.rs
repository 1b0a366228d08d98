//! Asks the keyring of the system, on a thread that can be left behind: neither D-Bus nor a keyring that waits for its
//! password promises an answer.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use chacha20poly1305::Key;
use chacha20poly1305::aead::Generate;
use keyring_core::api::CredentialStore;
use keyring_core::{Entry, Error};
use rustix::fs::{FlockOperation, flock};

use super::{KEY, KeyringError};

/// The entry's place in the keyring.
const SERVICE: &str = "geppetto";
const USER: &str = "transcripts";

/// What stands in the lock file once there was a key; for a person who looks.
const MEMORY: &[u8] = b"The key of the transcripts is in the keyring.\n";

/// How long the keyring may take. A client waits 10 s for its daemon, which has to ask tmux, too; a keyring that is open
/// answers in milliseconds. Then the daemon refuses to begin, and whoever started it tries again.
const PATIENCE: Duration = Duration::from_secs(8);

pub(super) fn key(lock: &Path) -> Result<[u8; KEY], KeyringError> {
    let lock = lock.to_owned();
    within(PATIENCE, move || {
        let mut memory = alone(&lock)?;
        remembered(&mut memory, &lock, &store()?)
    })
}

/// What `ask` answers on a thread of its own, unless that takes longer than `time`. The thread is left alone then: the
/// daemon ends, and it with the daemon.
fn within<T: Send + 'static>(
    time: Duration,
    ask: impl FnOnce() -> Result<T, KeyringError> + Send + 'static,
) -> Result<T, KeyringError> {
    // One place: there is one answer, and nobody may be there to take it.
    let (sender, answer) = sync_channel(1);
    std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            let _nobody_waits_any_more = sender.try_send(ask());
        })
        .map_err(|source| KeyringError::Io {
            what: "the thread that asks the keyring cannot be started",
            source,
        })?;
    match answer.recv_timeout(time) {
        Ok(answer) => answer,
        Err(RecvTimeoutError::Timeout) => Err(KeyringError::Silent {
            seconds: time.as_secs(),
        }),
        Err(RecvTimeoutError::Disconnected) => Err(KeyringError::Failed {
            reason: "what asked it has ended".to_owned(),
        }),
    }
}

/// Waits until no other daemon looks for the key or makes one: two keys made at once would be one too many, and what was
/// written with the lost one could not be read again.
fn alone(lock: &Path) -> Result<File, KeyringError> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(lock)
        .map_err(unlockable)?;
    flock(&file, FlockOperation::LockExclusive).map_err(|error| unlockable(error.into()))?;
    Ok(file)
}

fn unlockable(source: io::Error) -> KeyringError {
    KeyringError::Io {
        what: "the file that locks the keyring's key cannot be used",
        source,
    }
}

/// The key in `store`. `memory`, the file `lock`, says whether there was one before; then none is made. A locked keyring may
/// look empty, and D-Bus may lead to the keyring of another session: a new key would be stored over the old one, or beside it.
fn remembered(
    memory: &mut File,
    lock: &Path,
    store: &Arc<CredentialStore>,
) -> Result<[u8; KEY], KeyringError> {
    let is_first = memory.metadata().map_err(unlockable)?.len() == 0;
    let entry = Entry::new_in_store(store, SERVICE, USER).map_err(failure)?;
    let found = find(&entry)?;
    if !is_first {
        return found.ok_or_else(|| KeyringError::Lost {
            lock: lock.to_owned(),
        });
    }
    let key = found.map_or_else(|| make(&entry), Ok)?;
    memory.write_all(MEMORY).map_err(unlockable)?;
    Ok(key)
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>, KeyringError> {
    Ok(apple_native_keyring_store::keychain::Store::new().map_err(failure)?)
}

#[cfg(not(target_os = "macos"))]
fn store() -> Result<Arc<CredentialStore>, KeyringError> {
    Ok(zbus_secret_service_keyring_store::Store::new().map_err(failure)?)
}

fn find(entry: &Entry) -> Result<Option<[u8; KEY]>, KeyringError> {
    match entry.get_password() {
        Ok(digits) => from_hex(&digits).map(Some).ok_or(KeyringError::NoKey),
        Err(Error::NoEntry) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

/// A new key, which is in the keyring now.
fn make(entry: &Entry) -> Result<[u8; KEY], KeyringError> {
    // As digits, since some keyrings keep text only.
    entry
        .set_password(&to_hex(&Key::generate()))
        .map_err(failure)?;
    // What it gives back is what it will give the next daemon.
    let stored = entry.get_password().map_err(failure)?;
    let key = from_hex(&stored).ok_or(KeyringError::NoKey)?;
    tracing::warn!("a new key for transcripts was made and stored in the keyring");
    Ok(key)
}

/// An error as its situation. Some of them hold the secret: only what they say is passed on.
fn failure(error: Error) -> KeyringError {
    match error {
        Error::NoStorageAccess(reason) => KeyringError::Locked {
            reason: reason.to_string(),
        },
        Error::Ambiguous(_) => KeyringError::Several,
        Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringError::NoKey,
        Error::PlatformFailure(reason) => KeyringError::Failed {
            reason: reason.to_string(),
        },
        other => KeyringError::Failed {
            reason: other.to_string(),
        },
    }
}

fn to_hex(key: &[u8]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; KEY]> {
    let digits = text.trim().as_bytes();
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(value(*high)? << 4 | value(*low)?),
            _ => None,
        })
        .collect();
    bytes?.try_into().ok()
}

fn value(digit: u8) -> Option<u8> {
    u8::try_from(char::from(digit).to_digit(16)?).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use keyring_core::mock;

    use super::*;

    fn keyring() -> Arc<CredentialStore> {
        mock::Store::new().unwrap()
    }

    fn entry(store: &Arc<CredentialStore>) -> Entry {
        Entry::new_in_store(store, SERVICE, USER).unwrap()
    }

    /// What a first daemon gets.
    fn find_or_make(store: &Arc<CredentialStore>) -> Result<[u8; KEY], KeyringError> {
        let dir = tempfile::tempdir().unwrap();
        start(&dir.path().join("keyring.lock"), store)
    }

    /// What a daemon gets.
    fn start(lock: &Path, store: &Arc<CredentialStore>) -> Result<[u8; KEY], KeyringError> {
        remembered(&mut alone(lock).unwrap(), lock, store)
    }

    /// What comes of the next call when the keyring fails in that way.
    fn failing(store: &Arc<CredentialStore>, error: Error) -> KeyringError {
        let entry = entry(store);
        let credential: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        credential.set_error(error);
        find_or_make(store).unwrap_err()
    }

    #[test]
    fn a_key_is_made_once_and_then_found() {
        let store = keyring();
        let key = find_or_make(&store).unwrap();
        assert_ne!(key, [0; KEY]);
        assert_eq!(find_or_make(&store).unwrap(), key);
        assert_eq!(entry(&store).get_password().unwrap(), to_hex(&key));
        assert_ne!(find_or_make(&keyring()).unwrap(), key);
    }

    #[test]
    fn a_lost_key_is_not_replaced_unless_the_user_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join("keyring.lock");
        let store = keyring();
        failing(&store, Error::NoStorageAccess("locked".into()));
        let key = start(&lock, &store).unwrap();
        assert_eq!(start(&lock, &store).unwrap(), key);
        entry(&store).delete_credential().unwrap();
        let lost = start(&lock, &store).unwrap_err();
        assert!(matches!(lost, KeyringError::Lost { .. }));
        assert!(lost.hint().contains(&*lock.to_string_lossy()));
        assert!(matches!(entry(&store).get_password(), Err(Error::NoEntry)));
        std::fs::remove_file(&lock).unwrap();
        assert_ne!(start(&lock, &store).unwrap(), key);
    }

    #[test]
    fn a_key_that_somebody_put_there_is_used() {
        let store = keyring();
        let digits = format!("{}\n", "0A".repeat(32));
        entry(&store).set_password(&digits).unwrap();
        assert_eq!(find_or_make(&store).unwrap(), [10; KEY]);
    }

    #[test]
    fn what_is_no_key_is_refused_and_stays() {
        let (short, long) = ("0a".repeat(31), "0a".repeat(33));
        let odd = format!("{short}a");
        let (signed, wide) = (format!("{short}+a"), format!("{short}\u{e4}"));
        for wrong in ["", "hunter2", &short, &long, &odd, &signed, &wide] {
            let store = keyring();
            entry(&store).set_password(wrong).unwrap();
            let error = find_or_make(&store).unwrap_err();
            assert!(matches!(error, KeyringError::NoKey), "{wrong}: {error}");
            assert!(wrong.is_empty() || !error.to_string().contains(wrong));
            assert_eq!(entry(&store).get_password().unwrap(), wrong);
        }
    }

    #[test]
    fn a_keyring_that_refuses_gets_no_new_key() {
        let store = keyring();
        let locked = failing(&store, Error::NoStorageAccess("no prompt".into()));
        assert!(matches!(locked, KeyringError::Locked { .. }));
        assert!(locked.to_string().ends_with(": no prompt"));
        let failed = failing(&store, Error::PlatformFailure("no bus".into()));
        assert!(matches!(failed, KeyringError::Failed { .. }));
        assert!(failed.hint().contains("DBUS_SESSION_BUS_ADDRESS"));
        let several = failing(&store, Error::Ambiguous(Vec::new()));
        assert!(matches!(several, KeyringError::Several));
        let secret = failing(&store, Error::BadEncoding(b"hunter2".to_vec()));
        assert!(matches!(secret, KeyringError::NoKey));
        assert!(matches!(entry(&store).get_password(), Err(Error::NoEntry)));
    }

    #[test]
    fn a_keyring_that_says_nothing_is_not_waited_for() {
        let (_until_the_end_of_the_test, silence) = channel::<()>();
        let error = within(Duration::from_millis(1), move || {
            let _never = silence.recv();
            Ok(())
        })
        .unwrap_err();
        assert!(matches!(error, KeyringError::Silent { .. }));
        assert!(within(PATIENCE, || Ok(7)).is_ok_and(|answer| answer == 7));
        let ended = within(PATIENCE, || -> Result<(), _> { panic!("as zbus might") });
        assert!(matches!(ended, Err(KeyringError::Failed { .. })));
    }

    #[test]
    fn one_daemon_at_a_time_looks_for_the_key() {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join("keyring.lock");
        let held = alone(&lock).unwrap();
        let other = OpenOptions::new().append(true).open(&lock).unwrap();
        assert!(flock(&other, FlockOperation::NonBlockingLockExclusive).is_err());
        drop(held);
        alone(&lock).unwrap();
        assert!(matches!(
            alone(&dir.path().join("none/lock")),
            Err(KeyringError::Io { .. })
        ));
    }
}
