//! The file system as the core asks for it. Appending and compressing are done on tokio's blocking threads, since a
//! disk may take its time. No file has its final name before all of it is there.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::fs::{Access, access};

use crate::ports::files::{Compressing, Files};

/// Bytes that are read at a time for compressing: few calls, little memory.
const COPY_BYTES: usize = 64 * 1024;

/// The machine's own files.
#[derive(Debug)]
pub struct HostFiles {
    /// `PATH` of the daemon, for callers that give none.
    search: Option<String>,
}

impl HostFiles {
    /// With the `PATH` to look in when a caller gives none.
    pub const fn new(search: Option<String>) -> Self {
        Self { search }
    }
}

fn is_program(path: &Path) -> bool {
    path.is_file() && access(path, Access::EXEC_OK).is_ok()
}

#[async_trait]
impl Files for HostFiles {
    fn is_directory(&self, path: &Path) -> bool {
        path.is_dir() && access(path, Access::EXEC_OK).is_ok()
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn find_program(&self, program: &str, cwd: &Path, search: Option<&str>) -> Option<PathBuf> {
        if program.contains('/') {
            return Some(cwd.join(program)).filter(|path| is_program(path));
        }
        search
            .or(self.search.as_deref())?
            .split(':')
            // An empty element of PATH means the working directory.
            .map(|directory| cwd.join(directory).join(program))
            .find(|path| is_program(path))
    }

    fn make_directory(&self, path: &Path) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        access(path, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from)
    }

    async fn append(&self, path: &Path, text: String) -> io::Result<u64> {
        let path = path.to_owned();
        off_thread(move || append(&path, text.as_bytes())).await
    }

    async fn rotate(&self, path: &Path, keep: usize) -> io::Result<Compressing> {
        let (path, put_aside) = (path.to_owned(), path.to_owned());
        off_thread(move || {
            // A daemon that ended too early may have left an uncompressed one, which is older than the file.
            compress(&path, keep)?;
            is_there(fs::rename(&path, numbered(&path, ".1")))
        })
        .await?;
        Ok(Box::pin(off_thread(move || compress(&put_aside, keep))))
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)?
}

fn append(path: &Path, text: &[u8]) -> io::Result<u64> {
    let mut options = OpenOptions::new();
    let mut file = options.create(true).append(true).mode(0o600).open(path)?;
    let before = file.metadata()?.len();
    if let Err(error) = file.write_all(text) {
        // The caller tries again with all of it, so no part may stay. Where this fails too, a part stays.
        let _best_effort = file.set_len(before);
        return Err(error);
    }
    Ok(before + text.len() as u64)
}

/// Compresses `<path>.1`, if it is there, to `<path>.1.gz`, for which the older ones make room. A crash before the old
/// file is removed has it compressed twice, and never loses it.
fn compress(path: &Path, keep: usize) -> io::Result<()> {
    let old = numbered(path, ".1");
    let part = numbered(path, ".1.gz.part");
    match File::open(&old) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(file) => {
            if let Err(error) = write_compressed(file, &part) {
                // Without it a full disk has a little room again.
                let _best_effort = fs::remove_file(&part);
                return Err(error);
            }
        }
    }
    make_room(path, keep)?;
    fs::rename(&part, numbered(path, ".1.gz"))?;
    fs::remove_file(&old)
}

/// Level 1: 100 MB of log lines took 3 s instead of 16 s, and became a fifth larger than with the usual level.
fn write_compressed(from: File, part: &Path) -> io::Result<()> {
    // One that a crash left is not whole, and may not be ours alone to read.
    is_there(fs::remove_file(part))?;
    let mut options = OpenOptions::new();
    let to = options
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(part)?;
    let mut encoder = GzEncoder::new(to, Compression::fast());
    io::copy(
        &mut BufReader::with_capacity(COPY_BYTES, from),
        &mut encoder,
    )?;
    // On the disk before the original is removed.
    encoder.finish()?.sync_all()
}

/// Moves `.1.gz` and those behind it on by one, up to the first number that is free.
fn make_room(path: &Path, keep: usize) -> io::Result<()> {
    let compressed = |number: usize| numbered(path, &format!(".{number}.gz"));
    let taken = (1..keep)
        .take_while(|&number| compressed(number).symlink_metadata().is_ok())
        .count();
    for number in (1..=taken).rev() {
        fs::rename(compressed(number), compressed(number + 1))?;
    }
    Ok(())
}

fn numbered(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(OsStr::new(end));
    PathBuf::from(name)
}

/// False when the operation failed because there is no such file.
fn is_there(done: io::Result<()>) -> io::Result<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;

    use flate2::read::GzDecoder;

    use super::*;

    struct Log {
        _directory: tempfile::TempDir,
        path: PathBuf,
        files: HostFiles,
    }

    impl Log {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            Self {
                path: directory.path().join("one.log"),
                _directory: directory,
                files: HostFiles::new(None),
            }
        }

        async fn append(&self, text: &str) -> u64 {
            let appended = self.files.append(&self.path, text.to_owned()).await;
            appended.unwrap()
        }

        async fn rotate(&self) -> io::Result<()> {
            self.files.rotate(&self.path, 3).await?.await
        }

        fn unpacked(&self, number: usize) -> String {
            let path = numbered(&self.path, &format!(".{number}.gz"));
            let mut text = String::new();
            GzDecoder::new(File::open(path).unwrap())
                .read_to_string(&mut text)
                .unwrap();
            text
        }

        /// Names and modes of all files beside the log.
        fn names(&self) -> Vec<String> {
            let directory = self.path.parent().unwrap();
            let mut names: Vec<String> = fs::read_dir(directory)
                .unwrap()
                .map(|entry| {
                    let entry = entry.unwrap();
                    let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                    format!("{} {mode:o}", entry.file_name().to_str().unwrap())
                })
                .collect();
            names.sort();
            names
        }
    }

    #[test]
    fn programs_are_found_as_a_shell_would() {
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        let program = at.join("tool");
        fs::write(&program, "").unwrap();
        let files = HostFiles::new(None);
        let search = at.to_str();
        assert_eq!(files.find_program("tool", Path::new("/"), search), None);
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(
            files.find_program("tool", Path::new("/"), search),
            Some(program.clone())
        );
        assert_eq!(
            files.find_program("./tool", at, None),
            Some(at.join("./tool"))
        );
        assert_eq!(files.find_program("tool", at, None), None);
    }

    #[tokio::test]
    async fn text_is_appended_and_the_size_told() {
        let log = Log::new();
        assert_eq!(log.append("a\n").await, 2);
        assert_eq!(log.append("b\n").await, 4);
        assert_eq!(fs::read_to_string(&log.path).unwrap(), "a\nb\n");
        assert_eq!(log.names(), ["one.log 600"]);
    }

    #[tokio::test]
    async fn a_log_over_its_limit_is_rotated_and_old_ones_go() {
        const LIMIT: u64 = 8;
        let log = Log::new();
        for number in 1..=9 {
            if log.append(&format!("{number:03}\n")).await >= LIMIT {
                log.rotate().await.unwrap();
            }
        }
        let kept = [
            "one.log 600",
            "one.log.1.gz 600",
            "one.log.2.gz 600",
            "one.log.3.gz 600",
        ];
        assert_eq!(log.names(), kept);
        assert_eq!(fs::read_to_string(&log.path).unwrap(), "009\n");
        assert_eq!(log.unpacked(1), "007\n008\n");
        assert_eq!(log.unpacked(2), "005\n006\n");
        assert_eq!(log.unpacked(3), "003\n004\n");
    }

    #[tokio::test]
    async fn the_next_file_is_written_while_the_last_one_is_not_compressed_yet() {
        let log = Log::new();
        log.append("old\n").await;
        let compressing = log.files.rotate(&log.path, 3).await.unwrap();
        assert_eq!(log.append("new\n").await, 4);
        assert_eq!(log.names(), ["one.log 600", "one.log.1 600"]);
        compressing.await.unwrap();
        assert_eq!(log.names(), ["one.log 600", "one.log.1.gz 600"]);
        assert_eq!(log.unpacked(1), "old\n");
    }

    #[tokio::test]
    async fn a_log_that_is_not_there_needs_no_rotation() {
        let log = Log::new();
        log.rotate().await.unwrap();
        assert!(log.names().is_empty());
    }

    #[tokio::test]
    async fn what_a_crash_left_uncompressed_is_taken_up_by_the_next_rotation() {
        let log = Log::new();
        fs::write(numbered(&log.path, ".1"), "older\n").unwrap();
        fs::write(numbered(&log.path, ".1.gz.part"), "half").unwrap();
        log.append("newer\n").await;
        log.rotate().await.unwrap();
        assert_eq!(log.names(), ["one.log.1.gz 600", "one.log.2.gz 600"]);
        assert_eq!(log.unpacked(1), "newer\n");
        assert_eq!(log.unpacked(2), "older\n");
    }

    #[tokio::test]
    async fn a_failed_compression_leaves_no_half_file_and_loses_nothing() {
        let log = Log::new();
        log.append("first\n").await;
        // A directory in its place cannot be removed as a file.
        let obstacle = numbered(&log.path, ".1.gz.part");
        fs::create_dir(&obstacle).unwrap();
        for text in ["second\n", "third\n"] {
            assert!(log.rotate().await.is_err());
            log.append(text).await;
        }
        assert!(!numbered(&log.path, ".1.gz").exists());
        fs::remove_dir(&obstacle).unwrap();
        log.rotate().await.unwrap();
        assert_eq!(log.names(), ["one.log.1.gz 600", "one.log.2.gz 600"]);
        assert_eq!(log.unpacked(1), "second\nthird\n");
        assert_eq!(log.unpacked(2), "first\n");
    }

    #[tokio::test]
    async fn a_number_that_is_missing_is_filled_and_nothing_behind_it_moves() {
        let log = Log::new();
        for number in [1, 3] {
            fs::write(
                numbered(&log.path, &format!(".{number}.gz")),
                number.to_string(),
            )
            .unwrap();
        }
        log.append("new\n").await;
        log.rotate().await.unwrap();
        let raw = |number| fs::read(numbered(&log.path, &format!(".{number}.gz"))).unwrap();
        assert_eq!((raw(2), raw(3)), (b"1".to_vec(), b"3".to_vec()));
        assert_eq!(log.unpacked(1), "new\n");
    }
}
