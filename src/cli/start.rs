//! Starts the daemon when there is none: detached, with its log as stderr, and waits for the one line that says
//! whether it listens. Two clients may do so at once; the lock of the daemon decides, and both use the winner.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, flock};

use super::client::{Client, PATIENCE};
use super::clock::Deadline;
use super::failure::{Failure, Kind};
use crate::config::{Build, Paths, prepare_private_dir};
use crate::daemon_stdio::ReadyLine;
use crate::wire::{Answer, Request, StopDaemon};

/// How long a daemon may take until it listens: it asks tmux for all there is, and tmux may be busy.
const START_TIME: Duration = Duration::from_secs(10);

/// Between two looks for the daemon that has the lock while it does not listen yet, or is still ending.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A log file that is larger when a daemon starts is put aside, so that two of them bound the space.
const LARGE_LOG: u64 = 4 * 1024 * 1024;

/// When a verb starts the daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// Never: the verb is about the daemon itself, or must cost nothing.
    Never,
    /// When a tmux server runs, since without one there is nothing to be known.
    WithTmux,
    /// Always: the verb makes something.
    Always,
}

/// Connects, and starts the daemon if that is wanted and needed.
///
/// # Errors
/// A [`Failure`] that says which of both is missing.
pub(crate) fn connect(paths: &Paths, start: Start) -> Result<Client<'_>, Failure> {
    if let Some(mut client) = Client::connect(paths)? {
        return match outdated(paths).filter(|_| start != Start::Never) {
            Some(build) => {
                end_daemon(paths, &mut client, Some(&build))?;
                start_daemon(paths)
            }
            None => Ok(client),
        };
    }
    let may_start = match start {
        Start::Never => false,
        Start::WithTmux => UnixStream::connect(&paths.tmux_socket).is_ok(),
        Start::Always => true,
    };
    if may_start {
        return start_daemon(paths);
    }
    Err(match start {
        Start::WithTmux => Failure::new(
            Kind::Unreachable,
            format!(
                "Neither a daemon nor a tmux server runs (tmux socket {}).",
                paths.tmux_socket.display()
            ),
        )
        .hint("Start one runner with `geppetto new -- COMMAND`, or start tmux."),
        Start::Never | Start::Always => {
            Failure::new(Kind::Unreachable, "No daemon runs for this tmux server.")
                .hint("Start it with `geppetto daemon start`.")
        }
    })
}

/// The build of the daemon that runs, when it should make room for one of ours. It saves everything before it ends, runners
/// go on, and the next one takes them over.
fn outdated(paths: &Paths) -> Option<Build> {
    let ours = Build::of(&paths.program).ok()?;
    Build::in_lock(&paths.lock).filter(|running| ours.replaces(running))
}

/// Ends the daemon and waits until it listens no more; with `only`, or until another listens in its place.
///
/// # Errors
/// A [`Failure`] when it does not answer or does not end.
pub(crate) fn end_daemon(
    paths: &Paths,
    client: &mut Client<'_>,
    only: Option<&Build>,
) -> Result<Answer, Failure> {
    let id = only.map(Build::id);
    let request = Request::StopDaemon(StopDaemon { only: id });
    let answer = client.ask(request, Some(PATIENCE))?;
    let deadline = Deadline::after(PATIENCE);
    // It listens no more, and then it lets go of its lock: everything is on disk by then.
    while Client::connect(paths)?.is_some() || is_locked(&paths.lock) {
        if only.is_some() && Build::in_lock(&paths.lock).as_ref() != only {
            break;
        }
        if deadline.has_passed() {
            return Err(Failure::new(
                Kind::TimedOut,
                "The daemon said that it ends and is still there.",
            )
            .hint(log_hint(paths)));
        }
        wait(LOOK_AGAIN);
    }
    Ok(answer)
}

/// True while a daemon has the lock.
fn is_locked(lock: &Path) -> bool {
    let Ok(file) = File::open(lock) else {
        return false;
    };
    flock(&file, FlockOperation::NonBlockingLockShared).is_err()
}

fn start_daemon(paths: &Paths) -> Result<Client<'_>, Failure> {
    let deadline = Deadline::after(START_TIME);
    loop {
        let line = spawn(paths, deadline)?;
        if !line.ready && !line.locked {
            return Err(refusal(line, paths));
        }
        if let Some(client) = Client::connect(paths)? {
            return Ok(client);
        }
        if deadline.has_passed() {
            return Err(too_late(paths));
        }
        // The daemon with the lock does not listen yet, or is about to end. Nothing tells which.
        wait(LOOK_AGAIN.min(deadline.left()));
    }
}

/// Starts one daemon process and returns what it says.
fn spawn(paths: &Paths, deadline: Deadline) -> Result<ReadyLine, Failure> {
    prepare_private_dir(&paths.state_dir).map_err(|error| {
        let hint = error.hint();
        Failure::from_error(Kind::Refused, error).hint(hint)
    })?;
    let log = open_log(&paths.log_file).map_err(|error| {
        Failure::new(
            Kind::Refused,
            format!(
                "The log file {} cannot be written: {error}",
                paths.log_file.display()
            ),
        )
        .hint("See who owns it and whether the disk is full.")
    })?;
    let mut child = Command::new(&paths.program)
        .args(["daemon", "run", "--detached", "-S"])
        .arg(&paths.tmux_socket)
        .arg("--socket")
        .arg(&paths.socket)
        .arg("--config")
        .arg(&paths.config_file)
        .env_remove("TMUX")
        .env_remove("TMUX_PANE")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(|error| {
            Failure::new(
                Kind::Unreachable,
                format!(
                    "The daemon {} cannot be started: {error}",
                    paths.program.display()
                ),
            )
        })?;
    let said = child
        .stdout
        .take()
        .map_or_else(String::new, |stdout| read_line(stdout, deadline));
    // A daemon that refuses ends at once; one that is ready is left alone and outlives us.
    let _still_running = child.try_wait();
    if said.is_empty() {
        return Err(too_late(paths));
    }
    serde_json::from_str(&said).map_err(|_not_the_line| too_late(paths))
}

fn open_log(file: &Path) -> std::io::Result<File> {
    if std::fs::metadata(file).is_ok_and(|found| found.len() > LARGE_LOG) {
        std::fs::rename(file, file.with_extension("log.1"))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file)
}

/// What the daemon wrote until it closed its stdout or the time was up.
fn read_line(mut stdout: ChildStdout, deadline: Deadline) -> String {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    while !deadline.has_passed() {
        let mut fds = [PollFd::new(&stdout, PollFlags::IN)];
        match poll(&mut fds, timespec(deadline.left()).as_ref()) {
            Ok(0) => break,
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(_unreadable) => break,
        }
        match stdout.read(&mut chunk) {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes.extend_from_slice(chunk.get(..read).unwrap_or_default()),
        }
        if bytes.contains(&b'\n') {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

/// Waits without anything to wait for but the time.
pub(super) fn wait(time: Duration) {
    let deadline = Deadline::after(time);
    while !deadline.has_passed() {
        // An interrupted wait goes on; a signal that should end us does.
        let _interrupted = poll(&mut [], timespec(deadline.left()).as_ref());
    }
}

/// Rounded up to a millisecond, so that a wait is never a busy one.
pub(super) fn timespec(time: Duration) -> Option<Timespec> {
    let rounded = Duration::from_millis(u64::try_from(time.as_millis()).ok()?.checked_add(1)?);
    Timespec::try_from(rounded).ok()
}

fn refusal(line: ReadyLine, paths: &Paths) -> Failure {
    let message = line
        .message
        .unwrap_or_else(|| "The daemon refused to start.".to_owned());
    Failure::new(Kind::Unreachable, message).hint(line.hint.unwrap_or_else(|| log_hint(paths)))
}

fn too_late(paths: &Paths) -> Failure {
    Failure::new(
        Kind::Unreachable,
        "The daemon was started and did not say that it listens.",
    )
    .hint(log_hint(paths))
}

fn log_hint(paths: &Paths) -> String {
    format!("See its log: {}", paths.log_file.display())
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;
    use crate::cli::fake::{Home, write_program};

    /// A shell script in the place of the daemon.
    fn with_program(script: &str) -> Home {
        let mut home = Home::new();
        let program = home.dir().join("program");
        write_program(&program, script);
        home.paths_mut().program = program;
        home
    }

    #[test]
    fn reading_verbs_start_nothing_without_tmux() {
        let home = with_program("echo started >&2");
        let failure = connect(home.paths(), Start::WithTmux).unwrap_err();
        assert_eq!(failure.exit_code(), 3);
        assert!(
            failure
                .to_string()
                .starts_with("Neither a daemon nor a tmux server runs")
        );
        assert_eq!(
            connect(home.paths(), Start::Never).unwrap_err().exit_code(),
            3
        );
        assert!(!home.paths().log_file.exists());
    }

    #[test]
    fn a_refusal_is_told_in_the_daemons_words() {
        let home = with_program(
            r#"echo '{"ready":false,"message":"tmux is too old.","hint":"Install tmux 3.3."}'"#,
        );
        let failure = connect(home.paths(), Start::Always).unwrap_err();
        assert_eq!(failure.to_string(), "tmux is too old.");
        assert_eq!(failure.hints(), ["Install tmux 3.3."]);
        assert_eq!(failure.exit_code(), 3);
    }

    #[test]
    fn a_daemon_that_dies_leaves_its_words_in_the_log() {
        let home = with_program("echo boom $* >&2; exit 1");
        let failure = connect(home.paths(), Start::Always).unwrap_err();
        assert!(failure.hints()[0].contains("daemon.log"));
        let log = std::fs::read_to_string(&home.paths().log_file).unwrap();
        assert!(log.starts_with("boom daemon run --detached -S "), "{log}");
        assert!(log.contains("--socket"), "{log}");
    }

    #[test]
    fn the_loser_of_a_race_uses_the_winner() {
        let home = with_program(
            r#"touch "$7.tried"; echo '{"ready":false,"locked":true,"message":"Another daemon has the lock."}'"#,
        );
        home.make_socket_dir();
        // The winner begins to listen only after the loser was told.
        let socket = home.paths().socket.clone();
        let tried = home.paths().socket.with_extension("sock.tried");
        let winner = std::thread::spawn(move || {
            let deadline = Deadline::after(Duration::from_secs(10));
            while !tried.exists() && !deadline.has_passed() {
                wait(Duration::from_millis(1));
            }
            UnixListener::bind(socket).unwrap()
        });
        connect(home.paths(), Start::Always).unwrap();
        winner.join().unwrap();
    }

    #[test]
    fn a_large_log_is_put_aside() {
        let home = Home::new();
        let file = home.dir().join("daemon.log");
        std::fs::write(&file, vec![b'x'; 1 + usize::try_from(LARGE_LOG).unwrap()]).unwrap();
        open_log(&file).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 0);
        assert!(home.dir().join("daemon.log.1").exists());
    }
}
