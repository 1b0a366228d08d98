//! Reads the settings again when the config file, or a file of rules beside it, changes. An invalid file changes nothing and is reported.
//! Costs nothing while no file changes: the system tells.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch::Sender;

use super::{ConfigError, Environment, Rules, Settings};

/// Quiet time after a change before the file is read: editors empty a file before they fill it.
const SETTLE: Duration = Duration::from_millis(100);

/// Why changes cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The system does not tell about changes there.
    #[error("changes of {} cannot be watched", path.display())]
    Notify {
        /// File or directory.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: notify::Error,
    },
    /// No thread could be started.
    #[error("the thread that watches the config file cannot be started")]
    Thread(#[source] std::io::Error),
}

/// Follows the config file while it lives.
#[derive(Debug)]
pub struct ConfigWatch {
    stop: Arc<AtomicBool>,
    wake: SyncSender<()>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for ConfigWatch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A full channel means that the thread is about to look anyway.
        let _already_awake = self.wake.try_send(());
        if let Some(thread) = self.thread.take() {
            let _only_fails_after_a_panic = thread.join();
        }
    }
}

/// Sends new settings to `settings` whenever `file` changes what they are; `report` gets what is wrong with
/// the file, or with watching it. The file, and its directory, need not be there yet.
///
/// # Errors
/// [`WatchError`] when the system cannot watch.
pub fn watch(
    file: PathBuf,
    environment: Environment,
    settings: Sender<Arc<Settings>>,
    report: impl Fn(&(dyn std::error::Error + 'static)) + Send + 'static,
) -> Result<ConfigWatch, WatchError> {
    // One place: a second change before the thread looks is the same news.
    let (wake, awake) = sync_channel(1);
    let stop = Arc::new(AtomicBool::new(false));
    let mut places = Places::new(file, wake.clone())?;
    places.follow()?;
    // The file may have changed between the caller's reading and this watch: look once.
    let _empty_until_now = wake.try_send(());
    let stopped = Arc::clone(&stop);
    let thread = std::thread::Builder::new()
        .name("config-watch".to_owned())
        .spawn(move || {
            while wait_until_quiet(&awake) && !stopped.load(Ordering::Acquire) {
                if let Err(error) = places.follow() {
                    report(&error);
                }
                if let Err(error) = reload(&environment, &places.file, &settings, &report) {
                    report(&error);
                }
            }
        })
        .map_err(WatchError::Thread)?;
    Ok(ConfigWatch {
        stop,
        wake,
        thread: Some(thread),
    })
}

/// Returns false when nobody can wake us any more.
fn wait_until_quiet(awake: &Receiver<()>) -> bool {
    if awake.recv().is_err() {
        return false;
    }
    while awake.recv_timeout(SETTLE).is_ok() {}
    true
}

fn reload(
    environment: &Environment,
    file: &Path,
    settings: &Sender<Arc<Settings>>,
    report: &impl Fn(&(dyn std::error::Error + 'static)),
) -> Result<(), ConfigError> {
    let read = Settings::load_with_rules(environment, file, |error| report(error))?;
    settings.send_if_modified(|current| {
        let is_new = **current != read;
        if is_new {
            *current = Arc::new(read);
        }
        is_new
    });
    Ok(())
}

/// The directories that are watched: that of the file, or the nearest above it that is there; and that of the
/// file which a link leads to; and that of the rules. Directories, since editors replace files.
struct Places {
    file: PathBuf,
    watcher: RecommendedWatcher,
    watched: Vec<PathBuf>,
}

impl Places {
    fn new(file: PathBuf, wake: SyncSender<()>) -> Result<Self, WatchError> {
        let concerned = file.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event
                .as_ref()
                .map_or(true, |event| concerns(event, &concerned))
            {
                let _already_awake = wake.try_send(());
            }
        })
        .map_err(|source| WatchError::Notify {
            path: file.clone(),
            source,
        })?;
        Ok(Self {
            file,
            watcher,
            watched: Vec::new(),
        })
    }

    fn follow(&mut self) -> Result<(), WatchError> {
        let wanted = wanted(&self.file);
        for gone in self.watched.iter().filter(|dir| !wanted.contains(dir)) {
            // Fails when the directory itself is gone, which is as good.
            let _gone = self.watcher.unwatch(gone);
        }
        let (mut watched, new): (Vec<_>, Vec<_>) = wanted
            .into_iter()
            .partition(|dir| self.watched.contains(dir));
        for dir in new {
            self.watcher
                .watch(&dir, RecursiveMode::NonRecursive)
                .map_err(|source| WatchError::Notify {
                    path: dir.clone(),
                    source,
                })?;
            watched.push(dir);
        }
        self.watched = watched;
        Ok(())
    }
}

fn wanted(file: &Path) -> Vec<PathBuf> {
    let nearest = file.ancestors().skip(1).find(|dir| dir.is_dir());
    let target = file.canonicalize().ok();
    let mut dirs: Vec<PathBuf> = nearest.map(Path::to_owned).into_iter().collect();
    dirs.extend(Some(Rules::dir(file)).filter(|dir| dir.is_dir()));
    if let Some(dir) = target.as_deref().and_then(Path::parent)
        && !dirs.iter().any(|known| known == dir)
    {
        dirs.push(dir.to_owned());
    }
    dirs
}

/// True for changes of the file, of what it links to (told by the name), of directories above it, and of rules.
fn concerns(event: &Event, file: &Path) -> bool {
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    let target = file.canonicalize().ok();
    let rules = Rules::dir(file);
    event.paths.iter().any(|path| {
        file.starts_with(path)
            || path.starts_with(&rules)
            || target.as_deref().is_some_and(|target| target == path)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use tokio::sync::watch as settings_channel;

    use super::*;

    struct Watched {
        settings: settings_channel::Receiver<Arc<Settings>>,
        reports: mpsc::Receiver<String>,
        _guard: ConfigWatch,
    }

    impl Watched {
        fn new(file: &Path) -> Self {
            let (sender, settings) = settings_channel::channel(Arc::new(Settings::default()));
            let (report, reports) = mpsc::channel();
            let none = Environment::given([("A", "b")]);
            let guard = watch(file.to_owned(), none, sender, move |error| {
                report.send(error.to_string()).unwrap();
            })
            .unwrap();
            Self {
                settings,
                reports,
                _guard: guard,
            }
        }

        async fn limit(&mut self, expected: usize) {
            let seen = tokio::time::timeout(
                Duration::from_secs(10),
                self.settings
                    .wait_for(|settings| settings.runner_limit == expected),
            )
            .await;
            assert!(
                seen.is_ok(),
                "no settings with limit {expected} within 10 s"
            );
        }
    }

    impl Watched {
        async fn interrupt_of_custom(&mut self, expected: &[&str]) {
            let seen = tokio::time::timeout(
                Duration::from_secs(10),
                self.settings
                    .wait_for(|settings| settings.rules.of("custom").interrupt() == expected),
            )
            .await;
            assert!(seen.is_ok(), "no such rules within 10 s");
        }
    }

    #[tokio::test]
    async fn a_change_arrives_and_an_invalid_file_keeps_what_was() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config.toml");
        let mut watched = Watched::new(&file);
        std::fs::write(&file, "runner_limit = 7").unwrap();
        watched.limit(7).await;
        std::fs::write(&file, "runner_limit = oops").unwrap();
        let report = watched
            .reports
            .recv_timeout(Duration::from_secs(10))
            .unwrap();
        assert!(report.contains("config.toml:1"), "{report}");
        assert_eq!(watched.settings.borrow().runner_limit, 7);
        // An editor that writes another file and renames it.
        let new = dir.path().join("config.toml~");
        std::fs::write(&new, "runner_limit = 8").unwrap();
        std::fs::rename(&new, &file).unwrap();
        watched.limit(8).await;
        std::fs::remove_file(&file).unwrap();
        watched.limit(100).await;
    }

    #[tokio::test]
    async fn a_directory_that_comes_later_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("config/geppetto/config.toml");
        let mut watched = Watched::new(&file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "runner_limit = 9").unwrap();
        watched.limit(9).await;
        std::fs::write(&file, "runner_limit = 10").unwrap();
        watched.limit(10).await;
    }

    #[tokio::test]
    async fn rules_that_come_and_go_arrive_and_wrong_ones_are_told_of() {
        let dir = tempfile::tempdir().unwrap();
        let mut watched = Watched::new(&dir.path().join("config.toml"));
        let rules = dir.path().join("rules");
        std::fs::create_dir_all(&rules).unwrap();
        let file = rules.join("custom.toml");
        std::fs::write(&file, "interrupt = 'C-c'").unwrap();
        watched.interrupt_of_custom(&["C-c"]).await;
        std::fs::write(&file, "interrupts = 'C-c'").unwrap();
        let report = watched
            .reports
            .recv_timeout(Duration::from_secs(10))
            .unwrap();
        assert!(report.contains("custom.toml:1"), "{report}");
        watched.interrupt_of_custom(&[]).await;
        std::fs::remove_dir_all(&rules).unwrap();
        std::fs::create_dir_all(&rules).unwrap();
        std::fs::write(&file, "interrupt = 'q'").unwrap();
        watched.interrupt_of_custom(&["q"]).await;
    }

    #[tokio::test]
    async fn a_linked_file_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("dotfiles");
        std::fs::create_dir_all(&target).unwrap();
        std::fs::create_dir_all(dir.path().join("config")).unwrap();
        std::fs::write(target.join("mine.toml"), "").unwrap();
        let link = dir.path().join("config/config.toml");
        std::os::unix::fs::symlink(target.join("mine.toml"), &link).unwrap();
        let mut watched = Watched::new(&link);
        std::fs::write(target.join("mine.toml"), "runner_limit = 11").unwrap();
        watched.limit(11).await;
    }
}
