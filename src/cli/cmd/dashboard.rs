//! `dashboard`: all runners on a whole screen. The model and what it looks like are in `tui`; this brings the messages
//! from keys, daemon and time, and does what comes of them.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use jiff::tz::TimeZone;
use rustix::stdio::stdin;
use rustix::termios::isatty;
use signal_hook::consts::{SIGHUP, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::args::DashboardArgs;
use crate::cli::changes::{self, trouble};
use crate::cli::client::PATIENCE;
use crate::cli::clock::{instant, now_ms};
use crate::cli::cmd::new;
use crate::cli::context::{Context, ask_runner};
use crate::cli::failure::{Failure, Kind};
use crate::cli::glance::{self, Wishes};
use crate::cli::log_asks::LogAsks;
use crate::cli::output::Output;
use crate::cli::start::{self, Start};
use crate::cli::{attach_argv, browse, drafting, why};
use crate::config::{Environment, Paths};
use crate::tui::form::{self, Form};
use crate::tui::{
    Act, App, Canvas, Effect, Guard, Look, Message, Reply, Target, light, sessions, typed, update,
};
use crate::wire::{AttachView, CreateRunner};

/// Messages that wait for the model. When it is full whoever sends waits; of a daemon, the news then come in one.
const MESSAGES: usize = 256;

/// Between two frames: 30 a second.
const FRAME: Duration = Duration::from_millis(33);

/// How long nothing is looked at when nothing is shown that changes with time.
const LONG: Duration = Duration::from_secs(3600);

pub(crate) fn run(args: &DashboardArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    check(context)?;
    let client = args.client.as_deref();
    let Some(runner) = &args.logs else {
        return open(context, client, |_| {});
    };
    let runner = ask_runner(&mut context.connect(Start::WithTmux)?, runner)?;
    open(context, client, |app| {
        app.open_logs(runner.id, &runner.name, true);
    })
}

/// Refuses where there is no terminal.
///
/// # Errors
/// That refusal.
pub(crate) fn check(context: &Context<'_>) -> Result<(), Failure> {
    if context.output.size().is_none() || !isatty(stdin()) {
        return Err(Failure::new(Kind::Usage, "This needs a terminal.")
            .hint("Without one, use `geppetto list` and `geppetto logs`."));
    }
    Ok(())
}

/// Shows it, beginning with what `prepare` makes of a dashboard that knows nothing yet. Where the person wants to go from there,
/// `client` is brought, or else the terminal that they are in.
///
/// # Errors
/// Why the terminal cannot be used, or tmux's refusal to go where the person wants to go.
pub(crate) fn open(
    context: &mut Context<'_>,
    client: Option<&str>,
    prepare: impl FnOnce(&mut App),
) -> Result<(), Failure> {
    match (show(context, prepare)?, client) {
        (Some(view), Some(client)) => attach_argv::bring(client, &view),
        (Some(view), None) => attach_argv::follow(context, &view),
        (None, _) => Ok(()),
    }
}

/// Shows it until the person leaves; where they want to go, if anywhere.
fn show(
    context: &mut Context<'_>,
    prepare: impl FnOnce(&mut App),
) -> Result<Option<AttachView>, Failure> {
    let unusable = |error: std::io::Error| Failure::from_error(Kind::Refused, error);
    let (tell, messages) = sync_channel(MESSAGES);
    let (wishes, glance) = glance::pair()?;
    let mut world = World {
        paths: context.paths.clone(),
        program: context.program(),
        base: new::base(context),
        environment: context.environment.clone(),
        zone: context.zone(),
        tell,
        wishes,
        logs: LogAsks::new(context.zone(), context.here().is_some()),
    };
    let mut signals = Signals::new([SIGTERM, SIGHUP]).map_err(unusable)?;
    let guard = Guard::take().map_err(unusable)?;
    world.begin(|_, tell| while tell.send(typed()).is_ok() {});
    world.begin(move |_, tell| {
        for _end in signals.forever() {
            let _gone = tell.send(Message::End);
        }
    });
    world.begin(|world, tell| changes::run(&world.0, &world.1, tell));
    world.begin(move |world, tell| glance.run(&world.0, &world.1, tell));
    let look = look(context.environment);
    let form = form(context.environment);
    let zone = context.zone();
    let begin = |size| {
        let mut app = App::new(size, now_ms());
        app.zone = zone;
        app.form = form;
        prepare(&mut app);
        app
    };
    let left = converse(context.output, &mut world, &messages, look, begin)?;
    match guard.last_words() {
        Some(words) => Err(broken(&words)),
        None => Ok(left),
    }
}

fn broken(words: &str) -> Failure {
    let words = words.replace('\n', " ");
    Failure::new(Kind::Refused, format!("A part of the dashboard {words}."))
        .hint("The runners are not concerned. Please report this.")
}

/// Draws what is known, takes in what happens, and does what comes of it.
fn converse(
    output: &mut Output,
    world: &mut World,
    messages: &Receiver<Message>,
    look: Look,
    begin: impl FnOnce((u16, u16)) -> App,
) -> Result<Option<AttachView>, Failure> {
    let unusable = |error: std::io::Error| Failure::from_error(Kind::Refused, error);
    let mut canvas = Canvas::whole(output.terminal()).map_err(unusable)?;
    let mut app = begin(canvas.size());
    let mut drawn = None;
    loop {
        let since = drawn.map_or(FRAME, |at| instant().saturating_duration_since(at));
        if app.is_stale && since >= FRAME {
            canvas.draw(&mut app, look).map_err(unusable)?;
            app.is_stale = false;
            drawn = Some(instant());
        }
        let patience = if app.is_stale {
            FRAME.saturating_sub(since)
        } else {
            app.next_tick().map_or(LONG, Duration::from_millis)
        };
        let message = match messages.recv_timeout(patience) {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) if app.is_stale => continue,
            Err(RecvTimeoutError::Timeout) => Message::Tick,
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        };
        for effect in update(&mut app, message, now_ms()) {
            match effect {
                Effect::Look(runner) => world.wishes.wish(&runner),
                Effect::Ask { act, runner } => world.ask(act, runner),
                Effect::Sessions(wish) => world.browse(wish),
                Effect::Form(wish) => world.draft(wish),
                Effect::Why(runner) => world.explain(runner),
                Effect::Light(wish) => world.keep(wish),
                Effect::Logs(ask) => {
                    if let Some(escape) = world.logs.escape(&ask) {
                        canvas.say(&escape).map_err(unusable)?;
                    }
                    if let Some(work) = world.logs.work(ask).map_err(unusable)? {
                        world.begin(work);
                    }
                }
                Effect::Jump(view) => return Ok(Some(view)),
                Effect::Leave => return Ok(None),
            }
        }
    }
}

/// What effects are done with.
struct World {
    paths: Paths,
    /// How geppetto is called for the same server.
    program: String,
    /// What every runner that is started here gets.
    base: CreateRunner,
    environment: Environment,
    /// The person's.
    zone: TimeZone,
    tell: SyncSender<Message>,
    wishes: Wishes,
    logs: LogAsks,
}

impl World {
    /// Does something beside the conversation, which it ends when it breaks. It ends with the program.
    fn begin(&self, work: impl FnOnce(&(Paths, String), &SyncSender<Message>) + Send + 'static) {
        let known = (self.paths.clone(), self.program.clone());
        let watch = EndWhenBroken(self.tell.clone());
        thread::spawn(move || work(&known, &watch.0));
    }

    fn ask(&self, act: Act, runner: Target) {
        self.begin(move |(paths, program), tell| {
            let result = command(paths, &act, &runner.id);
            let result = result.map_err(|failure| trouble(failure, program));
            let _left_already = tell.send(Message::Done {
                act,
                runner,
                result,
            });
        });
    }

    fn browse(&self, wish: sessions::Wish) {
        self.begin(move |(paths, program), tell| {
            let news = browse::fulfil(paths, program, wish);
            let _left_already = tell.send(Message::Sessions(news));
        });
    }

    fn draft(&self, wish: form::Wish) {
        let base = self.base.clone();
        self.begin(move |(paths, program), tell| {
            let news = drafting::fulfil(paths, program, &base, wish);
            let _left_already = tell.send(Message::Form(news));
        });
    }

    fn explain(&self, runner: String) {
        let zone = self.zone.clone();
        self.begin(move |(paths, program), tell| {
            let news = why::explain(paths, program, &zone, runner);
            let _left_already = tell.send(Message::Why(news));
        });
    }

    fn keep(&self, wish: light::Wish) {
        let environment = self.environment.clone();
        self.begin(move |(paths, program), tell| {
            let news = why::fulfil(paths, program, &environment, wish);
            let _left_already = tell.send(Message::Light(news));
        });
    }
}

/// An empty form of a new runner, for where the person is.
fn form(environment: &Environment) -> Form {
    let text = |name| environment.value(name)?.into_string().ok();
    let home = text("HOME");
    let here = new::directory(Path::new("."));
    let here = here.unwrap_or_else(|_gone| home.clone().unwrap_or_else(|| "/".to_owned()));
    Form::new(&here, home)
}

fn command(paths: &Paths, act: &Act, runner: &str) -> Result<Reply, Failure> {
    let start = if *act == Act::Start {
        Start::Always
    } else {
        Start::WithTmux
    };
    // A program that is told to end is waited for, as long as the config says.
    let patience = (*act != Act::Stop).then_some(PATIENCE);
    let answer = start::connect(paths, start)?.ask(act.request(runner.to_owned()), patience)?;
    let resumed = answer.runner.and_then(|now| now.resumed_conversation_id);
    Ok(match (answer.attach, resumed) {
        (Some(way), _) => Reply::Way(way),
        (None, Some(id)) if *act == Act::Start => Reply::Resumes(id),
        (None, _) => Reply::Done,
    })
}

/// Ends the conversation when its thread panics.
struct EndWhenBroken(SyncSender<Message>);

impl Drop for EndWhenBroken {
    fn drop(&mut self) {
        if thread::panicking() {
            let _gone = self.0.try_send(Message::End);
        }
    }
}

fn look(environment: &Environment) -> Look {
    let is_dumb = environment.value("TERM").is_some_and(|term| term == "dumb");
    Look {
        has_colour: !is_dumb && environment.value("NO_COLOR").is_none(),
        is_ascii: is_dumb,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake::Session;

    #[test]
    fn without_a_terminal_it_says_what_to_use() {
        let said = Session::new(&[]).run(&["dashboard"]).to_string();
        assert!(said.contains("geppetto list"), "{said}");
    }

    #[test]
    fn colours_are_left_out_where_they_are_not_wanted() {
        for (variable, has_colour, is_ascii) in [
            (("TERM", "tmux-256color"), true, false),
            (("TERM", "dumb"), false, true),
            (("NO_COLOR", "1"), false, false),
            (("NO_COLOR", ""), true, false),
        ] {
            let found = look(&Environment::given([variable]));
            assert_eq!(
                found,
                Look {
                    has_colour,
                    is_ascii
                },
                "{variable:?}"
            );
        }
    }
}
