//! Blobs on disk: compressed, and encrypted when there is a key. What a blob belongs to is bound to it, so that none can be put
//! in another's place.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zstd::bulk::Compressor;

use super::limits::LEVEL;

/// Byte behind the length, of a blob that is only compressed.
const PLAIN: u8 = 0;

/// The same of one that is encrypted, too.
const SEALED: u8 = 1;

/// Bytes of a nonce.
const NONCE: usize = 24;

/// So much of a key file is read: 64 digits with some space around them.
const KEY_FILE_BYTES: u64 = 256;

/// Longest text or output in one blob, uncompressed: a history of tmux with its colours.
const LONGEST: usize = 64 * 1024 * 1024;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It cannot be read.
    #[error("the key file {} cannot be read: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Others can read it.
    #[error("the key file {} can be read by others", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// It belongs to someone else, who can read and change it.
    #[error("the key file {} belongs to the user with the number {owner}, and not to you", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The number of its owner.
        owner: u32,
    },
    /// It is no file.
    #[error("the key file {} is not a file", path.display())]
    NoFile {
        /// What is there.
        path: PathBuf,
    },
    /// It holds no key.
    #[error("the key file {} must hold 32 bytes, or 64 hexadecimal digits", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
}

impl KeyError {
    /// The next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Read { path, .. } => {
                format!(
                    "Make {} readable, or remove `encryption_key_file`.",
                    path.display()
                )
            }
            Self::Open { path } => format!("Run `chmod 600 {}`.", path.display()),
            Self::Foreign { path, .. } => format!(
                "Run `chown {} {1}` as root and then `chmod 600 {1}`, if you trust who made it.",
                rustix::process::geteuid().as_raw(),
                path.display()
            ),
            Self::NoKey { path } | Self::NoFile { path } => {
                format!(
                    "Make one: `head -c 32 /dev/urandom > {0}; chmod 600 {0}`.",
                    path.display()
                )
            }
        }
    }
}

/// A key for transcripts.
#[derive(Clone)]
pub struct Key(XChaCha20Poly1305);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// The key of these bytes, wherever they come from.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(bytes.into()))
    }

    /// Reads a key from a file that nobody else can read.
    ///
    /// # Errors
    /// [`KeyError`] names the file.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        Self::load_as(path, rustix::process::geteuid().as_raw())
    }

    fn load_as(path: &Path, user: u32) -> Result<Self, KeyError> {
        let failed = |source| KeyError::Read {
            path: path.to_owned(),
            source,
        };
        let path = || path.to_owned();
        // What is looked at is what is read. Opening a pipe must not wait for who writes to it.
        let file = fs::OpenOptions::new()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
            .open(path())
            .map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if !about.is_file() {
            return Err(KeyError::NoFile { path: path() });
        }
        if about.uid() != user {
            let owner = about.uid();
            return Err(KeyError::Foreign {
                path: path(),
                owner,
            });
        }
        if about.mode() & 0o077 != 0 {
            return Err(KeyError::Open { path: path() });
        }
        let mut content = Vec::new();
        file.take(KEY_FILE_BYTES)
            .read_to_end(&mut content)
            .map_err(failed)?;
        let bytes = match content.len() {
            32 => Some(content),
            _ => std::str::from_utf8(&content).ok().and_then(from_hex),
        };
        bytes
            .and_then(|bytes| XChaCha20Poly1305::new_from_slice(&bytes).ok())
            .map(Self)
            .ok_or_else(|| KeyError::NoKey { path: path() })
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .trim()
        .chars()
        .map(|digit| {
            digit
                .to_digit(16)
                .and_then(|value| u8::try_from(value).ok())
        })
        .collect::<Option<_>>()?;
    (digits.len() == 64).then(|| {
        digits
            .chunks(2)
            .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
            .collect()
    })
}

/// Why a blob cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlobError {
    /// There is no key, or another one.
    Sealed,
    /// It is not what was written.
    Damaged,
}

/// Makes blobs and reads them.
#[derive(Debug, Clone, Default)]
pub(super) struct Sealer {
    key: Option<Key>,
}

impl Sealer {
    pub(super) const fn new(key: Option<Key>) -> Self {
        Self { key }
    }

    /// The blob of `content`, which belongs to `what`.
    pub(super) fn seal(&self, what: &[u8], content: &[u8]) -> io::Result<Vec<u8>> {
        let packed = packed(content)?;
        let len = u32::try_from(content.len()).map_err(io::Error::other)?;
        let mut blob = Vec::with_capacity(packed.len() + 8);
        blob.extend_from_slice(&len.to_le_bytes());
        let Some(Key(cipher)) = &self.key else {
            blob.push(PLAIN);
            blob.extend_from_slice(&packed);
            return Ok(blob);
        };
        let nonce = XNonce::generate();
        let payload = Payload {
            msg: &packed,
            aad: what,
        };
        let sealed = cipher
            .encrypt(&nonce, payload)
            .map_err(|_opaque| io::Error::other("encryption failed"))?;
        blob.push(SEALED);
        blob.extend_from_slice(&nonce);
        blob.extend_from_slice(&sealed);
        Ok(blob)
    }

    /// The content of a blob that belongs to `what`.
    pub(super) fn open(&self, what: &[u8], blob: &[u8]) -> Result<Vec<u8>, BlobError> {
        let (len, blob) = blob.split_first_chunk::<4>().ok_or(BlobError::Damaged)?;
        let len = usize::try_from(u32::from_le_bytes(*len)).unwrap_or(LONGEST);
        let unpack = |packed: &[u8]| {
            zstd::bulk::decompress(packed, len.min(LONGEST)).map_err(|_damaged| BlobError::Damaged)
        };
        match blob.split_first() {
            Some((&PLAIN, packed)) => unpack(packed),
            Some((&SEALED, rest)) => {
                let Some(Key(cipher)) = &self.key else {
                    return Err(BlobError::Sealed);
                };
                let (nonce, sealed) = rest.split_at_checked(NONCE).ok_or(BlobError::Damaged)?;
                let nonce = XNonce::try_from(nonce).map_err(|_short| BlobError::Damaged)?;
                let payload = Payload {
                    msg: sealed,
                    aad: what,
                };
                let packed = cipher
                    .decrypt(&nonce, payload)
                    .map_err(|_opaque| BlobError::Sealed)?;
                unpack(&packed)
            }
            _ => Err(BlobError::Damaged),
        }
    }
}

/// Compresses with the thread's own context: making one takes as long as compressing a small frame.
fn packed(content: &[u8]) -> io::Result<Vec<u8>> {
    thread_local! {
        static CONTEXT: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    CONTEXT.with_borrow_mut(|context| {
        let context = match context {
            Some(context) => context,
            None => context.insert(Compressor::new(LEVEL)?),
        };
        context.compress(content)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn key_file(content: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (dir, path)
    }

    #[test]
    fn a_blob_opens_with_its_key_for_what_it_belongs_to_only() {
        let sealer = |content: &[u8]| {
            let (_dir, path) = key_file(content, 0o600);
            Sealer::new(Some(Key::load(&path).unwrap()))
        };
        let (one, other) = (sealer(&[7; 32]), sealer("0a".repeat(32).as_bytes()));
        let blob = one.seal(b"frame 1", b"secret output").unwrap();
        assert!(!blob.windows(6).any(|part| part == b"secret"));
        assert_eq!(one.open(b"frame 1", &blob).unwrap(), b"secret output");
        assert_eq!(one.open(b"frame 2", &blob), Err(BlobError::Sealed));
        assert_eq!(other.open(b"frame 1", &blob), Err(BlobError::Sealed));
        assert_eq!(
            Sealer::default().open(b"frame 1", &blob),
            Err(BlobError::Sealed)
        );
        // What was written without a key stays readable with one.
        let plain = Sealer::default().seal(b"x", b"open").unwrap();
        assert_eq!(one.open(b"x", &plain).unwrap(), b"open");
        assert_eq!(one.open(b"x", b""), Err(BlobError::Damaged));
        assert_eq!(one.open(b"x", b"\0garbage"), Err(BlobError::Damaged));
    }

    #[test]
    fn a_key_that_others_can_read_or_that_is_none_is_refused() {
        let (_dir, path) = key_file(&[1; 32], 0o644);
        assert!(matches!(Key::load(&path), Err(KeyError::Open { .. })));
        for wrong in [&b""[..], &[1; 31], "zz".repeat(32).as_bytes()] {
            let (_dir, path) = key_file(wrong, 0o600);
            assert!(matches!(Key::load(&path), Err(KeyError::NoKey { .. })));
        }
        for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o677] {
            let (_dir, path) = key_file(&[1; 32], mode);
            let error = Key::load(&path).unwrap_err();
            assert!(matches!(error, KeyError::Open { .. }), "{mode:o}");
            assert_eq!(error.hint(), format!("Run `chmod 600 {}`.", path.display()));
        }
        let missing = Key::load(Path::new("/nowhere/key")).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/key"));
    }

    #[test]
    fn a_key_of_someone_else_is_refused() {
        let (_dir, path) = key_file(&[1; 32], 0o600);
        let me = fs::metadata(&path).unwrap().uid();
        assert!(Key::load_as(&path, me).is_ok());
        let error = Key::load_as(&path, me + 1).unwrap_err();
        assert!(matches!(error, KeyError::Foreign { owner, .. } if owner == me));
        assert!(error.to_string().contains(path.to_str().unwrap()));
        let hint = error.hint();
        assert!(
            hint.contains(&format!("chmod 600 {}", path.display())),
            "{hint}"
        );
    }

    #[test]
    fn what_is_no_file_is_refused_and_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let error = Key::load(dir.path()).unwrap_err();
        assert!(matches!(error, KeyError::NoFile { .. }), "{error}");
        let pipe = dir.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
        let error = Key::load(&pipe).unwrap_err();
        assert!(matches!(error, KeyError::NoFile { .. }), "{error}");
    }
}
