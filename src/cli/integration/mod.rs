//! Integrations: what puts the hooks of `geppetto hook` into the settings of an agent, looks whether they are there, and takes them
//! out again. One row an agent; the settings of others are kept letter by letter.

mod aider;
mod error;
mod hooks_json;
mod settings_file;

use std::path::{Path, PathBuf};

pub(crate) use self::error::IntegrationError;
use self::error::Misfit;
use self::hooks_json::Form;
use self::settings_file::SettingsFile;
use crate::cli::programs::{find_program, is_same_file};
use crate::config::{Environment, Paths};
use crate::domain::kind::{KINDS, Kind};

/// How an agent's settings are written.
#[derive(Debug, Clone, Copy)]
enum Format {
    Json(Form),
    AiderYaml,
}

/// One agent whose settings can be changed.
#[derive(Debug)]
struct Row {
    kind: &'static str,
    /// Variable that moves the directory of the settings.
    variable: Option<&'static str>,
    /// The directory below the home directory, or below what the variable says when it moves the home.
    directory: &'static str,
    moves_home: bool,
    file: &'static str,
    format: Format,
    /// What is left to do for the user.
    then: &'static str,
}

const ROWS: [Row; 5] = [
    Row {
        kind: "claude-code",
        variable: Some("CLAUDE_CONFIG_DIR"),
        directory: ".claude",
        moves_home: false,
        file: "settings.json",
        format: Format::Json(Form::Grouped {
            extra: &[("timeout", 5)],
            name: None,
        }),
        then: "Sessions that run already may have to be started anew.",
    },
    Row {
        kind: "codex",
        variable: Some("CODEX_HOME"),
        directory: ".codex",
        moves_home: false,
        file: "hooks.json",
        format: Format::Json(Form::Grouped {
            extra: &[],
            name: None,
        }),
        then: "Codex runs no hook before you have trusted it: type /hooks there.",
    },
    Row {
        kind: "gemini",
        variable: Some("GEMINI_CLI_HOME"),
        directory: ".gemini",
        moves_home: true,
        file: "settings.json",
        format: Format::Json(Form::Grouped {
            extra: &[("timeout", 5000)],
            name: Some("geppetto"),
        }),
        then: "Sessions that run already have to be started anew.",
    },
    Row {
        kind: "cursor",
        variable: None,
        directory: ".cursor",
        moves_home: false,
        file: "hooks.json",
        format: Format::Json(Form::Flat),
        then: "Written by Cursor's documentation and not tried with Cursor itself.",
    },
    Row {
        kind: "aider",
        variable: None,
        directory: "",
        moves_home: false,
        file: ".aider.conf.yml",
        format: Format::AiderYaml,
        then: "Aider says only that it wants input, not what for.",
    },
];

/// How it stands with an integration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// The hooks are not in the settings.
    Absent,
    /// They are.
    Present,
    /// They are, but not as they should be now: of another program, or not all.
    Outdated(String),
}

/// One agent whose settings can be changed, on this machine.
#[derive(Debug)]
pub(crate) struct Integration {
    row: &'static Row,
    pub(crate) kind: &'static Kind,
    /// The settings.
    pub(crate) file: PathBuf,
    /// The program that the hooks call.
    program: String,
}

impl Integration {
    /// All there are.
    ///
    /// # Errors
    /// `ProgramPath`.
    pub(crate) fn all(
        environment: &Environment,
        paths: &Paths,
    ) -> Result<Vec<Self>, IntegrationError> {
        let program = program(environment, paths)?;
        let of_row = |row: &'static Row| {
            Some(Self {
                row,
                kind: Kind::named(row.kind)?,
                file: place(row, environment, &paths.home),
                program: program.clone(),
            })
        };
        Ok(ROWS.iter().filter_map(of_row).collect())
    }

    /// What is left to do for the user when it was put in.
    pub(crate) const fn then(&self) -> &'static str {
        self.row.then
    }

    /// Looks; changes nothing.
    ///
    /// # Errors
    /// [`IntegrationError`] when the settings cannot be understood.
    pub(crate) fn state(&self) -> Result<State, IntegrationError> {
        let text = SettingsFile::read(&self.file)?.text.unwrap_or_default();
        self.state_of(&text)
    }

    /// Puts the hooks in, or as they should be. True when that changed something.
    ///
    /// # Errors
    /// [`IntegrationError`]; then nothing was changed.
    pub(crate) fn put(&self) -> Result<bool, IntegrationError> {
        let file = SettingsFile::read(&self.file)?;
        let before = file.text.clone().unwrap_or_default();
        let state = self.state_of(&before)?;
        if state == State::Present {
            return Ok(false);
        }
        let clean = self.without(&before)?;
        let after = self.with(&clean)?;
        // What was there before the first time is what is to come back.
        if state == State::Absent {
            file.keep()?;
        }
        file.write(&after)?;
        Ok(true)
    }

    /// Takes the hooks out. True when there were any.
    ///
    /// # Errors
    /// [`IntegrationError`]; then nothing was changed.
    pub(crate) fn remove(&self) -> Result<bool, IntegrationError> {
        let file = SettingsFile::read(&self.file)?;
        let now = file.text.clone().unwrap_or_default();
        if self.found(&now)?.is_empty() {
            return Ok(false);
        }
        // Nothing else has changed since: letter by letter what was there.
        match file.kept()? {
            Some(kept) if self.leads_to(&kept, &now) => {
                file.write(&kept)?;
                file.forget_kept()?;
            }
            None if self.leads_to("", &now) => file.remove()?,
            _ => file.write(&self.without(&now)?)?,
        }
        Ok(true)
    }

    /// True when `before` with the hooks in it is `now`, whatever program they call.
    fn leads_to(&self, before: &str, now: &str) -> bool {
        let found = self.found(now).unwrap_or_default();
        let programs = found
            .iter()
            .filter_map(|(_, command)| self.kind.hook_program(command));
        programs
            .chain([self.program.clone()])
            .any(|program| self.with_program(before, &program).as_deref() == Ok(now))
    }

    fn state_of(&self, text: &str) -> Result<State, IntegrationError> {
        let found = self.found(text)?;
        if found.is_empty() {
            return Ok(State::Absent);
        }
        let mut missing = Vec::new();
        for event in self.kind.hook_events {
            let of_event = || found.iter().filter(|(of, _)| of == event);
            let wanted = self.kind.hook_command(&self.program, event);
            if of_event().any(|(_, command)| *command == wanted) {
                continue;
            }
            if let Some((_, other)) = of_event().next() {
                return Ok(State::Outdated(format!("{event} calls `{other}`")));
            }
            missing.push(*event);
        }
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Ok(State::Outdated(format!("there is nothing for {missing}")));
        }
        Ok(State::Present)
    }

    /// The hooks of ours in the settings: event and command.
    fn found(&self, text: &str) -> Result<Vec<(String, String)>, IntegrationError> {
        let found = match self.row.format {
            Format::Json(form) => hooks_json::found(text, form, self.kind),
            Format::AiderYaml => Ok(aider::found(text, self.kind)),
        };
        found.map_err(|misfit| self.misfit(misfit))
    }

    fn with(&self, text: &str) -> Result<String, IntegrationError> {
        self.with_program(text, &self.program)
            .map_err(|misfit| self.misfit(misfit))
    }

    fn with_program(&self, text: &str, program: &str) -> Result<String, Misfit> {
        match self.row.format {
            Format::Json(form) => hooks_json::with(text, form, self.kind, program),
            Format::AiderYaml => aider::with(text, self.kind, program),
        }
    }

    fn without(&self, text: &str) -> Result<String, IntegrationError> {
        match self.row.format {
            Format::Json(form) => {
                hooks_json::without(text, form, self.kind).map_err(|misfit| self.misfit(misfit))
            }
            Format::AiderYaml => Ok(aider::without(text, self.kind)),
        }
    }

    fn misfit(&self, misfit: Misfit) -> IntegrationError {
        IntegrationError::Misfit {
            file: self.file.clone(),
            misfit,
        }
    }
}

/// Kinds that have no integration, each with the reason why.
pub(crate) fn without_integration() -> Vec<(&'static Kind, &'static str)> {
    let reason = |kind: &Kind| match kind.name {
        "opencode" => {
            "OpenCode has no hooks but plugins, and with any plugin it asks a package registry at each start: without a network it \
             never becomes ready. It is watched without."
        }
        _ => "There is nothing to integrate with.",
    };
    let has_row = |kind: &Kind| ROWS.iter().any(|row| row.kind == kind.name);
    KINDS
        .iter()
        .filter(|kind| !has_row(kind) && !kind.executables.is_empty())
        .map(|kind| (kind, reason(kind)))
        .collect()
}

fn place(row: &Row, environment: &Environment, home: &Path) -> PathBuf {
    let moved = row.variable.and_then(|name| environment.absolute(name));
    match moved {
        Some(base) if row.moves_home => base.join(row.directory).join(row.file),
        Some(directory) => directory.join(row.file),
        None => home.join(row.directory).join(row.file),
    }
}

/// The path that hooks call. What `PATH` leads to stays the same when the program is renewed; where it is now may not.
fn program(environment: &Environment, paths: &Paths) -> Result<String, IntegrationError> {
    let search = environment.value("PATH").unwrap_or_default();
    let program = find_program(&search, "geppetto")
        .filter(|found| is_same_file(found, &paths.program))
        .unwrap_or_else(|| paths.program.clone());
    program
        .into_os_string()
        .into_string()
        .map_err(|path| IntegrationError::ProgramPath(path.into()))
}
