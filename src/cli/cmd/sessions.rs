//! `sessions`: lists, looks up and ends tmux sessions.

use crate::cli::args::{ListSessionsArgs, SessionArgs, SessionsVerb};
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::table;
use crate::domain::text::printable;
use crate::wire::{
    ListTmuxSessions, PaneRunnerView, PaneView, Request, SessionRef, SessionView, WindowView,
};

pub(crate) fn run(verb: &SessionsVerb, context: &mut Context<'_>) -> Result<u8, Failure> {
    match verb {
        SessionsVerb::List(args) if args.panes => panes(args, context).map(|()| 0),
        SessionsVerb::List(args) => list(args, context).map(|()| 0),
        SessionsVerb::Exists(args) => exists(args, context),
        SessionsVerb::Kill(args) => kill(args, context).map(|()| 0),
    }
}

fn list(args: &ListSessionsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ListTmuxSessions(ListTmuxSessions::default()))?;
    if args.json {
        return context.output.json(&answer);
    }
    let sessions = answer.sessions.unwrap_or_default();
    let head = ["ID", "NAME", "WINDOWS", "CLIENTS", "RUNNERS", "KEY"];
    table::print(head, sessions.iter().map(row), context.output)
}

fn row(session: &SessionView) -> [String; 6] {
    let runners = if session.registered || session.runners > 0 {
        session.runners.to_string()
    } else {
        "-".to_owned()
    };
    [
        session.id.clone(),
        session.name.clone(),
        session.windows.to_string(),
        session.clients.to_string(),
        runners,
        session.key.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

/// The same with windows and panes, one pane a line.
fn panes(args: &ListSessionsArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::ListTmuxSessions(ListTmuxSessions { panes: true }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let sessions = answer.sessions.unwrap_or_default();
    // A daemon of an older version knows nothing of panes.
    if sessions.iter().any(|one| one.window_list.is_none()) {
        return Err(missing("windowList"));
    }
    let rows = sessions.iter().flat_map(|session| {
        let windows = session.window_list.iter().flatten();
        windows.flat_map(move |window| {
            let panes = window.panes.iter();
            panes.map(move |pane| pane_row(session, window, pane))
        })
    });
    let head = [
        "PANE",
        "SESSION",
        "WINDOW",
        "RUNNER",
        "STATUS",
        "COMMAND",
        "DIRECTORY",
    ];
    table::print(head, rows, context.output)
}

fn pane_row(session: &SessionView, window: &WindowView, pane: &PaneView) -> [String; 7] {
    let runner = pane.runner.as_ref();
    let of_runner = |text: fn(&PaneRunnerView) -> &String| {
        runner.map_or_else(|| "-".to_owned(), |runner| text(runner).clone())
    };
    [
        pane.id.clone(),
        session.name.clone(),
        format!("{}.{} {}", window.index, pane.index, window.name),
        of_runner(|runner| &runner.name),
        of_runner(|runner| &runner.status),
        pane.command.clone(),
        pane.cwd.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

/// Quiet, as tests of a shell are; the exit code is the answer.
fn exists(args: &SessionArgs, context: &mut Context<'_>) -> Result<u8, Failure> {
    let answer = context.ask(Request::TmuxSessionExists(named(args)))?;
    if args.json {
        context.output.json(&answer)?;
    }
    let exists = answer.exists.ok_or_else(|| missing("exists"))?;
    Ok(u8::from(!exists))
}

fn kill(args: &SessionArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::KillTmuxSession(named(args)))?;
    if args.json {
        return context.output.json(&answer);
    }
    context
        .output
        .answer(format!("{} ended", printable(&args.session)))
}

fn named(args: &SessionArgs) -> SessionRef {
    SessionRef {
        session: args.session.clone(),
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    #[test]
    fn sessions_are_listed() {
        let answer = r#"{"success":true,"sessions":[
            {"id":"$0","name":"work\u001b[m","windows":3,"clients":1,"registered":true,"runners":2,"key":"coda::shop::primary"},
            {"id":"$1","name":"misc","windows":1,"clients":0,"registered":false,"runners":0}]}"#
            .replace('\n', "");
        assert_snapshot!(Session::new(&[&answer]).run(&["sessions", "list"]), @r#"
        > {"type":"list-tmux-sessions"}
        ID  NAME    WINDOWS  CLIENTS  RUNNERS  KEY
        $0  work[m  3        1        2        coda::shop::primary
        $1  misc    1        0        -        -
        [0]
        "#);
    }

    #[test]
    fn panes_are_listed_with_their_runners() {
        let answer = r#"{"success":true,"sessions":[
            {"id":"$0","name":"work","windows":1,"clients":1,"registered":true,"runners":1,"windowList":[
            {"id":"@1","index":2,"name":"edit\u001b[m","active":true,"panes":[
            {"id":"%3","index":0,"active":true,"dead":false,"command":"claude","title":"x","cwd":"/src/a b","pid":7,
            "runner":{"id":"0190163d-8694-739b-aea5-966c26f8ad90","name":"asks","status":"waiting"}},
            {"id":"%4","index":1,"active":false,"dead":true,"command":"sh","pid":8}]}]}]}"#
            .replace('\n', "");
        let typed = ["sessions", "list", "--panes"];
        assert_snapshot!(Session::new(&[&answer]).run(&typed), @r#"
        > {"type":"list-tmux-sessions","panes":true}
        PANE  SESSION  WINDOW      RUNNER  STATUS   COMMAND  DIRECTORY
        %3    work     2.0 edit[m  asks    waiting  claude   /src/a b
        %4    work     2.1 edit[m  -       -        sh       -
        [0]
        "#);
    }

    #[test]
    fn a_daemon_that_knows_no_panes_is_told_of() {
        let session =
            r#"{"id":"$1","name":"x","windows":1,"clients":0,"registered":false,"runners":0}"#;
        let answer = format!(r#"{{"success":true,"sessions":[{session}]}}"#);
        let said = Session::new(&[&answer]).run(&["sessions", "list", "--panes"]);
        assert!(said.contains("daemon restart"), "{said}");
    }

    #[test]
    fn existence_is_an_exit_code() {
        for (exists, code) in [(true, 0), (false, 1)] {
            let answer = format!(r#"{{"success":true,"exists":{exists}}}"#);
            let said = Session::new(&[&answer]).run(&["sessions", "exists", "work"]);
            let sent = r#"> {"type":"tmux-session-exists","session":"work"}"#;
            assert_eq!(said, format!("{sent}\n[{code}]\n"));
        }
    }

    #[test]
    fn a_session_is_ended() {
        assert_snapshot!(Session::new(&[r#"{"success":true}"#]).run(&["sessions", "kill", "$3"]), @r#"
        > {"type":"kill-tmux-session","session":"$3"}
        $3 ended
        [0]
        "#);
    }
}
