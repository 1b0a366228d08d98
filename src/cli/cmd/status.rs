//! `status`: the counts as short text for a status line. Never starts a daemon: it runs wherever tmux draws a line.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};

use crate::cli::args::{IconSet, StatusArgs};
use crate::cli::client::Client;
use crate::cli::clock::{Deadline, instant};
use crate::cli::context::{Context, missing};
use crate::cli::failure::{Failure, Kind};
use crate::cli::output::Output;
use crate::cli::pacer::Pacer;
use crate::cli::segment::Painter;
use crate::cli::start::{Start, timespec};
use crate::wire::{Event, GetStatus, Request, StatusView};

/// A status line does not wait long: drawn without us it is still a status line.
const PATIENCE: Duration = Duration::from_secs(2);

/// tmux shows that a command is not ready after a second; the first line must come before.
const FIRST_PATIENCE: Duration = Duration::from_millis(500);

/// First and longest time between two looks for a daemon that is gone.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(5));

pub(crate) fn run(args: &StatusArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let painter = Painter::new(args);
    for complaint in &painter.complaints {
        context.output.talk(complaint);
    }
    if args.follow {
        return Follower::new(args, painter, context).run(context);
    }
    let asked = context
        .connect(Start::Never)
        .and_then(|mut client| client.ask(request(args), Some(PATIENCE)));
    let answer = match asked {
        // An error message would be drawn into the line, or come back every few seconds.
        Err(failure) if failure.kind() == Kind::Unreachable && !args.json => return Ok(()),
        asked => asked?,
    };
    if args.json {
        return context.output.json(&answer);
    }
    let segment = painter.paint(&answer.status.ok_or_else(|| missing("status"))?);
    if segment.is_empty() {
        return Ok(());
    }
    context.output.answer(segment)
}

fn request(args: &StatusArgs) -> Request {
    Request::GetStatus(GetStatus {
        icons: args.icons.map(|icons| {
            match icons {
                IconSet::Unicode => "unicode",
                IconSet::Ascii => "ascii",
                IconSet::Nerd => "nerd",
            }
            .to_owned()
        }),
        session: args.session.map(|session| session.to_string()),
        follow: args.follow,
    })
}

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// Nobody reads our stdout any more.
    Unread,
    /// The daemon has said something.
    Said,
    /// The time is up.
    Time,
}

/// Prints a line for each change until nobody reads.
struct Follower {
    request: Request,
    painter: Painter,
    /// What the windows are marked with: tmux draws them together with our line.
    windows: BTreeMap<String, String>,
    pacer: Pacer,
    reader: Option<OwnedFd>,
}

impl Follower {
    fn new(args: &StatusArgs, painter: Painter, context: &mut Context<'_>) -> Self {
        Self {
            request: request(args),
            painter,
            windows: BTreeMap::new(),
            pacer: Pacer::default(),
            reader: context.output.reader(),
        }
    }

    fn run(mut self, context: &mut Context<'_>) -> Result<(), Failure> {
        let (first, longest) = BACK_OFF;
        let mut back_off = first;
        loop {
            match self.listen(context) {
                Ok(Wake::Unread) => return Ok(()),
                Ok(Wake::Said | Wake::Time) => back_off = first,
                Err(failure) if failure.kind() == Kind::BrokenPipe => return Ok(()),
                // Whatever it is, a status line is no place to say it, and it may pass.
                Err(_no_daemon) => {}
            }
            self.pacer.want(String::new());
            if self.sleep(back_off, context.output)? == Wake::Unread {
                return Ok(());
            }
            back_off = (back_off * 2).min(longest);
        }
    }

    /// Follows one daemon until it is gone or nobody reads.
    fn listen(&mut self, context: &mut Context<'_>) -> Result<Wake, Failure> {
        let mut client = context.connect(Start::Never)?;
        let patience = if self.pacer.is_blank() {
            FIRST_PATIENCE
        } else {
            PATIENCE
        };
        let answer = client.ask(self.request.clone(), Some(patience))?;
        client.limit(Some(PATIENCE))?;
        // The first state comes with the answer or as the first event after it.
        if let Some(status) = answer.status {
            self.show(status);
        } else if self.pacer.is_blank() && !client.has_buffered() {
            let until = Some(Deadline::after(FIRST_PATIENCE));
            match self.wait(Some(&client), until, context.output)? {
                Wake::Unread => return Ok(Wake::Unread),
                Wake::Time => self.pacer.want(String::new()),
                Wake::Said => {}
            }
        }
        loop {
            self.print(context.output)?;
            if !client.has_buffered()
                && self.wait(Some(&client), None, context.output)? == Wake::Unread
            {
                return Ok(Wake::Unread);
            }
            match client.event()? {
                Some(Event::Status { status }) => self.show(status),
                Some(_) => {}
                None => return Ok(Wake::Said),
            }
        }
    }

    fn show(&mut self, status: StatusView) {
        self.pacer.want(self.painter.paint(&status));
        if self.windows != status.windows {
            self.windows = status.windows;
            self.pacer.want_again();
        }
    }

    fn sleep(&mut self, time: Duration, output: &mut Output) -> Result<Wake, Failure> {
        self.wait(None, Some(Deadline::after(time)), output)
    }

    /// Prints what is due until the daemon speaks, nobody reads, or `until`.
    fn wait(
        &mut self,
        client: Option<&Client<'_>>,
        until: Option<Deadline>,
        output: &mut Output,
    ) -> Result<Wake, Failure> {
        loop {
            self.print(output)?;
            if until.is_some_and(Deadline::has_passed) {
                return Ok(Wake::Time);
            }
            let left = [self.pacer.left(instant()), until.map(Deadline::left)];
            let left = left.into_iter().flatten().min();
            if let Some(wake) = self.poll(client.map(|client| client.socket().as_fd()), left) {
                return Ok(wake);
            }
        }
    }

    fn print(&mut self, output: &mut Output) -> Result<(), Failure> {
        let Some(line) = self.pacer.due(instant()) else {
            return Ok(());
        };
        output.answer(line)?;
        output.flush()
    }

    /// `None` when only time has passed.
    fn poll(&self, daemon: Option<BorrowedFd<'_>>, left: Option<Duration>) -> Option<Wake> {
        let mut fds = Vec::with_capacity(2);
        // No events are asked for: the system always tells about a reader that has gone.
        fds.extend(
            self.reader
                .as_ref()
                .map(|fd| PollFd::new(fd, PollFlags::empty())),
        );
        let readers = fds.len();
        fds.extend(daemon.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)));
        if poll(&mut fds, left.and_then(timespec).as_ref()).is_err() {
            return None;
        }
        let (reader, daemon) = fds.split_at(readers);
        if reader.iter().any(|fd| !fd.revents().is_empty()) {
            return Some(Wake::Unread);
        }
        daemon
            .iter()
            .any(|fd| !fd.revents().is_empty())
            .then_some(Wake::Said)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use insta::assert_snapshot;

    use crate::cli::fake::{FakeDaemon, Session};

    fn counts(active: u32) -> String {
        format!(
            r#"{{"active":{active},"waiting":0,"idle":2,"paused":0,"failed":0,"ended":1,"segment":"x"}}"#
        )
    }

    fn status(active: u32) -> String {
        format!(r#"{{"success":true,"status":{}}}"#, counts(active))
    }

    fn change(active: u32) -> String {
        let counts = counts(active);
        format!("{{\"type\":\"status\",\"status\":{counts}}}\n")
    }

    /// What a follower prints first, of so many lines.
    fn followed(daemon: &FakeDaemon, lines: usize) -> String {
        let follower = daemon.follow(&["status", "--follow"]);
        let mut reader = BufReader::new(follower.stdout());
        let mut seen = String::new();
        for _ in 0..lines {
            reader.read_line(&mut seen).unwrap();
        }
        drop(reader);
        assert_eq!(follower.code(), 0);
        seen
    }

    #[test]
    fn once_is_one_line_or_none() {
        assert_snapshot!(Session::new(&[&status(1)]).run(&["status"]), @r#"
        > {"type":"get-status","follow":false}
        ●1 ○2
        [0]
        "#);
        let typed = "status --once --plain --icons ascii --format {failed}";
        let typed: Vec<&str> = typed.split(' ').collect();
        assert_snapshot!(Session::new(&[&status(1)]).run(&typed), @r#"
        > {"type":"get-status","icons":"ascii","follow":false}
        [0]
        "#);
        assert_snapshot!(Session::new(&[&status(1)]).run(&["status", "--json"]), @r#"
        > {"type":"get-status","follow":false}
        {"status":{"active":1,"waiting":0,"idle":2,"paused":0,"failed":0,"ended":1,"segment":"x"}}
        [0]
        "#);
    }

    #[test]
    fn it_is_painted_as_wished() {
        let typed = [
            "status",
            "--format",
            "{?{active.count} busy, }{idle}",
            "--style",
            "idle=fg=#FF0000",
            "--session",
            "$3",
            "--icons",
            "ascii",
        ];
        assert_snapshot!(Session::new(&[&status(1)]).run(&typed), @r#"
        > {"type":"get-status","icons":"ascii","session":"$3","follow":false}
        #[push-default]1 busy, #[fg=#ff0000]-2#[default]#[default]#[pop-default]
        [0]
        "#);
        let plain = [&typed[..], &["--plain", "--click", "--width", "3"]].concat();
        assert_snapshot!(Session::new(&[&status(1)]).run(&plain), @r#"
        > {"type":"get-status","icons":"ascii","session":"$3","follow":false}
        1/2
        [0]
        "#);
    }

    #[test]
    fn a_wish_that_is_wrong_is_told_and_left_out() {
        let typed = [
            "status",
            "--format={wating}",
            "--style=idle=fg=red]",
            "--style=x=bold",
            "--width=wide",
        ];
        assert_snapshot!(Session::new(&[&status(1)]).run(&typed), @r#"
        > {"type":"get-status","follow":false}
        ●1 ○2
        ! The format "{wating}" is not used: there is no {wating}.
        ! The style "fg=red]" is not used: a style cannot contain ']'.
        ! The style "x=bold" is not used: there is no status "x".
        ! The width "wide" is not used: it is no number.
        [0]
        "#);
        // As tmux fills in options that nobody has set.
        let typed = ["status", "--format=", "--width=", "--style=idle="];
        assert_snapshot!(Session::new(&[&status(1)]).run(&typed), @r#"
        > {"type":"get-status","follow":false}
        ●1 ○2
        [0]
        "#);
    }

    #[test]
    fn without_a_daemon_it_is_quiet() {
        assert_snapshot!(Session::without_daemon().run(&["status", "--once"]), @"[0]");
        assert_snapshot!(Session::without_daemon().run(&["status", "--json"]), @r#"
        ! {"success":false,"error":{"tag":"Unavailable","message":"No daemon runs for this tmux server.","hint":"Start it with `geppetto daemon start`."}}
        [3]
        "#);
    }

    #[test]
    fn a_follower_prints_changes_and_ends_with_its_reader() {
        let daemon =
            FakeDaemon::streaming(&["{\"success\":true}\n", &change(1), &change(2), &change(3)]);
        assert_eq!(followed(&daemon, 2), "●1 ○2\n●3 ○2\n");
    }

    #[test]
    fn the_same_line_comes_again_when_a_window_is_marked_otherwise() {
        let marked = change(1).replace(r#""segment""#, r#""windows":{"@1":"idle"},"segment""#);
        let daemon = FakeDaemon::streaming(&["{\"success\":true}\n", &change(1), &marked]);
        assert_eq!(followed(&daemon, 2), "●1 ○2\n●1 ○2\n");
    }

    #[test]
    fn a_follower_without_a_daemon_prints_one_empty_line() {
        let daemon = FakeDaemon::answering(&[]);
        let follower = daemon.follow(&["status", "--follow"]);
        let mut lines = BufReader::new(follower.stdout());
        let mut seen = String::new();
        lines.read_line(&mut seen).unwrap();
        assert_eq!(seen, "\n");
        drop(lines);
        assert_eq!(follower.code(), 0);
    }
}
