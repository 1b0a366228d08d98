//! What every verb gets: the places, the environment, the output, and the way to the daemon.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::args::Server;
use super::client::{Client, PATIENCE};
use super::failure::{Failure, Kind};
use super::output::Output;
use super::start::{self, Start};
use crate::config::{Environment, Paths, TmuxHere};
use crate::domain::survey::Survey;
use crate::wire::{Answer, Request, RunnerRef, RunnerView};

/// Looks at the tmux server, without a daemon; `None` when there is none. Whoever starts a client gives it, since the
/// command line knows no tmux syntax.
pub type LookAtTmux = dyn Fn(&Paths) -> std::io::Result<Option<Survey>>;

/// What a verb may use.
pub(crate) struct Context<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) server: &'a Server,
    pub(crate) paths: &'a Paths,
    pub(crate) look: &'a LookAtTmux,
    pub(crate) output: &'a mut Output,
    /// Milliseconds since 1970, when the verb began.
    pub(crate) now_ms: u64,
}

impl<'a> Context<'a> {
    /// Connects as far as the verb wants it.
    ///
    /// # Errors
    /// A [`Failure`] when there is no daemon.
    pub(crate) fn connect(&self, start: Start) -> Result<Client<'a>, Failure> {
        start::connect(self.paths, start)
    }

    /// Asks one question that a daemon answers at once.
    ///
    /// # Errors
    /// The daemon's refusal, or why there is no answer.
    pub(crate) fn ask(&self, request: Request) -> Result<Answer, Failure> {
        self.ask_patiently(request, Some(PATIENCE))
    }

    /// Asks one question that may take its time.
    ///
    /// # Errors
    /// The daemon's refusal, or why there is no answer.
    pub(crate) fn ask_patiently(
        &self,
        request: Request,
        patience: Option<Duration>,
    ) -> Result<Answer, Failure> {
        let start = match request {
            Request::CreateRunner(_) | Request::StartRunner(_) => Start::Always,
            _ => Start::WithTmux,
        };
        self.connect(start)?.ask(request, patience)
    }

    /// The place in tmux that this process runs in, if it is of the server that the verb is about.
    pub(crate) fn here(&self) -> Option<TmuxHere> {
        TmuxHere::of(self.environment).filter(|here| self.paths.serves(here))
    }

    /// The person's time zone.
    pub(crate) fn zone(&self) -> TimeZone {
        self.environment
            .value("TZ")
            .and_then(|name| TimeZone::get(name.to_str()?).ok())
            .unwrap_or_else(TimeZone::system)
    }

    /// How this program is called for the same server, to be put into hints.
    pub(crate) fn program(&self) -> String {
        program(self.server)
    }
}

/// How this program is called for a server.
pub(crate) fn program(server: &Server) -> String {
    let mut words = vec!["geppetto".to_owned()];
    if let Some(path) = &server.socket_path {
        words.extend(["-S".to_owned(), path.to_string_lossy().into_owned()]);
    }
    if let Some(name) = &server.socket_name {
        words.extend(["-L".to_owned(), name.to_string_lossy().into_owned()]);
    }
    super::render::shell_words(&words)
}

/// Asks for a runner.
///
/// # Errors
/// The daemon's refusal.
pub(crate) fn ask_runner(client: &mut Client<'_>, runner: &str) -> Result<RunnerView, Failure> {
    let asked = Request::GetRunner(RunnerRef {
        runner: runner.to_owned(),
    });
    runner_of(client.ask(asked, Some(PATIENCE))?)
}

/// The runner of an answer that must have one.
///
/// # Errors
/// A [`Failure`] when it has none.
pub(crate) fn runner_of(answer: Answer) -> Result<RunnerView, Failure> {
    answer
        .runner
        .map(|runner| *runner)
        .ok_or_else(|| missing("runner"))
}

/// The failure of an answer without the field that belongs to it.
pub(crate) fn missing(field: &str) -> Failure {
    Failure::new(
        Kind::Refused,
        format!("The daemon's answer has no \"{field}\"."),
    )
    .hint("Run `geppetto daemon restart`: the daemon may be of another version.")
}
