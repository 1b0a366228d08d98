//! `new`: starts a command or an agent in a new tmux window.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::cli::args::NewArgs;
use crate::cli::attach_argv;
use crate::cli::context::{Context, runner_of};
use crate::cli::failure::{Failure, Kind};
use crate::cli::render::shell_words;
use crate::cli::span::milliseconds;
use crate::config::TmuxHere;
use crate::domain::text::printable;
use crate::wire::{CreateRunner, Request};

pub(crate) fn run(args: &NewArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let request = request(args, context)?;
    let answer = context.ask(Request::CreateRunner(request))?;
    if args.json {
        return context.output.json(&answer);
    }
    let runner = runner_of(answer)?;
    let name = printable(&runner.name);
    context.output.answer(format!("{name} {}", runner.id))?;
    if args.attach {
        context.output.flush()?;
        return attach_argv::go(context, attach_argv::runner(&runner.id));
    }
    let program = context.program();
    let name = shell_words(&[name]);
    context
        .output
        .talk(format!("Go there with: {program} attach {name}"));
    Ok(())
}

/// The request for what was typed.
pub(super) fn request(args: &NewArgs, context: &Context<'_>) -> Result<CreateRunner, Failure> {
    let base = base(context);
    let has_place = args.session.is_some() || args.key.is_some();
    let session = base.session.clone().filter(|_| !has_place);
    let mut env = base.env.clone();
    env.extend(variables(&args.env, context)?);
    Ok(CreateRunner {
        kind: args.kind.clone(),
        name: args.name.clone(),
        command: args
            .command
            .iter()
            .map(|word| text(word, "command"))
            .collect::<Result<_, _>>()?,
        cwd: Some(directory(args.cwd.as_deref().unwrap_or(Path::new(".")))?),
        env,
        max_duration_ms: args.max_duration.map(milliseconds),
        idle_after_ms: args.idle_after.map(milliseconds),
        output_dir: args.output_dir.as_deref().map(directory).transpose()?,
        key: args.key.clone(),
        session: args.session.clone().or(session),
        ..base
    })
}

/// What every runner that is started from here gets: the session that the person is in, unless another place is
/// wanted; the size of their terminal; and the `PATH` in which its program is looked for.
pub(in crate::cli) fn base(context: &Context<'_>) -> CreateRunner {
    let size = window_size(context);
    // A PATH that is not UTF-8 cannot be told over the wire; the daemon then uses its own.
    let path = context.environment.value("PATH");
    let path = path.and_then(|path| path.into_string().ok());
    CreateRunner {
        env: path
            .map(|path| ("PATH".to_owned(), path))
            .into_iter()
            .collect(),
        session: context.here().and_then(|here| here.session),
        columns: size.map(|(columns, _)| columns),
        rows: size.map(|(_, rows)| rows),
        ..CreateRunner::default()
    }
}

/// The size of the terminal; inside tmux it is that of a pane and says nothing about windows.
fn window_size(context: &Context<'_>) -> Option<(u16, u16)> {
    if TmuxHere::of(context.environment).is_some() {
        return None;
    }
    context.output.size()
}

/// Absolute, with the names of links kept as they were typed.
///
/// # Errors
/// A [`Failure`] when the working directory is needed and gone, or the path is not UTF-8.
pub(in crate::cli) fn directory(given: &Path) -> Result<String, Failure> {
    let path = std::env::current_dir()
        .map(|here| here.join(given))
        .or_else(|error| {
            if given.is_absolute() {
                Ok(given.to_owned())
            } else {
                Err(error)
            }
        })
        .map_err(|error| {
            Failure::new(
                Kind::Refused,
                format!("The working directory is not known: {error}."),
            )
            .hint("Change to a directory that exists, or give an absolute --cwd.")
        })?;
    let plain: std::path::PathBuf = path.components().collect();
    text(plain.as_os_str(), "directory")
}

/// What was asked for.
fn variables(
    given: &[OsString],
    context: &Context<'_>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut variables = BTreeMap::new();
    for variable in given {
        let (name, value) = split(variable);
        let value = match value {
            Some(value) => value.to_owned(),
            None => context.environment.raw(name).ok_or_else(|| {
                Failure::new(
                    Kind::Usage,
                    format!("There is no variable {} to pass on.", name.display()),
                )
                .hint("Give its value as in --env NAME=VALUE.")
            })?,
        };
        variables.insert(text(name, "variable")?, text(&value, "variable")?);
    }
    Ok(variables)
}

fn split(variable: &OsStr) -> (&OsStr, Option<&OsStr>) {
    let bytes = variable.as_bytes();
    let Some(at) = bytes.iter().position(|byte| *byte == b'=') else {
        return (variable, None);
    };
    let (name, value) = bytes.split_at(at);
    let value = value.get(1..).unwrap_or_default();
    (OsStr::from_bytes(name), Some(OsStr::from_bytes(value)))
}

fn text(given: &OsStr, what: &str) -> Result<String, Failure> {
    given.to_str().map(ToOwned::to_owned).ok_or_else(|| {
        Failure::new(
            Kind::Usage,
            format!(
                "The {what} {} is not UTF-8, which the protocol needs.",
                given.display()
            ),
        )
        .hint("Put it into a script with a plain name, and start that.")
    })
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::{Session, runner};

    fn created() -> String {
        format!(
            r#"{{"success":true,"runner":{}}}"#,
            runner("build", "starting")
        )
    }

    #[test]
    fn everything_that_was_typed_is_sent() {
        let said = Session::new(&[&created()])
            .variable("TOKEN", "secret")
            .run(&[
                "new",
                "--kind",
                "custom",
                "--name",
                "build",
                "--cwd",
                "/src/./x/",
                "--env",
                "A=b=c",
                "--env",
                "TOKEN",
                "--max-duration",
                "90s",
                "--idle-after",
                "5m",
                "--output-dir",
                "/logs",
                "--key",
                "shop/review",
                "--",
                "make",
                "-j 8",
            ]);
        assert_snapshot!(said, @r#"
        > {"type":"create-runner","kind":"custom","name":"build","command":["make","-j 8"],"cwd":"/src/x","env":{"A":"b=c","PATH":"/usr/bin:/bin","TOKEN":"secret"},"maxDurationMs":90000,"idleAfterMs":300000,"outputDir":"/logs","key":"shop/review"}
        build 0190163d-8694-739b-aea5-966c26f8ad90
        ! Go there with: geppetto attach build
        [0]
        "#);
    }

    #[test]
    fn inside_tmux_the_current_session_gets_the_window() {
        let said = Session::new(&[&created()])
            .in_tmux("3", "%4")
            .run(&["new", "--json", "--cwd", "/", "--", "top"]);
        assert_snapshot!(said, @r#"
        > {"type":"create-runner","command":["top"],"cwd":"/","env":{"PATH":"/usr/bin:/bin"},"session":"$3"}
        {"runner":{"id":"0190163d-8694-739b-aea5-966c26f8ad90","name":"build","kind":"custom","status":"starting","reason":"It printed.","sinceMs":4102444800000,"origin":"started","run":1,"sessionId":"$1","sessionName":"work session","windowId":"@2","paneId":"%3","pid":4711,"command":["make","-j 8"],"cwd":"/src","createdAtMs":1764000000000,"startedAtMs":1764000001000,"lastOutputAtMs":1764000002000,"idleAfterMs":30000,"maxDurationMs":90000,"outputBytes":1234,"lostBytes":0,"lastSeq":1234,"logEntries":17,"conversationId":null}}
        [0]
        "#);
    }

    #[test]
    fn the_daemons_refusal_is_told_with_its_hint() {
        let refusal = r#"{"success":false,"error":{"tag":"ProcessSpawn","message":"The command \"mkae\" was not found.","hint":"Check PATH."}}"#;
        let typed = ["new", "--cwd", "/", "--", "mkae"];
        assert_snapshot!(Session::new(&[refusal]).run(&typed), @r#"
        > {"type":"create-runner","command":["mkae"],"cwd":"/","env":{"PATH":"/usr/bin:/bin"}}
        ! error: The command "mkae" was not found.
        ! hint: Check PATH.
        [1]
        "#);
        let typed = ["new", "--json", "--cwd", "/", "--", "mkae"];
        assert_snapshot!(Session::new(&[refusal]).run(&typed), @r#"
        > {"type":"create-runner","command":["mkae"],"cwd":"/","env":{"PATH":"/usr/bin:/bin"}}
        ! {"success":false,"error":{"tag":"ProcessSpawn","message":"The command \"mkae\" was not found.","hint":"Check PATH."}}
        [1]
        "#);
    }

    #[test]
    fn a_variable_that_is_not_there_is_a_mistake() {
        assert_snapshot!(Session::new(&[]).run(&["new", "--env", "NONE", "--", "x"]), @r"
        ! error: There is no variable NONE to pass on.
        ! hint: Give its value as in --env NAME=VALUE.
        [2]
        ");
    }

    #[test]
    fn attach_goes_there_with_the_daemons_own_command() {
        let attach = r#"{"success":true,"attach":{"attach":["false"],"switch":["true"]}}"#;
        let said = Session::new(&[&created(), attach])
            .in_tmux("3", "%4")
            .run(&["new", "--attach", "--cwd", "/", "--", "top"]);
        assert_snapshot!(said, @r#"
        > {"type":"create-runner","command":["top"],"cwd":"/","env":{"PATH":"/usr/bin:/bin"},"session":"$3"}
        > {"type":"attach-runner","runner":"0190163d-8694-739b-aea5-966c26f8ad90"}
        build 0190163d-8694-739b-aea5-966c26f8ad90
        [0]
        "#);
    }
}
