//! For tests: a daemon that answers from a script, and a person's session with it, as a transcript: requests
//! after `>`, stdout as it is, stderr after `!`, the exit code in brackets.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{DirBuilder, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use tempfile::TempDir;

use super::invocation::{ClientArgs, Invocation, parse};
use super::output::Output;
use super::run::code;
use crate::config::{Environment, Paths, Wishes};
use crate::domain::survey::Survey;

/// A `DaemonView`.
pub(crate) const DAEMON: &str = r#"{"pid":77,"build":"0.1.0","protocol":1,"socket":"/run/g.sock","tmuxSocket":"/tmp/t","tmuxVersion":"3.8","startedAtMs":1764000000000,"logFile":"/state/daemon.log","connections":1,"liveRunners":2,"warnings":["One warning."]}"#;

/// A `RunnerView`.
pub(crate) fn runner(name: &str, status: &str) -> String {
    let exit = match status {
        "completed" => {
            r#","exit":{"code":0,"known":true,"source":"run-parent","atMs":1764000009000}"#
        }
        "failed" => r#","exit":{"code":3,"known":true,"source":"run-parent","atMs":1764000009000}"#,
        "stopped" => {
            r#","exit":{"signal":15,"known":true,"source":"run-parent","atMs":1764000009000}"#
        }
        _ => "",
    };
    format!(
        r#"{{"id":"0190163d-8694-739b-aea5-966c26f8ad90","name":"{name}","kind":"custom","status":"{status}","reason":"It printed.","sinceMs":4102444800000,"origin":"started","run":1,"sessionId":"$1","sessionName":"work session","windowId":"@2","paneId":"%3","pid":4711,"command":["make","-j 8"],"cwd":"/src","createdAtMs":1764000000000,"startedAtMs":1764000001000,"lastOutputAtMs":1764000002000{exit},"idleAfterMs":30000,"maxDurationMs":90000,"outputBytes":1234,"lostBytes":0,"lastSeq":1234,"logEntries":17}}"#
    )
}

/// A `StatsView`; the name is as it stands in JSON.
pub(crate) fn stats(name: &str) -> String {
    format!(
        r#"{{"runnerId":"0190163d-8694-739b-aea5-966c26f8ad90","name":"{name}","kind":"claude-code","status":"running","usage":{{"cpuPermille":125,"memoryBytes":123456789,"processes":4}},"peak":{{"cpuPermille":2001,"memoryBytes":223456789,"processes":9}},"outputBytes":1234,"logEntries":17,"bytesPerSecond":1500,"linesPerSecond":3,"lastLine":"Compiling \u001b[31mgeppetto","lastOutputAtMs":1764000002000,"statusChanges":5,"statusMs":{{"idle":7200000,"running":61500,"starting":40}},"attachLatencyMs":12,"transcriptBytes":1200,"diskBytes":65536}}"#
    )
}

/// A home directory of its own.
#[derive(Debug)]
pub(crate) struct Home {
    dir: TempDir,
    variables: Vec<(OsString, OsString)>,
    paths: Paths,
}

impl Home {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("g").tempdir().unwrap();
        let at = |part: &str| dir.path().join(part).into_os_string();
        let variables = vec![
            ("HOME".into(), at("")),
            ("XDG_RUNTIME_DIR".into(), at("run")),
            ("XDG_STATE_HOME".into(), at("state")),
            ("XDG_CONFIG_HOME".into(), at("config")),
            ("TMUX_TMPDIR".into(), at("")),
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("TZ".into(), "UTC".into()),
        ];
        let environment = Environment::given(variables.iter().cloned());
        let paths = Paths::resolve(&environment, &Wishes::default()).unwrap();
        Self {
            dir,
            variables,
            paths,
        }
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) const fn paths(&self) -> &Paths {
        &self.paths
    }

    pub(crate) const fn paths_mut(&mut self) -> &mut Paths {
        &mut self.paths
    }

    pub(crate) fn make_socket_dir(&self) {
        let dir = self.paths.socket.parent().unwrap();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .unwrap();
    }

    fn environment(&self) -> Environment {
        Environment::given(self.variables.iter().cloned())
    }

    /// Text without what differs from run to run.
    fn redact(&self, text: &str) -> String {
        let uid = rustix::process::getuid().as_raw();
        text.replace(&self.paths.server, "SERVER")
            .replace(&self.dir().display().to_string(), "DIR")
            .replace(&format!("tmux-{uid}/"), "tmux-UID/")
    }
}

/// A daemon that answers from a script.
#[derive(Debug)]
pub(crate) struct FakeDaemon {
    home: Home,
    requests: Receiver<String>,
    thread: Option<JoinHandle<()>>,
}

/// The next request: on the connection that is open, or on a new one, whichever speaks first. `None` when a client has
/// connected and says nothing.
fn next_request(listener: &UnixListener, open: Option<UnixStream>) -> Option<(String, UnixStream)> {
    use rustix::event::{PollFd, PollFlags, poll};
    let read = |stream: UnixStream| {
        let mut line = String::new();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        reader.read_line(&mut line).unwrap();
        (line, stream)
    };
    if let Some(stream) = open {
        let mut fds = [
            PollFd::new(&stream, PollFlags::IN),
            PollFd::new(listener, PollFlags::IN),
        ];
        poll(&mut fds, None).unwrap();
        let speaks = !fds[0].revents().is_empty();
        if speaks {
            let (line, stream) = read(stream);
            if !line.is_empty() {
                return Some((line, stream));
            }
        }
    }
    let (stream, _) = listener.accept().unwrap();
    Some(read(stream)).filter(|(line, _)| !line.is_empty())
}

impl FakeDaemon {
    /// Gives each request the next answer; a connection whose answer was no whole line is closed then.
    pub(crate) fn answering(answers: &[&str]) -> Self {
        Self::serving(Home::new(), answers, false)
    }

    /// Gives the first connection all of this and waits until the client closes.
    pub(crate) fn streaming(parts: &[&str]) -> Self {
        Self::serving(Home::new(), &[&parts.concat()], true)
    }

    /// Takes a request and says nothing.
    pub(crate) fn silent() -> Self {
        Self::serving(Home::new(), &[""], true)
    }

    fn serving(home: Home, answers: &[&str], stays: bool) -> Self {
        home.make_socket_dir();
        let listener = UnixListener::bind(&home.paths.socket).unwrap();
        let answers: Vec<String> = answers.iter().map(ToString::to_string).collect();
        let (sender, requests) = channel();
        let thread = std::thread::spawn(move || {
            let mut open = None;
            for answer in answers {
                let Some((line, mut stream)) = next_request(&listener, open.take()) else {
                    return;
                };
                sender.send(line).unwrap();
                // A client that has seen enough may be gone.
                let _gone = stream.write_all(answer.as_bytes());
                if stays {
                    let _closed = stream.read(&mut [0]);
                }
                // Only a whole line leaves the client something to ask next.
                open = answer.ends_with("}\n").then_some(stream);
            }
        });
        Self {
            home,
            requests,
            thread: Some(thread),
        }
    }

    pub(crate) const fn paths(&self) -> &Paths {
        &self.home.paths
    }

    /// Runs a verb on a thread of its own, with a pipe as stdout.
    pub(crate) fn follow(&self, typed: &[&str]) -> Following {
        let args = client_args(typed);
        let environment = self.home.environment();
        let (reader, writer) = std::io::pipe().unwrap();
        let thread = std::thread::spawn(move || {
            let mut output = Output::to_pipe(File::from(std::os::fd::OwnedFd::from(writer)));
            code(&args, &environment, &|_| Ok(None), &mut output)
        });
        Following { reader, thread }
    }
}

impl Drop for FakeDaemon {
    fn drop(&mut self) {
        // Ends a thread that still waits for somebody.
        drop(UnixStream::connect(&self.home.paths.socket));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// A verb that runs.
#[derive(Debug)]
pub(crate) struct Following {
    reader: std::io::PipeReader,
    thread: JoinHandle<u8>,
}

impl Following {
    /// What it prints. It sees that nobody reads when this is dropped and `code` is asked.
    pub(crate) fn stdout(&self) -> std::io::PipeReader {
        self.reader.try_clone().unwrap()
    }

    /// The exit code, after nobody reads any more.
    pub(crate) fn code(self) -> u8 {
        drop(self.reader);
        self.thread.join().unwrap()
    }
}

/// A person at a shell.
#[derive(Debug)]
pub(crate) struct Session {
    home: Home,
    answers: Option<Vec<String>>,
    survey: Option<Survey>,
}

impl Session {
    /// With a daemon that gives these answers.
    pub(crate) fn new(answers: &[&str]) -> Self {
        let answers = answers.iter().map(|answer| format!("{answer}\n")).collect();
        Self {
            home: Home::new(),
            answers: Some(answers),
            survey: None,
        }
    }

    /// Without a daemon, and without tmux.
    pub(crate) fn without_daemon() -> Self {
        Self {
            home: Home::new(),
            answers: None,
            survey: None,
        }
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.home.variables.push((name.into(), value.into()));
        self
    }

    pub(crate) fn in_tmux(self, session: &str, pane: &str) -> Self {
        let socket = self.home.paths.tmux_socket.display().to_string();
        self.variable("TMUX", &format!("{socket},1,{session}"))
            .variable("TMUX_PANE", pane)
    }

    pub(crate) fn tmux_that_says(self, version: &str) -> Self {
        let tmux = self.home.dir().join("tmux");
        for (file, script) in [
            (tmux, format!("echo {version}")),
            (self.home.dir().join("geppetto"), String::new()),
        ] {
            write_program(&file, &script);
        }
        let search = format!("{}:/usr/bin:/bin", self.home.dir().display());
        self.variable("PATH", &search)
    }

    /// With a tmux server that is like this.
    pub(crate) fn tmux_server(mut self, survey: Survey) -> Self {
        self.survey = Some(survey);
        self
    }

    /// The home directory, to put something there.
    pub(crate) fn dir(&self) -> &Path {
        self.home.dir()
    }

    pub(crate) fn config(self, text: &str) -> Self {
        let file = &self.home.paths.config_file;
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self
    }

    /// Types a command line and returns everything that was said.
    pub(crate) fn run(self, typed: &[&str]) -> String {
        let Some(answers) = self.answers else {
            return transcript(&self.home, self.survey.as_ref(), typed, String::new);
        };
        let answers: Vec<&str> = answers.iter().map(String::as_str).collect();
        let daemon = FakeDaemon::serving(self.home, &answers, false);
        transcript(&daemon.home, self.survey.as_ref(), typed, || {
            daemon
                .requests
                .try_iter()
                .map(|request| format!("> {request}"))
                .collect()
        })
    }
}

/// Makes a shell script. Another process writes it: while one of ours has it open, a child of another test may
/// have it too, and then the system refuses to run it.
pub(crate) fn write_program(file: &Path, script: &str) {
    let write = r#"printf '#!/bin/sh\n%s\n' "$2" > "$1" && chmod 755 "$1""#;
    let status = Command::new("sh")
        .args(["-c", write, "sh"])
        .arg(file)
        .arg(script)
        .status()
        .unwrap();
    assert!(status.success());
}

fn transcript(
    home: &Home,
    survey: Option<&Survey>,
    typed: &[&str],
    requests: impl FnOnce() -> String,
) -> String {
    let said = Recorded::default();
    let talk = Recorded::default();
    let mut output = Output::to(Box::new(said.clone()), Box::new(talk.clone()));
    let survey = survey.cloned();
    let look = move |_: &Paths| Ok(survey.clone());
    let code = code(&client_args(typed), &home.environment(), &look, &mut output);
    let talk: String = talk
        .text()
        .lines()
        .map(|line| format!("! {line}\n"))
        .collect();
    home.redact(&format!("{}{}{talk}[{code}]\n", requests(), said.text()))
}

fn client_args(typed: &[&str]) -> ClientArgs {
    let words = std::iter::once("geppetto")
        .chain(typed.iter().copied())
        .map(OsString::from);
    match parse(words) {
        Ok(Invocation::Client(args)) => args,
        other => panic!("{typed:?} is not for a client: {other:?}"),
    }
}

/// A stream that can be read back.
#[derive(Debug, Clone, Default)]
struct Recorded(Rc<RefCell<Vec<u8>>>);

impl Recorded {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Recorded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
