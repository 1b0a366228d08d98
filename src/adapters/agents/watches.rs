//! Wakes readers when their files change: one thread and one watcher of the system for all of them. Costs nothing while no file changes.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use super::limits::WATCH_QUEUE;
use super::place::Place;

/// What the thread is told.
enum News {
    /// Something changed.
    Changed(Event),
    /// The system lost count of what changed.
    Lost,
    /// A reader wants to be woken for these places, and for no others any more.
    Follow {
        places: Vec<Place>,
        wake: Arc<Notify>,
        done: SyncSender<Result<(), notify::Error>>,
    },
    /// Nobody reads any more.
    Stop,
}

/// The thread, as readers see it. Ends with this.
pub(super) struct Watches {
    news: SyncSender<News>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Watches {
    fn drop(&mut self) {
        let _only_fails_when_it_has_ended = self.news.send(News::Stop);
        if let Some(thread) = self.thread.take() {
            let _only_fails_after_a_panic = thread.join();
        }
    }
}

impl Watches {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system has no thread or no watcher left.
    pub(super) fn start() -> io::Result<Self> {
        let (news, inbox) = sync_channel(WATCH_QUEUE);
        let lost = Arc::new(AtomicBool::new(false));
        let (told, overflow) = (news.clone(), Arc::clone(&lost));
        // Runs on the watcher's own thread, which must never wait for ours: ours waits for it.
        let watcher = notify::recommended_watcher(move |event| {
            let news = match event {
                Ok(event) if is_silent(&event) => return,
                Ok(event) if event.need_rescan() => News::Lost,
                Ok(event) => News::Changed(event),
                Err(_) => News::Lost,
            };
            if told.try_send(news).is_err() {
                overflow.store(true, Ordering::Release);
            }
        })
        .map_err(io::Error::other)?;
        let desk = Desk {
            watcher,
            lost,
            directories: BTreeMap::new(),
        };
        let thread = std::thread::Builder::new()
            .name("agent-files".to_owned())
            .spawn(move || desk.run(&inbox))?;
        Ok(Self {
            news,
            thread: Some(thread),
        })
    }

    /// From now on `wake` is told of changes at these places, and of no others. Returns when they are watched, so that whoever looks
    /// then misses nothing. Blocks. Ends when the last `wake` is dropped.
    ///
    /// # Errors
    /// When the system cannot watch one of them.
    pub(super) fn follow(
        &self,
        places: Vec<Place>,
        wake: &Arc<Notify>,
    ) -> Result<(), notify::Error> {
        let gone = || notify::Error::generic("the thread that watches files has ended");
        let (done, answer) = sync_channel(1);
        let ask = News::Follow {
            places,
            wake: Arc::clone(wake),
            done,
        };
        self.news.send(ask).map_err(|_ended| gone())?;
        answer.recv().map_err(|_ended| gone())?
    }
}

/// Reading a file is an event, too: ours would wake us for ever.
fn is_silent(event: &Event) -> bool {
    matches!(event.kind, EventKind::Access(_)) && !event.need_rescan()
}

/// Something came, went or got another name.
fn is_structure(event: &Event) -> bool {
    matches!(
        event.kind,
        EventKind::Create(_)
            | EventKind::Remove(_)
            | EventKind::Modify(ModifyKind::Name(_))
            | EventKind::Any
            | EventKind::Other
    )
}

struct Interest {
    place: Place,
    wake: Weak<Notify>,
}

/// What the thread owns.
struct Desk {
    watcher: RecommendedWatcher,
    /// Set when the queue was full.
    lost: Arc<AtomicBool>,
    /// The directories that are watched, with what is wanted of each.
    directories: BTreeMap<PathBuf, Vec<Interest>>,
}

impl Desk {
    fn run(mut self, inbox: &Receiver<News>) {
        while let Ok(news) = inbox.recv() {
            match news {
                News::Changed(event) => self.changed(&event),
                News::Lost => self.wake_all(),
                News::Follow { places, wake, done } => {
                    let _nobody_waits = done.send(self.follow(places, &wake));
                }
                News::Stop => return,
            }
            if self.lost.swap(false, Ordering::AcqRel) {
                self.wake_all();
            }
        }
    }

    fn wake_all(&self) {
        let interests = self.directories.values().flatten();
        for wake in interests.filter_map(|interest| interest.wake.upgrade()) {
            wake.notify_one();
        }
    }

    fn changed(&mut self, event: &Event) {
        let structure = is_structure(event);
        let mut moved = Vec::new();
        for path in &event.paths {
            for directory in [path.parent(), Some(path.as_path())].into_iter().flatten() {
                let Some(interests) = self.directories.get_mut(directory) else {
                    continue;
                };
                for interest in interests.iter() {
                    if interest.place.concerns(path, structure)
                        && let Some(wake) = interest.wake.upgrade()
                    {
                        wake.notify_one();
                    }
                }
                if structure {
                    moved.extend(
                        interests.extract_if(.., |interest| {
                            interest.place.directory().starts_with(path)
                        }),
                    );
                }
            }
        }
        self.settle(moved);
    }

    /// Watches what came, or what is left of what went, for those who wait for something in it; and wakes them, for it may be there
    /// already.
    fn settle(&mut self, moved: Vec<Interest>) {
        for interest in moved {
            let Some(wake) = interest.wake.upgrade() else {
                continue;
            };
            if let Some(old) = interest.place.nearest() {
                // The directory may have come anew under the same name; the watch of the old one is of no use then.
                self.forget(&old);
            }
            if let Err(error) = self.add(interest) {
                tracing::warn!(%error, "files of an agent cannot be watched any more");
            }
            wake.notify_one();
        }
        self.sweep();
    }

    fn follow(&mut self, places: Vec<Place>, wake: &Arc<Notify>) -> Result<(), notify::Error> {
        let weak = Arc::downgrade(wake);
        for interests in self.directories.values_mut() {
            interests.retain(|interest| !interest.wake.ptr_eq(&weak));
        }
        let added = places.into_iter().try_for_each(|place| {
            self.add(Interest {
                place,
                wake: Weak::clone(&weak),
            })
        });
        self.sweep();
        added
    }

    fn add(&mut self, interest: Interest) -> Result<(), notify::Error> {
        loop {
            let Some(nearest) = interest.place.nearest() else {
                return Err(notify::Error::path_not_found());
            };
            match self.watch(&nearest) {
                // It went between the look and the watch.
                Err(_) if !nearest.is_dir() => continue,
                watched => watched?,
            }
            // What came between the look and the watch told nobody.
            if interest.place.nearest().as_ref() == Some(&nearest) {
                self.directories.entry(nearest).or_default().push(interest);
                return Ok(());
            }
        }
    }

    fn watch(&mut self, directory: &Path) -> Result<(), notify::Error> {
        if self.directories.contains_key(directory) {
            return Ok(());
        }
        self.watcher.watch(directory, RecursiveMode::NonRecursive)?;
        self.directories.insert(directory.to_owned(), Vec::new());
        Ok(())
    }

    /// Lets the next [`Self::watch`] ask the system again, when nobody else is served by the watch there is.
    fn forget(&mut self, directory: &Path) {
        if self.directories.get(directory).is_some_and(Vec::is_empty) {
            self.directories.remove(directory);
            // Fails when the directory itself is gone, which is as good.
            let _gone = self.watcher.unwatch(directory);
        }
    }

    /// Lets go of what nobody wants any more.
    fn sweep(&mut self) {
        let watcher = &mut self.watcher;
        self.directories.retain(|directory, interests| {
            interests.retain(|interest| interest.wake.strong_count() > 0);
            if interests.is_empty() {
                // Fails when the directory itself is gone, which is as good.
                let _gone = watcher.unwatch(directory);
            }
            !interests.is_empty()
        });
    }
}
