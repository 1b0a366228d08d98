//! Blobs on disk: compressed, and encrypted when there is a key. What a blob belongs to is bound to it, so that none can be put
//! in another's place.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use super::limits::LEVEL;

/// Byte behind the length, of a blob that is only compressed.
const PLAIN: u8 = 0;

/// The same of one that is encrypted, too.
const SEALED: u8 = 1;

/// Bytes of a nonce.
const NONCE: usize = 24;

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
            Self::NoKey { path } => {
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
        let failed = |source| KeyError::Read {
            path: path.to_owned(),
            source,
        };
        let mode = fs::metadata(path).map_err(failed)?.mode();
        if mode & 0o077 != 0 {
            return Err(KeyError::Open {
                path: path.to_owned(),
            });
        }
        let content = fs::read(path).map_err(failed)?;
        let bytes = match content.len() {
            32 => Some(content),
            _ => std::str::from_utf8(&content).ok().and_then(from_hex),
        };
        bytes
            .and_then(|bytes| XChaCha20Poly1305::new_from_slice(&bytes).ok())
            .map(Self)
            .ok_or_else(|| KeyError::NoKey {
                path: path.to_owned(),
            })
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
        let packed = zstd::bulk::compress(content, LEVEL)?;
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
        let missing = Key::load(Path::new("/nowhere/key")).unwrap_err();
        assert!(missing.to_string().contains("/nowhere/key"));
    }
}
