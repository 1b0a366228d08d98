//! The composition root: the only file that names concrete adapters. It puts a daemon together from places,
//! settings and adapters, and runs it.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::adapters::agents::AgentsOnDisk;
use crate::adapters::agents::HooksOfAgents;
use crate::adapters::clock::SystemClock;
use crate::adapters::files::HostFiles;
use crate::adapters::keyring;
use crate::adapters::notifier::Programs;
use crate::adapters::process::{SystemProcesses, SystemUsage};
use crate::adapters::sqlite::{Key, Redact, SqliteStore, SqliteTranscripts, TranscriptOptions};
use crate::adapters::tmux::{self, Tmux, TmuxOptions};
use crate::app::{App, Ports};
use crate::config::{
    self, Build, ConfigWatch, Environment, Paths, Settings, Wishes, prepare_private_dir,
};
use crate::daemon::{Daemon, DaemonError, Ownership, OwnershipError, Tasks};
use crate::daemon_stdio::{Announcer, ReadyLine};
use crate::domain::redact::{Counts, Redactor};
use crate::domain::survey::Survey;
use crate::logging;
use crate::ports::clock::Clock;
use crate::ports::transcript::{Retention, Transcripts};

/// Threads of the daemon: one for tmux and the monitor, one for clients; more would only wake each other.
const WORKERS: usize = 2;

/// Name of the tmux server that a plain `tmux` reaches.
const DEFAULT_SERVER: &str = "default";

/// Exit code of a daemon that could not begin.
const FAILED: u8 = 1;

/// Is the daemon until it ends. What keeps it from beginning is told to whoever started it.
pub fn run_daemon(wishes: &Wishes, detached: bool) -> ExitCode {
    let Ok(announcer) = Announcer::take(detached) else {
        return ExitCode::from(FAILED);
    };
    let mut announcer = Some(announcer);
    match begin(wishes, &mut announcer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(line) => {
            tracing::error!(message = line.message, "the daemon cannot begin");
            if let Some(announcer) = announcer
                && let Err(error) = announcer.refused(&line)
            {
                tracing::error!(%error, "nobody could be told");
            }
            ExitCode::from(FAILED)
        }
    }
}

/// Looks at the tmux server once, without a daemon; `None` when there is none.
///
/// # Errors
/// When tmux cannot be started, refuses, or does not answer in time.
pub fn survey(paths: &Paths) -> std::io::Result<Option<Survey>> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(tmux::survey(&paths.tmux_program, &paths.tmux_socket))
}

fn refusal(error: &dyn std::error::Error, hint: Option<String>) -> ReadyLine {
    ReadyLine {
        message: Some(format!("{error}")),
        hint,
        ..ReadyLine::default()
    }
}

fn begin(wishes: &Wishes, announcer: &mut Option<Announcer>) -> Result<(), ReadyLine> {
    let environment = Environment::of_process();
    logging::init(&environment).map_err(|error| refusal(&error, Some(error.hint().to_owned())))?;
    let paths = Paths::resolve(&environment, wishes)
        .map_err(|error| refusal(&error, Some(error.hint().to_owned())))?;
    // What is wrong with the user's rules is told by the watch, which reads them again as soon as it watches.
    let settings = Settings::load_with_rules(&environment, &paths.config_file, |_| {})
        .map_err(|error| refusal(&error, Some(error.hint())))?;
    for directory in [paths.socket.parent(), Some(paths.state_dir.as_path())]
        .into_iter()
        .flatten()
    {
        prepare_private_dir(directory).map_err(|error| refusal(&error, Some(error.hint())))?;
    }
    let build = Build::of(&paths.program).map_err(|error| refusal(&error, None))?;
    let state_lock = paths.state_dir.join("lock");
    let ownership = Ownership::take(&paths.lock, &state_lock, &paths.socket, &build.to_text())
        .map_err(|error| ReadyLine {
            locked: matches!(error, OwnershipError::Taken { .. }),
            ..refusal(&error, error.hint())
        })?;
    // Before the runtime: a keyring may keep its answer waiting, and what asks it blocks.
    let key = key(&settings, &paths).map_err(|error| refusal(&error, error.hint()))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .map_err(|error| refusal(&error, None))?;
    let served = runtime.block_on(async {
        let (daemon, _config) = compose(paths, build.id(), settings, environment, ownership, key)?;
        daemon.run(|| tell_ready(announcer)).await
    });
    served.map_err(|error| {
        let hint = error.hint();
        refusal(&error, hint)
    })
}

fn tell_ready(announcer: &mut Option<Announcer>) {
    if let Some(announcer) = announcer.take()
        && let Err(error) = announcer.ready()
    {
        tracing::warn!(%error, "whoever started the daemon could not be told that it is ready");
    }
}

/// Puts the daemon together. The tmux adapter and the monitor already run in its task tree.
fn compose(
    paths: Paths,
    build: String,
    settings: Settings,
    environment: Environment,
    ownership: Ownership,
    key: Option<Key>,
) -> Result<(Daemon, Option<ConfigWatch>), DaemonError> {
    let (tasks, shutdown) = (Tasks::default(), CancellationToken::new());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let options = tmux_options(&paths, &settings, &environment, &clock);
    let (tmux, hub) = Tmux::new(options);
    let tmux = Arc::new(tmux);
    tasks.spawn_vital("tmux", &shutdown, Box::pin(hub.run(shutdown.clone())));
    let (settings_sender, settings) = watch::channel(Arc::new(settings));
    let store = Arc::new(store(&paths, &settings.borrow(), key.clone())?);
    let ports = Ports {
        mux: tmux.clone(),
        marks: tmux.clone(),
        terminals: tmux.clone(),
        notifier: Arc::new(Programs::default()),
        plugin: tmux.clone(),
        process: tmux.clone(),
        freezer: tmux.clone(),
        typist: tmux.clone(),
        reports: tmux.clone(),
        run_parents: Arc::new(SystemProcesses),
        store: store.clone(),
        slots: store.clone(),
        ledger: store,
        transcripts: transcripts(&paths, settings.clone(), key)?,
        files: Arc::new(HostFiles::new(search_path(&environment))),
        usage: Arc::new(usage()?),
        occupants: Arc::new(SystemProcesses),
        agent_files: Arc::new(AgentsOnDisk::new(
            Arc::new(tasks.clone()),
            Arc::clone(&clock),
            environment.home(),
        )),
        hooks: Arc::new(HooksOfAgents::new(&paths.program)),
        clock: Arc::clone(&clock),
        spawn: Arc::new(tasks.clone()),
    };
    let (app, monitor) = App::new(ports, settings);
    let config_watch = config::watch(
        paths.config_file.clone(),
        environment,
        settings_sender,
        |error| tracing::warn!(%error, "a file of the configuration is not used as it is now"),
    );
    let config_watch = config_watch
        .inspect_err(|error| tracing::warn!(%error, "the config file is not watched"))
        .ok();
    let daemon = Daemon {
        app,
        monitor: Some(monitor),
        events: crate::ports::mux::Mux::events(&*tmux),
        ownership,
        tasks,
        shutdown,
        paths,
        build,
        started_at: clock.now(),
    };
    Ok((daemon, config_watch))
}

/// What processes use.
fn usage() -> Result<SystemUsage, DaemonError> {
    SystemUsage::new().map_err(|source| DaemonError::Io {
        what: "the limit of open files cannot be kept as it is",
        source,
    })
}

/// The list of runners, the session keys, and what agents used and said.
fn store(paths: &Paths, settings: &Settings, key: Option<Key>) -> Result<SqliteStore, DaemonError> {
    let redact = redact(settings)?;
    let store = SqliteStore::start_with(paths.state_dir.clone(), key, redact);
    store.map_err(|source| DaemonError::Io {
        what: "the thread of the list of runners cannot be started",
        source,
    })
}

/// The key of the transcripts, when they are to be encrypted.
fn key(settings: &Settings, paths: &Paths) -> Result<Option<Key>, DaemonError> {
    if let Some(file) = &settings.key_file {
        let key = Key::load(file).map_err(|error| DaemonError::Key {
            hint: error.hint(),
            source: Box::new(error),
        })?;
        return Ok(Some(key));
    }
    if !settings.keyring {
        return Ok(None);
    }
    // Beside the directories of all daemons of this user, who share the key.
    let lock = paths.state_dir.with_file_name("keyring.lock");
    let bytes = keyring::key(&lock).map_err(|error| DaemonError::Key {
        hint: error.hint(),
        source: Box::new(error),
    })?;
    Ok(Some(Key::from_bytes(&bytes)))
}

/// The transcripts, with the key and the limits of the settings.
fn transcripts(
    paths: &Paths,
    settings: watch::Receiver<Arc<Settings>>,
    key: Option<Key>,
) -> Result<Transcripts, DaemonError> {
    let redact = redact(&settings.borrow())?;
    let options = TranscriptOptions {
        directory: paths.state_dir.join("transcripts"),
        retention: Arc::new(move || Retention::of(&settings.borrow())),
        key,
        redact,
    };
    let store = SqliteTranscripts::start(options).map_err(|source| DaemonError::Io {
        what: "the threads of the transcripts cannot be started",
        source,
    })?;
    let store = Arc::new(store);
    Ok(Transcripts {
        writer: store.clone(),
        reader: store.clone(),
        keeper: store,
    })
}

/// What blots out secrets before they are written, if that is wanted.
fn redact(settings: &Settings) -> Result<Option<Redact>, DaemonError> {
    if !settings.redact_at_rest {
        return Ok(None);
    }
    let redactor = Redactor::new(&settings.secrets).map_err(|error| DaemonError::Io {
        what: "what is a secret cannot be told",
        source: std::io::Error::other(error),
    })?;
    Ok(Some(Arc::new(move |bytes: &mut [u8]| {
        redactor.bytes(bytes, &mut Counts::default());
    })))
}

fn tmux_options(
    paths: &Paths,
    settings: &Settings,
    environment: &Environment,
    clock: &Arc<dyn Clock>,
) -> TmuxOptions {
    TmuxOptions {
        tmux_program: paths.tmux_program.clone(),
        tmux_socket: paths.tmux_socket.clone(),
        default_socket: paths.server == DEFAULT_SERVER,
        tmux_arguments: Vec::new(),
        control_prefix: Vec::new(),
        run_prefix: Vec::new(),
        geppetto: paths.program.clone(),
        state_dir: paths.state_dir.clone(),
        environment: without_places(environment.all()),
        keep_window: settings.keep_window,
        clock: Arc::clone(clock),
        table: Arc::new(SystemProcesses),
    }
    .with_program(
        paths.program.clone(),
        std::process::id(),
        paths.socket.clone(),
    )
}

/// A server that we start passes its environment on to every pane: what says "you are in this pane", or "you run below
/// this agent", must not come from where the daemon happened to be started.
fn without_places(variables: Vec<(OsString, OsString)>) -> Vec<(OsString, OsString)> {
    let is_place = |name: &OsString| {
        let name = name.to_string_lossy();
        matches!(
            &*name,
            "TMUX" | "TMUX_PANE" | "CLAUDECODE" | "GEPPETTO_RUNNER"
        ) || name.starts_with("CLAUDE_CODE_")
    };
    variables
        .into_iter()
        .filter(|(name, _)| !is_place(name))
        .collect()
}

fn search_path(environment: &Environment) -> Option<String> {
    environment
        .value("PATH")
        .and_then(|path| path.into_string().ok())
}
