//! `plugin`: what the plugin's keys and menus ask for. The answer is one short line for a tmux message, also when it
//! fails, since a key has nobody who reads stderr.

use std::process::{Command, Output, Stdio};

use crate::cli::args::{JsonArgs, PluginRegisterArgs, PluginSayArgs, PluginVerb};
use crate::cli::context::{Context, missing};
use crate::cli::failure::{Failure, Kind};
use crate::cli::render::counted;
use crate::domain::ids::SessionId;
use crate::domain::text::for_status_line;
use crate::wire::{Answer, AttachTmux, Empty, Request, ShowMessage};

pub(crate) fn run(verb: &PluginVerb, context: &mut Context<'_>) -> Result<u8, Failure> {
    match verb {
        PluginVerb::Register(args) => register(args, context),
        PluginVerb::Say(args) => say(args, context).map(|()| 0),
        PluginVerb::Uninstall(args) => uninstall(args, context).map(|()| 0),
    }
}

fn register(args: &PluginRegisterArgs, context: &mut Context<'_>) -> Result<u8, Failure> {
    let (line, code) = match context.ask(request(args.session)) {
        Ok(answer) => (done(&answer), 0),
        Err(failure) => (refused(&failure), failure.exit_code()),
    };
    context.output.answer(for_status_line(&line))?;
    Ok(code)
}

fn request(session: SessionId) -> Request {
    Request::AttachTmux(AttachTmux {
        session_id: Some(session.to_string()),
        ..AttachTmux::default()
    })
}

/// What is watched now; new panes of a session that was registered before are named as such.
fn done(answer: &Answer) -> String {
    let runners = answer.runners.as_deref().unwrap_or_default();
    let panes = counted(runners.len(), "pane");
    let session = runners
        .iter()
        .chain(answer.runner.as_deref())
        .find_map(|runner| runner.session_name.as_deref())
        .unwrap_or("this session");
    match answer.added.map(usize::try_from) {
        Some(Ok(0)) => format!("geppetto already watches {session} ({panes})."),
        Some(Ok(added)) if added < runners.len() => {
            format!("geppetto watches {session} ({panes}, {added} new).")
        }
        _ => format!("geppetto watches {session} ({panes})."),
    }
}

fn refused(failure: &Failure) -> String {
    let hint = failure.hints().first().map_or("", String::as_str);
    format!("geppetto: {failure} {hint}").trim_end().to_owned()
}

/// Runs a verb as a person would, and shows the first line of what it says.
fn say(args: &PluginSayArgs, context: &Context<'_>) -> Result<(), Failure> {
    let program = &context.paths.program;
    let output = Command::new(program)
        .arg("-S")
        .arg(&context.paths.tmux_socket)
        .args(&args.verb)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| {
            let message = format!("{} cannot be started: {error}.", program.display());
            Failure::new(Kind::Refused, message)
        })?;
    let text = words(&output);
    if text.is_empty() {
        return Ok(());
    }
    let client = args.client.clone();
    context
        .ask(Request::ShowMessage(ShowMessage { client, text }))
        .map(drop)
}

fn uninstall(args: &JsonArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let answer = context.ask(Request::UninstallPlugin(Empty {}))?;
    if args.json {
        return context.output.json(&answer);
    }
    let keys = answer.unbound.ok_or_else(|| missing("unbound"))?;
    let keys = match keys.as_slice() {
        [] => String::new(),
        keys => format!(" The keys {} are free again.", keys.join(", ")),
    };
    context
        .output
        .answer(format!("tmux has nothing of the plugin any more.{keys}"))?;
    context
        .output
        .talk("It comes back when tmux.conf is read again, unless you take its line out.");
    context
        .output
        .talk("The daemon goes on: `geppetto daemon stop` ends it.");
    Ok(())
}

fn words(output: &Output) -> String {
    let said = if output.status.success() {
        &output.stdout
    } else {
        &output.stderr
    };
    let said = String::from_utf8_lossy(said);
    let line = said.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    if line.is_empty() {
        return String::new();
    }
    format!("geppetto: {line}")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;
    use std::process::{ExitStatus, Output};

    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn registered(added: u32, panes: usize) -> String {
        let runner = runner("claude", "running");
        let runners = vec![runner.to_string(); panes].join(",");
        format!(r#"{{"success":true,"runners":[{runners}],"added":{added}}}"#)
    }

    #[test]
    fn the_line_says_what_is_new() {
        let said = |added, panes| {
            Session::new(&[&registered(added, panes)]).run(&[
                "plugin",
                "register",
                "--session",
                "$3",
            ])
        };
        assert_snapshot!(said(2, 2), @r#"
        > {"type":"attach-tmux","sessionId":"$3"}
        geppetto watches work session (2 panes).
        [0]
        "#);
        assert_snapshot!(said(1, 3), @r#"
        > {"type":"attach-tmux","sessionId":"$3"}
        geppetto watches work session (3 panes, 1 new).
        [0]
        "#);
        assert_snapshot!(said(0, 1), @r#"
        > {"type":"attach-tmux","sessionId":"$3"}
        geppetto already watches work session (1 pane).
        [0]
        "#);
    }

    #[test]
    fn what_is_free_again_is_told() {
        let answer = r#"{"success":true,"unbound":["G","M-g"]}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["plugin", "uninstall"]), @r#"
        > {"type":"uninstall-plugin"}
        tmux has nothing of the plugin any more. The keys G, M-g are free again.
        ! It comes back when tmux.conf is read again, unless you take its line out.
        ! The daemon goes on: `geppetto daemon stop` ends it.
        [0]
        "#);
    }

    #[test]
    fn what_a_verb_says_is_one_line() {
        let words = |code: i32, stdout: &str, stderr: &str| {
            super::words(&Output {
                status: ExitStatus::from_raw(code << 8),
                stdout: stdout.as_bytes().to_vec(),
                stderr: stderr.as_bytes().to_vec(),
            })
        };
        assert_eq!(words(0, "work paused\nmore\n", ""), "geppetto: work paused");
        assert_eq!(words(0, "", "talk\n"), "");
        let refusal = "error: There is no runner.\nhint: Look again.\n";
        assert_eq!(words(1, "", refusal), "geppetto: There is no runner.");
    }

    #[test]
    fn a_refusal_is_a_line_of_the_answer_without_formats() {
        let refusal = r#"{"success":false,"error":{"tag":"TmuxSessionNotFound","message":"There is no session #(touch x).","hint":"Look again."}}"#;
        let said = Session::new(&[refusal]).run(&["plugin", "register", "--session", "$3"]);
        assert_snapshot!(said, @r#"
        > {"type":"attach-tmux","sessionId":"$3"}
        geppetto: There is no session (touch x). Look again.
        [1]
        "#);
    }
}
