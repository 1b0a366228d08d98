//! `demo`: the main job on one command, for somebody who looks at geppetto for the first time, and for CI: starts a
//! runner and shows what the daemon tells of its life, and what it prints, until it has ended. A client like any
//! other: it shows what it received, nothing that it thinks.

use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use super::new;
use crate::cli::args::{DemoArgs, NewArgs};
use crate::cli::attach_argv;
use crate::cli::client::{Client, PATIENCE};
use crate::cli::clock::Deadline;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::{Failure, Kind};
use crate::cli::render;
use crate::cli::start::{Start, timespec};
use crate::domain::text::printable;
use crate::wire::{Event, GetRunnerLogs, Request, RunnerView, Subscribe};

/// What `--check` wants to see, in this order; more may come in between.
const WHOLE_LIFE: [&str; 4] = ["starting", "running", "idle", "completed"];

/// How long `--check` looks; the bundled agent takes about six seconds.
const CHECK_TIME: Duration = Duration::from_secs(20);

pub(crate) fn run(args: &DemoArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let deadline = args.check.then(|| Deadline::after(CHECK_TIME));
    // Subscribed before there is anything to see, so that nothing is missed.
    let mut changes = crate::cli::start::connect(context.paths, Start::Always)?;
    changes.ask(Request::Subscribe(Subscribe::default()), Some(PATIENCE))?;
    let runner = create(args, context)?;
    let mut log = crate::cli::start::connect(context.paths, Start::Never)?;
    let request = GetRunnerLogs {
        runner: runner.id.clone(),
        limit: None,
        ..GetRunnerLogs::default()
    };
    log.ask(Request::StreamRunnerLogs(request), Some(PATIENCE))?;

    let name = printable(&runner.name);
    context.output.answer(format!(
        "Runner {name} ({}): {}",
        runner.id,
        render::command(&runner)
    ))?;
    let line = attach_argv::line(context, attach_argv::runner(&runner.id))?;
    context.output.answer(format!(
        "Look at it in another terminal: {}",
        printable(&line)
    ))?;
    let mut life = Life::new(runner);
    while !life.is_over() {
        context.output.flush()?;
        let [changed, printed] = wait(&changes, &log, deadline)?;
        if changed {
            let event = changes.event()?.ok_or_else(closed)?;
            if let Some(line) = life.change(event) {
                context.output.answer(line)?;
            }
        }
        if printed {
            let event = log.event()?.ok_or_else(closed)?;
            for line in life.print(event) {
                context.output.answer(line)?;
            }
        }
    }
    if args.check { life.check() } else { Ok(()) }
}

fn create(args: &DemoArgs, context: &Context<'_>) -> Result<RunnerView, Failure> {
    let wish = NewArgs {
        idle_after: Some(args.idle_after),
        command: args.command.clone(),
        ..NewArgs::default()
    };
    runner_of(context.ask(Request::CreateRunner(new::request(&wish, context)?))?)
}

/// Which of the two has something to read.
fn wait(
    changes: &Client<'_>,
    log: &Client<'_>,
    deadline: Option<Deadline>,
) -> Result<[bool; 2], Failure> {
    let buffered = [changes.has_buffered(), log.has_buffered()];
    if buffered.contains(&true) {
        return Ok(buffered);
    }
    let mut fds = [changes, log].map(|client| PollFd::new(client.socket(), PollFlags::IN));
    let left = deadline.and_then(|deadline| timespec(deadline.left()));
    match poll(&mut fds, left.as_ref()) {
        Ok(0) => Err(Failure::new(
            Kind::TimedOut,
            format!(
                "The runner has not ended within {} s.",
                CHECK_TIME.as_secs()
            ),
        )),
        Ok(_) => Ok(fds.map(|fd| !fd.revents().is_empty())),
        Err(rustix::io::Errno::INTR) => Ok([false; 2]),
        Err(errno) => Err(Failure::from_error(
            Kind::Refused,
            std::io::Error::from(errno),
        )),
    }
}

fn closed() -> Failure {
    Failure::new(Kind::Unreachable, "The daemon ended before the runner did.")
        .hint("Run `geppetto doctor`.")
}

/// What was seen of one runner.
struct Life {
    runner: RunnerView,
    statuses: Vec<String>,
    has_ended: bool,
    is_printed: bool,
}

impl Life {
    const fn new(runner: RunnerView) -> Self {
        Self {
            runner,
            statuses: Vec::new(),
            has_ended: false,
            is_printed: false,
        }
    }

    /// True when it has ended and all that it printed is shown.
    const fn is_over(&self) -> bool {
        self.has_ended && self.is_printed
    }

    /// A change of any runner, as a line when it is a new status of this one.
    fn change(&mut self, event: Event) -> Option<String> {
        let seen = match event {
            Event::Runner { runner } => *runner,
            Event::Snapshot { runners, .. } => runners
                .into_iter()
                .find(|runner| runner.id == self.runner.id)?,
            _ => return None,
        };
        if seen.id != self.runner.id || self.statuses.last() == Some(&seen.status) {
            return None;
        }
        self.has_ended = seen.exit.is_some();
        self.statuses.push(seen.status.clone());
        let after = seen.since_ms.saturating_sub(seen.created_at_ms);
        let line = format!(
            "{:>3}.{:01}s  {}: {}",
            after / 1000,
            after % 1000 / 100,
            render::status(&seen),
            printable(&seen.reason)
        );
        self.runner = seen;
        Some(line)
    }

    /// What it printed.
    fn print(&mut self, event: Event) -> Vec<String> {
        match event {
            Event::Log { entries } => entries
                .iter()
                .map(|entry| format!("        | {}", printable(&entry.text)))
                .collect(),
            Event::Lagged { count } => vec![format!("        ({count} lines left out)")],
            Event::LogEnd { .. } => {
                self.is_printed = true;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Whether all of it was seen.
    fn check(&self) -> Result<(), Failure> {
        let mut seen = self.statuses.iter();
        let missing = WHOLE_LIFE
            .iter()
            .find(|wanted| !seen.any(|status| status == *wanted));
        let code = self.runner.exit.as_ref().and_then(|exit| exit.code);
        match (missing, code) {
            (None, Some(0)) => Ok(()),
            (None, _) => Err(Failure::new(
                Kind::Refused,
                "The runner's exit code was not seen to be 0.",
            )),
            (Some(missing), _) => Err(Failure::new(
                Kind::Refused,
                format!("The runner's life was not seen whole: \"{missing}\" is missing."),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::fake;
    use crate::wire::ExitView;

    fn view(status: &str) -> RunnerView {
        let mut runner: RunnerView =
            serde_json::from_str(&fake::runner("demo", status).to_string()).unwrap();
        runner.created_at_ms = 1000;
        runner.since_ms = 2250;
        runner.reason = "It prints.".to_owned();
        runner
    }

    fn ended(code: i32) -> RunnerView {
        let mut runner = view("completed");
        runner.exit = Some(ExitView {
            code: Some(code),
            signal: None,
            known: true,
            source: "run-parent".to_owned(),
            at_ms: 3000,
        });
        runner
    }

    fn life(runners: Vec<RunnerView>) -> Life {
        let mut life = Life::new(view("starting"));
        for runner in runners {
            life.change(Event::Runner {
                runner: Box::new(runner),
            });
        }
        life
    }

    #[test]
    fn a_status_is_told_once_and_only_of_this_runner() {
        let mut life = Life::new(view("starting"));
        let event = |runner: RunnerView| Event::Runner {
            runner: Box::new(runner),
        };
        let mut other = view("idle");
        other.id = "another".to_owned();
        assert_eq!(life.change(event(other)), None);
        assert_eq!(
            life.change(event(view("running"))).as_deref(),
            Some("  1.2s  running: It prints.")
        );
        assert_eq!(life.change(event(view("running"))), None);
        assert!(!life.is_over());
    }

    #[test]
    fn only_a_whole_life_with_a_good_end_passes() {
        let whole = || {
            ["starting", "running", "idle", "running"]
                .map(view)
                .to_vec()
        };
        let with = |end: RunnerView| life([whole(), vec![end]].concat()).check();
        assert!(with(ended(0)).is_ok());
        assert!(with(ended(1)).is_err());
        let mut not_known = view("completed");
        not_known.exit = None;
        assert!(with(not_known).is_err());
        let without_idle = life(vec![view("starting"), view("running"), ended(0)]).check();
        assert!(
            without_idle
                .unwrap_err()
                .to_string()
                .contains("\"idle\" is missing")
        );
    }
}
