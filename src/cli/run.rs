//! Runs one verb and turns what comes of it into an exit code.

use std::process::ExitCode;

use super::args::{ApiVerb, DaemonVerb, PluginVerb, SessionVerb, SessionsVerb, Verb};
use super::clock::now_ms;
use super::cmd;
use super::context::{self, Context, LookAtTmux};
use super::failure::{Failure, Kind};
use super::invocation::ClientArgs;
use super::output::Output;
use crate::config::{Environment, Paths, PathsError};

/// Runs a client.
pub fn run(
    args: &ClientArgs,
    environment: &Environment,
    look: &LookAtTmux,
    output: &mut Output,
) -> ExitCode {
    ExitCode::from(code(args, environment, look, output))
}

/// The same as a number.
pub(super) fn code(
    args: &ClientArgs,
    environment: &Environment,
    look: &LookAtTmux,
    output: &mut Output,
) -> u8 {
    match perform(args, environment, look, output) {
        Ok(code) => code,
        Err(failure) => {
            let failure = failure.for_program(&context::program(&args.server));
            output.failure(&failure, wants_json(&args.verb));
            failure.exit_code()
        }
    }
}

fn perform(
    args: &ClientArgs,
    environment: &Environment,
    look: &LookAtTmux,
    output: &mut Output,
) -> Result<u8, Failure> {
    let paths = Paths::resolve(environment, &args.server.wishes()).map_err(unclear)?;
    let mut context = Context {
        environment,
        server: &args.server,
        paths: &paths,
        look,
        output,
        now_ms: now_ms(),
    };
    let code = dispatch(&args.verb, &mut context)?;
    context.output.flush()?;
    Ok(code)
}

fn dispatch(verb: &Verb, context: &mut Context<'_>) -> Result<u8, Failure> {
    match verb {
        Verb::Wait(args) => return cmd::wait::run(args, context),
        Verb::Sessions(verb) => return cmd::sessions::run(verb, context),
        Verb::Integrate(args) => return cmd::integrate::run(args, context),
        Verb::Doctor(args) => return cmd::doctor::run(args, context),
        Verb::Plugin(verb) => return cmd::plugin::run(verb, context),
        Verb::New(args) => cmd::new::run(args, context),
        Verb::Register(args) => cmd::register::run(args, context),
        Verb::List(args) => cmd::list::run(args, context),
        Verb::Show(args) => cmd::show::run(args, context),
        Verb::Start(args) => cmd::start::run(args, context),
        Verb::Stop(args) => cmd::stop::run(args, context),
        Verb::Explain(args) => cmd::explain::run(args, context),
        Verb::Rename(args) => cmd::rename::run(args, context),
        Verb::Send(args) => cmd::send::run(args, context),
        Verb::Approve(args) => cmd::approve::run(args, context),
        Verb::Deny(args) => cmd::deny::run(args, context),
        Verb::Peek(args) => cmd::peek::run(args, context),
        Verb::Interrupt(args) => cmd::interrupt::run(args, context),
        Verb::Pause(args) => cmd::pause::run(args, context),
        Verb::Resume(args) => cmd::resume::run(args, context),
        Verb::Logs(args) => cmd::logs::run(args, context),
        Verb::Export(args) => cmd::export::run(args, context),
        Verb::CaptureFixture(args) => cmd::capture_fixture::run(args, context),
        Verb::Replay(args) => cmd::replay::run(args, context),
        Verb::Mark(args) => cmd::mark::run(args, context),
        Verb::Prune(args) => cmd::prune::run(args, context),
        Verb::Session(verb) => cmd::session::run(verb, context),
        Verb::Restore(args) => cmd::restore::run(args, context),
        Verb::Attach(args) => cmd::attach::run(args, context),
        Verb::Next(args) => cmd::next::run(args, context),
        Verb::Snooze(args) => cmd::snooze::run(args, context),
        Verb::Forget(args) => cmd::forget::run(args, context),
        Verb::Status(args) => cmd::status::run(args, context),
        Verb::Stats(args) => cmd::stats::run(args, context),
        Verb::Usage(args) => cmd::usage::run(args, context),
        Verb::Metrics => cmd::metrics::run(context),
        Verb::Demo(args) => cmd::demo::run(args, context),
        Verb::Dashboard(args) => cmd::dashboard::run(args, context),
        Verb::Menu(args) => cmd::menu::run(args, context),
        Verb::Popup(verb) => cmd::popup::run(verb, context),
        Verb::Daemon(verb) => cmd::daemon::run(verb, context),
        Verb::Api(ApiVerb::Schema) => cmd::api::run(context),
        Verb::Completions(args) => cmd::completions::run(args, context),
        Verb::Man(args) => cmd::man::run(args, context),
        Verb::Hook(args) => cmd::hook::run(args, context),
        Verb::Internal(_) => Err(Failure::new(
            Kind::Usage,
            "This is no verb of a client; geppetto calls it for itself.",
        )),
    }
    .map(|()| 0)
}

fn unclear(error: PathsError) -> Failure {
    let hint = error.hint();
    let kind = match error {
        PathsError::SocketName(_) | PathsError::SocketTooLong(_) => Kind::Usage,
        PathsError::NoHome | PathsError::NoWorkingDirectory(_) | PathsError::NoProgram(_) => {
            Kind::Refused
        }
    };
    Failure::from_error(kind, error).hint(hint)
}

fn wants_json(verb: &Verb) -> bool {
    match verb {
        Verb::New(args) => args.json,
        Verb::Register(args) => args.json,
        Verb::List(args) => args.json,
        Verb::Show(args)
        | Verb::Explain(args)
        | Verb::Pause(args)
        | Verb::Resume(args)
        | Verb::Interrupt(args)
        | Verb::Peek(args)
        | Verb::Forget(args) => args.json,
        Verb::Start(args) => args.of.json,
        Verb::Rename(args) => args.of.json,
        Verb::Send(args) => args.of.json,
        Verb::Approve(args) | Verb::Deny(args) => args.of.json,
        Verb::Stop(args) => args.of.json,
        Verb::Wait(args) => args.of.json,
        Verb::Logs(args) => args.of.json,
        Verb::Status(args) => args.json,
        Verb::Stats(args) => args.json,
        Verb::Usage(args) => args.json,
        Verb::Integrate(args) => args.json,
        Verb::Doctor(args) => args.json,
        Verb::Mark(args) => args.json,
        Verb::Next(args) => args.json,
        Verb::Snooze(args) => args.json,
        Verb::Prune(args) => args.json,
        Verb::Restore(args) => args.json,
        Verb::Session(SessionVerb::Reserve(args)) => args.json,
        Verb::Session(SessionVerb::List(args)) => args.json,
        Verb::Session(SessionVerb::Show(args) | SessionVerb::Release(args)) => args.json,
        Verb::Sessions(SessionsVerb::List(args)) => args.json,
        Verb::Sessions(SessionsVerb::Exists(args) | SessionsVerb::Kill(args)) => args.json,
        Verb::Plugin(PluginVerb::Uninstall(args)) => args.json,
        Verb::Daemon(
            DaemonVerb::Start(args)
            | DaemonVerb::Stop(args)
            | DaemonVerb::Status(args)
            | DaemonVerb::Restart(args),
        ) => args.json,
        Verb::Daemon(DaemonVerb::Run(_))
        | Verb::Attach(_)
        | Verb::CaptureFixture(_)
        | Verb::Export(_)
        | Verb::Replay(_)
        | Verb::Session(SessionVerb::Attach(_))
        | Verb::Demo(_)
        | Verb::Metrics
        | Verb::Dashboard(_)
        | Verb::Menu(_)
        | Verb::Popup(_)
        | Verb::Plugin(PluginVerb::Register(_) | PluginVerb::Say(_))
        | Verb::Api(_)
        | Verb::Completions(_)
        | Verb::Man(_)
        | Verb::Hook(_)
        | Verb::Internal(_) => false,
    }
}
