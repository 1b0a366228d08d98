//! The list of runners as one JSON file, replaced as a whole, and the exits that run parents leave beside it.
//!
//! Blocking file work runs in `spawn_blocking`: it is short, and it is no task that anybody would have to end. One save
//! follows the other, in the order of the calls, even when a caller gives up waiting. Files are 0600 and
//! directories 0700: the environment of a runner may hold secrets.

mod exit_file;
mod file;
mod record;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

use self::file::OwnFile;
use crate::domain::exit::Outcome;
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::ports::store::{RunnerStore, StoreError, Stored};

/// The store in a directory.
#[derive(Debug, Clone)]
pub struct FileStore {
    dir: PathBuf,
    /// Held while the file is read or written.
    turn: Arc<Mutex<()>>,
}

impl FileStore {
    /// A store in `state_dir`, which is made by the first save.
    pub fn new(state_dir: PathBuf) -> Self {
        Self {
            dir: state_dir,
            turn: Arc::default(),
        }
    }

    /// Does `work` on the file `name` when all earlier work is done.
    async fn with_file<T: Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(&OwnFile) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let file = OwnFile::new(self.dir.join(name));
        let path = file.path().to_owned();
        // Owned by the work, not by this call: a caller that gives up must not let the next one overtake.
        let turn = Arc::clone(&self.turn).lock_owned().await;
        spawn_blocking(move || {
            let _turn = turn;
            work(&file)
        })
        .await
        .unwrap_or_else(|lost| {
            Err(StoreError::Io {
                path,
                action: "used",
                source: Arc::new(io::Error::other(lost)),
            })
        })
    }
}

#[async_trait]
impl RunnerStore for FileStore {
    async fn load(&self) -> Result<Stored, StoreError> {
        self.with_file("runners.json", |file| {
            let Some(content) = file.read()? else {
                return Ok(Stored::default());
            };
            record::parse(&content).or_else(|reason| Err(file.set_aside(reason)?))
        })
        .await
    }

    async fn save(&self, stored: Stored) -> Result<(), StoreError> {
        self.with_file("runners.json", move |file| {
            let content = record::print(&stored);
            content
                .map_err(|error| file.failed("written", error.into()))
                .and_then(|content| file.replace(&content))
        })
        .await
    }

    async fn take_exit(
        &self,
        runner: RunnerId,
        run: u32,
    ) -> Result<Option<(Outcome, Timestamp)>, StoreError> {
        self.with_file(&exit_file::name(runner, run), |file| {
            let Some(content) = file.read()? else {
                return Ok(None);
            };
            let exit = exit_file::parse(&content).or_else(|reason| Err(file.set_aside(reason)?))?;
            file.remove()?;
            Ok(Some(exit))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::testkit::store_contract;

    fn store() -> (tempfile::TempDir, FileStore) {
        let dir = tempfile::tempdir().unwrap();
        let store = FileStore::new(dir.path().join("a/b"));
        (dir, store)
    }

    #[tokio::test]
    async fn what_is_saved_outlives_the_store_and_is_nobody_elses() {
        let (_dir, store) = store();
        let stored = store_contract::full();
        store.save(stored.clone()).await.unwrap();
        assert_eq!(
            FileStore::new(store.dir.clone()).load().await.unwrap(),
            stored
        );
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(store.dir.join("runners.json")), 0o600);
        assert_eq!(mode(store.dir.clone()), 0o700);
        let names: Vec<_> = fs::read_dir(&store.dir).unwrap().collect();
        assert_eq!(names.len(), 1, "{names:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_understood_is_set_aside_and_never_overwritten() {
        let (_dir, store) = store();
        store.save(Stored::default()).await.unwrap();
        let file = store.dir.join("runners.json");
        let bad = [
            "",
            "{\"version\":1,\"runners\":[{}]}",
            "{\"version\":2,\"runners\":[]}",
            "\u{0}",
        ];
        for (number, content) in (1..).zip(bad) {
            fs::write(&file, content).unwrap();
            let Err(StoreError::Corrupt { path, aside, .. }) = store.load().await else {
                panic!("{content:?} was understood");
            };
            assert_eq!(path, file);
            assert_eq!(
                aside,
                store.dir.join(format!("runners.json.corrupt-{number}"))
            );
            assert_eq!(fs::read_to_string(aside).unwrap(), content);
            assert_eq!(store.load().await.unwrap(), Stored::default());
        }
    }

    #[tokio::test]
    async fn fields_of_later_versions_are_ignored() {
        let (_dir, store) = store();
        store.save(Stored::default()).await.unwrap();
        let content = "{\"version\":1,\"runners\":[],\"mood\":\"good\"}";
        fs::write(store.dir.join("runners.json"), content).unwrap();
        assert_eq!(store.load().await.unwrap(), Stored::default());
    }

    #[tokio::test]
    async fn an_exit_file_of_nonsense_is_set_aside() {
        let (_dir, store) = store();
        let runner: RunnerId = "01930000-0000-7000-8000-000000000001".parse().unwrap();
        fs::create_dir_all(store.dir.join("exits")).unwrap();
        let file = store.dir.join("exits").join(format!("{runner}-1.json"));
        for content in ["{}", "{\"atMs\":5}", "{\"code\":1,\"signal\":2,\"atMs\":5}"] {
            fs::write(&file, content).unwrap();
            let taken = store.take_exit(runner, 1).await;
            assert!(
                matches!(taken, Err(StoreError::Corrupt { .. })),
                "{taken:?}"
            );
            assert_eq!(store.take_exit(runner, 1).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn an_unwritable_directory_is_an_error_that_names_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let in_the_way = dir.path().join("file");
        fs::write(&in_the_way, "").unwrap();
        let store = FileStore::new(in_the_way.join("state"));
        let error = store.save(Stored::default()).await.unwrap_err();
        assert!(
            matches!(
                error,
                StoreError::Io {
                    action: "written",
                    ..
                }
            ),
            "{error}"
        );
        assert!(error.to_string().contains("runners.json"));
    }
}
