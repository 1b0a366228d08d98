//! Directories that only the user may enter: made with mode 0700, or checked and refused. Without this check
//! somebody else could wait in `/tmp` with a socket of the daemon's name.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

/// Why a directory is not used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateDirError {
    /// It cannot be made or looked at.
    #[error("the directory {} cannot be used", dir.display())]
    Io {
        /// Which.
        dir: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// It is a link or a file.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// It is somebody else's.
    #[error("the directory {} belongs to another user", .0.display())]
    NotOurs(PathBuf),
    /// Others may enter it.
    #[error("the directory {} is open to other users (mode {mode:04o})", dir.display())]
    Open {
        /// Which.
        dir: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
}

impl PrivateDirError {
    /// The next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Io { dir, .. } => format!("See who owns {} and its parents.", dir.display()),
            Self::NotADirectory(_) | Self::NotOurs(_) => {
                "Set GEPPETTO_SOCKET to a path in a directory of your own with mode 0700."
                    .to_owned()
            }
            Self::Open { dir, .. } => format!("Run `chmod 700 {}`.", dir.display()),
        }
    }
}

/// Makes the directory, with its parents, as private as it is, if it is not there, and checks it.
///
/// # Errors
/// [`PrivateDirError`] when it cannot be made or is not private.
pub fn prepare_private_dir(dir: &Path) -> Result<(), PrivateDirError> {
    let io = |source| PrivateDirError::Io {
        dir: dir.to_owned(),
        source,
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.mode(0o700);
    if let Some(parent) = dir.parent() {
        builder.recursive(true).create(parent).map_err(io)?;
    }
    match builder.recursive(false).create(dir) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(io(error)),
    }
    check_private_dir(dir).map(|_there| ())
}

/// Checks the directory if it is there; false when it is not.
///
/// # Errors
/// [`PrivateDirError`] when it is there and not private.
pub fn check_private_dir(dir: &Path) -> Result<bool, PrivateDirError> {
    let found = match std::fs::symlink_metadata(dir) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(source) => {
            return Err(PrivateDirError::Io {
                dir: dir.to_owned(),
                source,
            });
        }
    };
    if !found.is_dir() {
        return Err(PrivateDirError::NotADirectory(dir.to_owned()));
    }
    if found.uid() != rustix::process::getuid().as_raw() {
        return Err(PrivateDirError::NotOurs(dir.to_owned()));
    }
    match found.mode() & 0o7777 {
        mode if mode & 0o077 != 0 => Err(PrivateDirError::Open {
            dir: dir.to_owned(),
            mode,
        }),
        _ => Ok(true),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn a_private_directory_is_made_and_an_open_one_refused() {
        let base = tempfile::tempdir().unwrap();
        let dir = base.path().join("a/b");
        assert!(!check_private_dir(&dir).unwrap());
        prepare_private_dir(&dir).unwrap();
        assert_eq!(std::fs::metadata(&dir).unwrap().mode() & 0o777, 0o700);
        assert!(check_private_dir(&dir).unwrap());
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        let error = prepare_private_dir(&dir).unwrap_err();
        assert!(matches!(error, PrivateDirError::Open { mode: 0o755, .. }));
        assert!(error.hint().starts_with("Run `chmod 700 "));
    }

    #[test]
    fn a_link_or_a_file_is_refused() {
        let base = tempfile::tempdir().unwrap();
        let link = base.path().join("link");
        symlink(base.path(), &link).unwrap();
        let file = base.path().join("file");
        std::fs::write(&file, "").unwrap();
        for wrong in [link, file] {
            assert!(matches!(
                check_private_dir(&wrong),
                Err(PrivateDirError::NotADirectory(_))
            ));
        }
    }

    #[test]
    fn a_directory_of_another_user_is_refused() {
        if rustix::process::getuid().is_root() {
            return; // Everything in / belongs to root, who runs this.
        }
        assert!(matches!(
            check_private_dir(Path::new("/usr")),
            Err(PrivateDirError::NotOurs(_))
        ));
    }
}
