//! Starting programs: a new window, or a new session, or a new server, with the run parent in its one pane.
//!
//! Invariant: on an error nothing is left behind, and no listing ever shows the pane without its runner.

use std::ffi::{OsStr, OsString};

use super::command::Command;
use super::handle::Tmux;
use super::limits::SPAWN_RETRIES;
use super::one_shot;
use super::purpose::Replies;
use super::quote::literal;
use crate::config::KeepWindow;
use crate::domain::ids::{PaneId, SessionId};
use crate::domain::runner::Place;
use crate::ports::mux::{Mux, MuxError, MuxSession};
use crate::ports::process::{ProcessError, ProcessHandle, SpawnSpec, SpawnTarget};

/// What tmux prints of a pane that it made; [`read_place`] takes it.
const MADE: &str = "#{pane_id} #{session_id} #{window_id} #{pane_pid}";

/// The pane that a command of ours made: the first word of its first row.
pub(super) fn made_pane(replies: &Replies) -> Option<PaneId> {
    Some(read_place(&first_row(replies)?)?.pane)
}

fn first_row(replies: &Replies) -> Option<String> {
    let row = replies.first()?.first()?;
    Some(String::from_utf8_lossy(row).into_owned())
}

fn read_place(row: &str) -> Option<Place> {
    let mut fields = row.trim_end().split(' ');
    Some(Place {
        pane: fields.next()?.parse().ok()?,
        session: fields.next()?.parse().ok()?,
        window: fields.next()?.parse().ok()?,
        pane_pid: fields.next()?.parse().ok()?,
    })
}

impl Tmux {
    /// Opens the window; see [`crate::ports::process::ProcessMonitor::spawn`].
    pub(super) async fn open_window(
        &self,
        spec: &SpawnSpec,
    ) -> Result<ProcessHandle, ProcessError> {
        check_directory(spec)?;
        let words = self.words(spec)?;
        let place = match &spec.target {
            SpawnTarget::Session(session) => self.window_in(*session, spec, &words).await?,
            SpawnTarget::Named { name, key } => {
                self.window_in_named(name, key.as_deref(), spec, &words)
                    .await?
            }
        };
        if let Err(error) = self.settle(&place, spec).await {
            // It may be gone already: that is what we want.
            let kill = Command::new("kill-pane").flag("-t").id(place.pane);
            if let Err(error) = self.run(kill).await {
                tracing::debug!(pane = %place.pane, %error, "nothing to clear away");
            }
            return Err(error);
        }
        Ok(ProcessHandle {
            place,
            program: None,
        })
    }

    async fn window_in_named(
        &self,
        name: &str,
        key: Option<&str>,
        spec: &SpawnSpec,
        words: &[String],
    ) -> Result<Place, ProcessError> {
        // Twice, since the session can appear or vanish between the look and the command.
        for _ in 0..2 {
            let sessions = match self.layout().await {
                Ok((sessions, _)) => sessions,
                Err(MuxError::NoServer { .. }) => {
                    return self.new_server(name, key, spec, words).await;
                }
                Err(error) => return Err(error.into()),
            };
            let has_key = |session: &&MuxSession| key.is_some() && session.key.as_deref() == key;
            let named = sessions.iter().find(|session| session.name == name);
            let there = sessions.iter().find(has_key).or(named);
            if let (Some(key), Some(session)) = (key, there)
                && session.key.as_deref() != Some(key)
            {
                return Err(MuxError::SessionTaken {
                    name: name.to_owned(),
                    key: key.to_owned(),
                }
                .into());
            }
            let made = match there {
                Some(session) => self.window_in(session.id, spec, words).await,
                None => self.new_session(name, key, spec, words).await,
            };
            match made {
                Err(ProcessError::Mux(MuxError::NoSession { .. })) => {}
                // It ended meanwhile, or lives on without a session to attach to.
                Err(ProcessError::Mux(MuxError::NoServer { .. })) => {
                    return self.new_server(name, key, spec, words).await;
                }
                Err(ProcessError::Mux(MuxError::Command { message, .. }))
                    if message.starts_with("duplicate session") => {}
                other => return other,
            }
        }
        Err(MuxError::NoSession {
            target: name.to_owned(),
        }
        .into())
    }

    async fn window_in(
        &self,
        session: SessionId,
        spec: &SpawnSpec,
        words: &[String],
    ) -> Result<Place, ProcessError> {
        let command = Command::new("new-window")
            .flag("-d")
            .flag("-t")
            .id(format_args!("{session}:"));
        let command = with_program(command, spec, words)?;
        self.make(command, spec).await.map_err(|error| match error {
            ProcessError::Mux(MuxError::Command { message, .. })
                if message.starts_with("can't find") =>
            {
                MuxError::NoSession {
                    target: session.to_string(),
                }
                .into()
            }
            other => other,
        })
    }

    async fn new_session(
        &self,
        name: &str,
        key: Option<&str>,
        spec: &SpawnSpec,
        words: &[String],
    ) -> Result<Place, ProcessError> {
        // -E: the session's environment is the server's, not the daemon's.
        let mut command = Command::new("new-session")
            .flag("-d")
            .flag("-E")
            .flag("-s")
            .literal(name)?;
        if let Some((columns, rows)) = spec.launch.size {
            command = command.flag("-x").id(columns).flag("-y").id(rows);
        }
        let mut list = with_program(command, spec, words)?;
        if let Some(key) = key {
            // In the same list, so that no listing shows the session without its key.
            let set = Command::new("set-option")
                .flag("-t")
                .text(&format!("={name}:"))?
                .flag("@geppetto_key")
                .text(key)?;
            list = list.then(&set);
        }
        self.make(list, spec).await
    }

    /// Makes a pane. When the connection is lost meanwhile (the command channel goes down with the session that it is in),
    /// looks whether it was made, and if not does it again.
    async fn make(&self, command: Command, spec: &SpawnSpec) -> Result<Place, ProcessError> {
        let mut lost = 0;
        loop {
            match self.run_making(command.clone(), Some(spec.runner)).await {
                Ok(replies) => return place_of(&replies),
                Err(MuxError::Disconnected { .. }) if lost < SPAWN_RETRIES => lost += 1,
                Err(error) => return Err(error.into()),
            }
            if let Some(made) = self.find_made(spec).await? {
                return Ok(made);
            }
        }
    }

    /// The pane of this very run, known by its run parent's command line.
    async fn find_made(&self, spec: &SpawnSpec) -> Result<Option<Place>, ProcessError> {
        let (runner, run) = (spec.runner, spec.run);
        let is_it = format!("#{{m:*--runner {runner} --run {run} *,#{{pane_start_command}}}}");
        let look = Command::new("list-panes")
            .flag("-a")
            .flag("-f")
            .text(&is_it)?
            .flag("-F")
            .text(MADE)?;
        let found = self.run_making(look, Some(runner)).await?;
        Ok(first_row(&found).and_then(|row| read_place(&row)))
    }

    /// No server runs: a process of its own starts one, with this session as its first.
    async fn new_server(
        &self,
        name: &str,
        key: Option<&str>,
        spec: &SpawnSpec,
        words: &[String],
    ) -> Result<Place, ProcessError> {
        let exact = format!("={name}:");
        let runner = spec.runner.to_string();
        let safe_name = literal(name);
        let window = literal(spec.name.as_str());
        let directory = literal(&text_of(spec.launch.cwd.as_os_str(), spec)?);
        let mut line = vec!["new-session", "-d", "-P", "-F", MADE, "-s", &safe_name];
        line.extend(["-n", &window, "-c", &directory]);
        let size = spec
            .launch
            .size
            .map(|(columns, rows)| (columns.to_string(), rows.to_string()));
        if let Some((columns, rows)) = &size {
            line.extend(["-x", columns, "-y", rows]);
        }
        let variables = variables(spec);
        for variable in &variables {
            line.extend(["-e", variable]);
        }
        line.extend(words.iter().map(String::as_str));
        let mut arguments: Vec<OsString> = line.into_iter().map(unsplit).collect();
        let mut set = |words: &[&str]| {
            arguments.push(";".into());
            arguments.push("set-option".into());
            arguments.extend(words.iter().copied().map(unsplit));
        };
        set(&["-p", "-t", &exact, "@geppetto_runner", &runner]);
        if let Some(key) = key {
            set(&["-t", &exact, "@geppetto_key", key]);
        }
        let answer = one_shot::start(&self.options, &arguments).await?;
        read_place(&answer).ok_or_else(|| unclear("new-session", &answer).into())
    }

    /// Options of the new pane.
    async fn settle(&self, place: &Place, spec: &SpawnSpec) -> Result<(), ProcessError> {
        let of_pane = || {
            Command::new("set-option")
                .flag("-p")
                .flag("-t")
                .id(place.pane)
        };
        let keep = match self.options.keep_window {
            KeepWindow::Always => "on",
            KeepWindow::Failed => "failed",
            KeepWindow::Never => "off",
        };
        let options = of_pane()
            .flag("@geppetto_runner")
            .id(spec.runner)
            .then(&of_pane().flag("remain-on-exit").flag(keep))
            .then(
                &Command::new("set-option")
                    .flag("-w")
                    .flag("-t")
                    .id(place.window)
                    .flag("automatic-rename")
                    .flag("off"),
            );
        match self.run(options).await {
            Ok(_) => Ok(()),
            // The pane closed at once: its first process could not be started.
            Err(MuxError::Command { message, .. }) => Err(ProcessError::Spawn {
                program: spec.launch.command.first().cloned().unwrap_or_default(),
                reason: message,
            }),
            Err(error) => Err(error.into()),
        }
    }

    /// The command line of the pane's process: the run parent and, behind `--`, the program.
    fn words(&self, spec: &SpawnSpec) -> Result<Vec<String>, ProcessError> {
        let mut words = Vec::new();
        for word in &self.options.run_prefix {
            words.push(text_of(word, spec)?);
        }
        if !words.is_empty() {
            let (runner, run) = (spec.runner.to_string(), spec.run.to_string());
            words.extend(["--runner".to_owned(), runner]);
            words.extend(["--run".to_owned(), run, "--".to_owned()]);
        }
        words.extend(spec.launch.command.iter().cloned());
        if words.len() == 1 {
            // One single word would be given to a shell.
            words.insert(0, "/usr/bin/env".to_owned());
        }
        Ok(words)
    }
}

/// Adds what every new pane gets: how to report it, its names, directory, variables and command.
fn with_program(
    command: Command,
    spec: &SpawnSpec,
    words: &[String],
) -> Result<Command, ProcessError> {
    let mut command = command
        .flag("-P")
        .flag("-F")
        .text(MADE)?
        .flag("-n")
        .literal(spec.name.as_str())?
        .flag("-c")
        .literal(&text_of(spec.launch.cwd.as_os_str(), spec)?)?;
    for variable in variables(spec) {
        command = command.flag("-e").text(&variable)?;
    }
    for word in words {
        command = command.text(word)?;
    }
    Ok(command)
}

fn variables(spec: &SpawnSpec) -> Vec<String> {
    let all = spec.launch.env.iter();
    all.map(|(name, value)| format!("{name}={value}")).collect()
}

/// On a process's command line, unlike on a control client's, a word that ends in `;` would end the command.
fn unsplit(word: &str) -> OsString {
    match word.strip_suffix(';') {
        Some(rest) => format!("{rest}\\;").into(),
        None => word.into(),
    }
}

/// tmux silently starts the program in the home directory when the one that was asked for is missing.
fn check_directory(spec: &SpawnSpec) -> Result<(), ProcessError> {
    let directory = &spec.launch.cwd;
    let reason = match std::fs::metadata(directory) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => format!("{} is not a directory", directory.display()),
        Err(error) => format!("its directory {}: {error}", directory.display()),
    };
    Err(refused(spec, reason))
}

fn text_of(word: &OsStr, spec: &SpawnSpec) -> Result<String, ProcessError> {
    word.to_str().map(str::to_owned).ok_or_else(|| {
        let shown = word.to_string_lossy();
        refused(spec, format!("{shown} is not valid UTF-8"))
    })
}

fn refused(spec: &SpawnSpec, reason: String) -> ProcessError {
    ProcessError::Spawn {
        program: spec.launch.command.first().cloned().unwrap_or_default(),
        reason,
    }
}

fn place_of(replies: &Replies) -> Result<Place, ProcessError> {
    let row = first_row(replies).unwrap_or_default();
    read_place(&row).ok_or_else(|| unclear("new-window", &row).into())
}

fn unclear(command: &str, answer: &str) -> MuxError {
    MuxError::Command {
        command: command.to_owned(),
        message: format!("it answered {answer:?}"),
    }
}
