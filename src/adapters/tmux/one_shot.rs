//! A tmux process that runs one command list and leaves: for what must be known before a control client may attach, and for
//! starting a server.

use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::process::Stdio;
use std::sync::Arc;

use tokio::net::UnixStream;
use tokio::process::Command as Process;
use tokio::time::timeout;

use super::limits::{COMMAND_DEADLINE, ONE_SHOT_DEADLINE};
use super::options::TmuxOptions;
use crate::domain::ids::Pid;
use crate::domain::tmux_version::TmuxVersion;
use crate::ports::mux::{MuxError, MuxServer};

/// Asks who listens on the socket. Attaches nothing and starts no server.
///
/// # Errors
/// `NoServer`, `TooOld`, `NotFound`, `Io`, `Command`, `TimedOut`.
pub(super) async fn identify(options: &TmuxOptions) -> Result<Probed, MuxError> {
    // Without a process, since this is also how a socket without a server is looked at again and again.
    match timeout(COMMAND_DEADLINE, UnixStream::connect(&options.tmux_socket)).await {
        Ok(Ok(_stream)) => {}
        Ok(Err(error)) if is_absence(&error) => return Err(no_server(options)),
        Ok(Err(error)) => return Err(io_error(error)),
        Err(_elapsed) => {
            return Err(MuxError::TimedOut {
                command: "connect".to_owned(),
                seconds: COMMAND_DEADLINE.as_secs(),
            });
        }
    }
    let format = "#{pid} #{start_time} #{version} #{S:#{session_id}}";
    let answer = run(options, &["display-message", "-p", format]).await?;
    let probed = read_identity(options, &answer).ok_or_else(|| MuxError::Command {
        command: "display-message".to_owned(),
        message: format!("it answered {answer:?}"),
    })?;
    if probed.version().is_supported() {
        Ok(probed)
    } else {
        Err(MuxError::TooOld {
            version: probed.server.version,
        })
    }
}

/// What a server says of itself to one that is not attached.
#[derive(Debug)]
pub(super) struct Probed {
    pub(super) server: MuxServer,
    /// The ids of its sessions.
    pub(super) sessions: String,
}

impl Probed {
    pub(super) fn version(&self) -> TmuxVersion {
        TmuxVersion::parse(&self.server.version)
    }
}

fn read_identity(options: &TmuxOptions, answer: &str) -> Option<Probed> {
    let mut fields = answer.trim_end().splitn(4, ' ');
    let pid = fields.next()?.parse::<Pid>().ok()?;
    let server = MuxServer {
        pid,
        start_time: fields.next()?.parse().ok()?,
        version: fields.next()?.to_owned(),
        socket: options.tmux_socket.clone(),
    };
    let sessions = fields.next().unwrap_or_default().to_owned();
    Some(Probed { server, sessions })
}

/// Runs a command list and returns what it printed.
///
/// # Errors
/// `NoServer`, `NotFound`, `Io`, `Command`, `TimedOut`.
pub(super) async fn run<S: AsRef<OsStr>>(
    options: &TmuxOptions,
    arguments: &[S],
) -> Result<String, MuxError> {
    let command = arguments
        .first()
        .map(|word| word.as_ref().to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut process = Process::new(&options.tmux_program);
    process
        .args(&options.tmux_arguments)
        .args(["-u", "-S"])
        .arg(&options.tmux_socket)
        .args(arguments)
        .env_clear()
        .envs(options.environment.iter().map(|(key, value)| (key, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let output = match timeout(ONE_SHOT_DEADLINE, process.output()).await {
        Ok(Ok(output)) => output,
        Ok(Err(error)) if error.kind() == io::ErrorKind::NotFound => {
            return Err(MuxError::NotFound {
                program: options.tmux_program.display().to_string(),
            });
        }
        Ok(Err(error)) => return Err(io_error(error)),
        Err(_elapsed) => {
            return Err(MuxError::TimedOut {
                command,
                seconds: ONE_SHOT_DEADLINE.as_secs(),
            });
        }
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    if message.starts_with("no server running") || message.starts_with("error connecting to") {
        return Err(no_server(options));
    }
    Err(MuxError::Command { command, message })
}

/// Runs a command list that starts a server. The directory of the socket is made if it is not there, which tmux does
/// only when it has chosen the socket itself: after a boot there is none, and tmux would fail without an exit status.
///
/// # Errors
/// As [`run`]; `Io` when the directory cannot be made.
pub(super) async fn start<S: AsRef<OsStr>>(
    options: &TmuxOptions,
    arguments: &[S],
) -> Result<String, MuxError> {
    if let Some(directory) = options.tmux_socket.parent() {
        match DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(io_error(error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    run(options, arguments).await
}

pub(super) fn no_server(options: &TmuxOptions) -> MuxError {
    MuxError::NoServer {
        socket: options.tmux_socket.clone(),
    }
}

pub(super) fn io_error(error: io::Error) -> MuxError {
    MuxError::Io {
        source: Arc::new(error),
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionReset
    )
}
