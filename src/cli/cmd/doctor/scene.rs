//! What `doctor` finds before it judges: tmux, the daemon and the environment, each looked at once.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::cli::client::Client;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::{Environment, Paths};
use crate::domain::survey::Survey;
use crate::domain::tmux_version::TmuxVersion;
use crate::wire::{DaemonView, Empty, Hello, HookView, ListRunners, PROTOCOL, Request, RunnerView};

/// A daemon that takes longer to answer is not well.
const PATIENCE: Duration = Duration::from_secs(3);

/// A daemon that was reached.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) about: DaemonView,
    pub(super) runners: Vec<RunnerView>,
    /// The newest call of each event of hooks; `None` when it does not tell.
    pub(super) hooks: Option<Vec<HookView>>,
}

/// What was found.
pub(super) struct Scene<'a> {
    pub(super) environment: &'a Environment,
    pub(super) paths: &'a Paths,
    /// Version of the tmux program, or why it cannot be run.
    pub(super) program: Result<TmuxVersion, String>,
    /// The tmux server; `None` when there is none.
    pub(super) survey: io::Result<Option<Survey>>,
    /// The daemon; `None` when there is none.
    pub(super) daemon: Result<Option<Reached>, Failure>,
    pub(super) zone: TimeZone,
}

impl<'a> Scene<'a> {
    /// Looks. Starts and changes nothing.
    pub(super) fn look(context: &Context<'a>) -> Self {
        Self {
            environment: context.environment,
            paths: context.paths,
            program: program_version(&context.paths.tmux_program),
            survey: (context.look)(context.paths),
            daemon: ask_daemon(context.paths),
            zone: context.zone(),
        }
    }

    /// The tmux server, if there is one that answers.
    pub(super) fn server(&self) -> Option<&Survey> {
        self.survey.as_ref().ok().and_then(Option::as_ref)
    }

    /// Version of the tmux server.
    pub(super) fn server_version(&self) -> Option<TmuxVersion> {
        self.server()
            .map(|survey| TmuxVersion::parse(&survey.version))
    }

    /// The version that counts: of the server, else of the program.
    pub(super) fn tmux_version(&self) -> Option<TmuxVersion> {
        self.server_version()
            .or_else(|| self.program.as_ref().ok().cloned())
    }

    /// `PATH` of the shell.
    pub(super) fn search_path(&self) -> std::ffi::OsString {
        self.environment.value("PATH").unwrap_or_default()
    }
}

fn program_version(program: &Path) -> Result<TmuxVersion, String> {
    let output = Command::new(program)
        .arg("-V")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!(
            "`{} -V` failed ({})",
            program.display(),
            output.status
        ));
    }
    Ok(TmuxVersion::parse(&String::from_utf8_lossy(&output.stdout)))
}

fn ask_daemon(paths: &Paths) -> Result<Option<Reached>, Failure> {
    let Some(mut client) = Client::connect(paths)? else {
        return Ok(None);
    };
    let hello = Request::Hello(Hello {
        protocol: PROTOCOL,
        build: Some(env!("CARGO_PKG_VERSION").to_owned()),
    });
    let Some(about) = client.ask(hello, Some(PATIENCE))?.daemon else {
        return Ok(None);
    };
    // What it says of itself is enough where its list cannot be had.
    let list = client.ask(Request::ListRunners(ListRunners::default()), Some(PATIENCE));
    let runners = list.ok().and_then(|answer| answer.runners);
    let hooks = client.ask(Request::ListHooks(Empty {}), Some(PATIENCE));
    Ok(Some(Reached {
        about: *about,
        runners: runners.unwrap_or_default(),
        hooks: hooks.ok().and_then(|answer| answer.hooks),
    }))
}
