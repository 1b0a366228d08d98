//! `new`: start a new runner.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::entry::RunnerNow;
use super::start::{Next, Remade};
use super::{App, AppError};
use crate::domain::ids::RunnerId;
use crate::domain::key::SessionKey;
use crate::domain::kind::Kind;
use crate::domain::name::RunnerName;
use crate::domain::runner::{Launch, Origin, Runner, Wishes};
use crate::domain::settings::Settings;
use crate::ports::process::{SpawnSpec, SpawnTarget};

/// Session that is made for runners without a wish where to go.
const DEFAULT_SESSION: &str = "geppetto";

/// What the user asked for, as written.
#[derive(Debug, Clone, Default)]
pub struct NewRunner {
    /// Name of a kind.
    pub kind: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Program and arguments.
    pub command: Vec<String>,
    /// Working directory.
    pub cwd: Option<PathBuf>,
    /// Variables.
    pub env: BTreeMap<String, String>,
    /// Time limit.
    pub max_duration: Option<Duration>,
    /// Silence that makes it idle.
    pub idle_after: Option<Duration>,
    /// Directory for the plain text log.
    pub output_dir: Option<PathBuf>,
    /// Session key.
    pub key: Option<String>,
    /// Session by id or exact name.
    pub session: Option<String>,
    /// Columns and rows of a new session.
    pub size: Option<(u16, u16)>,
}

/// The same, checked.
struct Checked {
    kind: &'static Kind,
    launch: Launch,
    wishes: Wishes,
    key: Option<SessionKey>,
}

impl App {
    /// Starts a runner; answers when its program runs.
    ///
    /// # Errors
    /// Everything that can be wrong with the request (`UnknownKind`, `CommandNotFound`, `NoDirectory`,
    /// `DuplicateName`, …), `RunnerLimit`, and what tmux and the program meet. Nothing is half-created.
    pub async fn create(&self, request: NewRunner, home: &Path) -> Result<RunnerNow, AppError> {
        let settings = self.settings();
        let limit = settings.runner_limit;
        let checked = self.check(&request, home, &settings)?;
        if let Some(key) = checked.key.clone()
            && let Some(again) = self.run_for_key(key, &request, &checked, limit).await?
        {
            return Ok(again);
        }
        let target = self.target(&request, checked.key.as_ref()).await?;
        let Checked {
            kind,
            launch,
            wishes,
            key,
        } = checked;
        let id = RunnerId::new(Uuid::now_v7());
        let wish = default_name(kind, &launch);
        let (asked, origin, limits) = (
            request.name,
            Origin::Started(launch.clone()),
            wishes.clone(),
        );
        let name = self
            .monitor
            .turn(move |world| {
                world.check_limit(limit)?;
                world.check_key(key.as_ref())?;
                let name = match asked {
                    Some(text) => world.claim_name(&text)?,
                    None => world.free_name(&wish),
                };
                let now = world.clock.now();
                let mut runner = Runner::new(id, name.clone(), kind, origin, limits, now);
                runner.key = key;
                world.insert(runner);
                Ok::<_, AppError>(name)
            })
            .await??;
        let spec = SpawnSpec {
            runner: id,
            run: 1,
            name,
            launch,
            target,
        };
        if let Err(error) = self.launch(&spec, &wishes).await {
            self.monitor
                .turn(move |world| drop(world.remove(id)))
                .await?;
            return Err(error);
        }
        self.arm(id, wishes.max_duration).await?;
        self.write_log_file(id, &wishes, usize::MAX).await?;
        self.saved().await?;
        self.show(id.to_string()).await
    }

    /// A key has one runner: when that has ended, its next run is what was asked for.
    async fn run_for_key(
        &self,
        key: SessionKey,
        request: &NewRunner,
        checked: &Checked,
        limit: usize,
    ) -> Result<Option<RunnerNow>, AppError> {
        let (kind, wishes) = (checked.kind, checked.wishes.clone());
        let (launch, asked) = (checked.launch.clone(), request.name.clone());
        let begun = self
            .monitor
            .turn(move |world| {
                let Some(id) = world.started_for(&key) else {
                    return Ok(None);
                };
                world.check_live_key(&key)?;
                let known = &world.entry(id)?.runner.name;
                let name = match asked.filter(|name| *name != known.as_str()) {
                    Some(text) => Some(world.claim_name(&text)?),
                    None => None,
                };
                let remade = Remade {
                    kind,
                    launch,
                    wishes,
                    name,
                };
                // In the same turn: whoever asks at the same time must not find it ended still.
                world
                    .begin_again(id, Next::Another(remade), limit)
                    .map(Some)
            })
            .await??;
        let Some(begun) = begun else { return Ok(None) };
        self.run_again(begun).await.map(Some)
    }

    fn check(
        &self,
        request: &NewRunner,
        home: &Path,
        settings: &Settings,
    ) -> Result<Checked, AppError> {
        let kind = match (&request.kind, request.command.first()) {
            (Some(name), _) => {
                Kind::named(name).ok_or_else(|| AppError::UnknownKind { kind: name.clone() })?
            }
            (None, Some(program)) => Kind::of_command(program),
            (None, None) => Kind::custom(),
        };
        let key = request
            .key
            .as_deref()
            .map(|text| SessionKey::parse(text, &settings.key_prefix))
            .transpose()?;
        if key.is_some() && request.session.is_some() {
            return Err(invalid(
                "key",
                "A session key and a session cannot be given together.",
            ));
        }
        let cwd = self.check_directory(request.cwd.as_deref().unwrap_or(home))?;
        let command = self.check_command(request, kind, &cwd)?;
        if let Some(name) = request
            .env
            .keys()
            .find(|name| name.is_empty() || name.contains(['=', '\0']))
        {
            return Err(invalid(
                "env",
                &format!("{name:?} cannot be the name of a variable."),
            ));
        }
        if let Some(path) = &request.output_dir {
            self.check_output_dir(path)?;
        }
        let wishes = Wishes {
            idle_after: request
                .idle_after
                .unwrap_or_else(|| settings.idle_after(kind.name)),
            max_duration: request.max_duration,
            output_dir: request.output_dir.clone(),
            kind: request.kind.as_ref().map(|_given| kind),
        };
        let launch = Launch {
            command,
            cwd,
            env: request.env.clone(),
            size: request.size,
        };
        Ok(Checked {
            kind,
            launch,
            wishes,
            key,
        })
    }

    fn check_directory(&self, path: &Path) -> Result<PathBuf, AppError> {
        if !path.is_absolute() {
            let reason = format!(
                "The working directory {} is not an absolute path.",
                path.display()
            );
            return Err(invalid("cwd", &reason));
        }
        if !self.ports.files.is_directory(path) {
            return Err(AppError::NoDirectory {
                path: path.to_owned(),
            });
        }
        Ok(path.to_owned())
    }

    fn check_command(
        &self,
        request: &NewRunner,
        kind: &Kind,
        cwd: &Path,
    ) -> Result<Vec<String>, AppError> {
        let command: Vec<String> = if request.command.is_empty() {
            kind.start_command
                .iter()
                .map(|&word| word.to_owned())
                .collect()
        } else {
            request.command.clone()
        };
        let Some(program) = command.first() else {
            return Err(invalid(
                "command",
                "A runner of kind custom needs a command.",
            ));
        };
        if command.iter().any(|word| word.contains('\0')) {
            return Err(invalid(
                "command",
                "A command cannot contain NUL characters.",
            ));
        }
        let search = request.env.get("PATH").map(String::as_str);
        match self.ports.files.find_program(program, cwd, search) {
            Some(_found) => Ok(command),
            None => Err(AppError::CommandNotFound {
                program: program.clone(),
            }),
        }
    }

    fn check_output_dir(&self, path: &Path) -> Result<(), AppError> {
        if !path.is_absolute() {
            let reason = format!(
                "The output directory {} is not an absolute path.",
                path.display()
            );
            return Err(invalid("outputDir", &reason));
        }
        self.ports
            .files
            .make_directory(path)
            .map_err(|source| AppError::OutputDirectory {
                path: path.to_owned(),
                source: Arc::new(source),
            })
    }

    /// Where the window goes.
    async fn target(
        &self,
        request: &NewRunner,
        key: Option<&SessionKey>,
    ) -> Result<SpawnTarget, AppError> {
        if let Some(text) = request.session.clone() {
            let (sessions, _) = self.ports.mux.layout().await?;
            let session = super::sessions::find(&sessions, &text)?;
            return Ok(SpawnTarget::Session(session.id));
        }
        Ok(SpawnTarget::Named {
            name: key.map_or_else(|| DEFAULT_SESSION.to_owned(), SessionKey::session_name),
            key: key.map(ToString::to_string),
        })
    }
}

fn invalid(field: &'static str, reason: &str) -> AppError {
    AppError::Invalid {
        field,
        reason: reason.to_owned(),
    }
}

/// The kind's name, or for custom runners that of the program.
fn default_name(kind: &Kind, launch: &Launch) -> RunnerName {
    let program = launch
        .command
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    let base = program.rsplit('/').next().unwrap_or(program);
    RunnerName::from_any(if kind == Kind::custom() {
        base
    } else {
        kind.name
    })
}
