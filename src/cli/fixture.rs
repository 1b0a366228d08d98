//! A runner's screen and what is known of its status as a fixture: asked for, made fit to be given to others, and kept.

mod kept;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::client::{Client, PATIENCE};
use super::context::missing;
use super::failure::{Failure, Kind};
use super::render;
use crate::config::{Environment, Paths, Settings, prepare_private_dir};
use crate::domain::personal::Personal;
use crate::domain::redact::{Counts, Redactor};
use crate::domain::screen_fixture::{Expected, ScreenFixture};
use crate::domain::text::{printable, tmux_safe};
use crate::tui::light::Shot;
use crate::wire::{ExplanationView, GetScreen, Request, RunnerRef, RunnerView, ScreenView};

/// Most files of one kind and second.
const MOST: usize = 100;

/// Asks for all that a fixture is made of, as it is now.
///
/// # Errors
/// The daemon's refusal, or why there is no answer.
pub(crate) fn take(client: &mut Client<'_>, runner: RunnerView) -> Result<Shot, Failure> {
    let screen = screen_of(client, &runner)?;
    let explanation = explanation(client, &runner);
    Ok(Shot {
        runner,
        screen,
        explanation,
    })
}

fn screen_of(client: &mut Client<'_>, runner: &RunnerView) -> Result<ScreenView, Failure> {
    let asked = Request::GetScreen(GetScreen {
        runner: runner.id.clone(),
        at: None,
        at_ms: None,
    });
    let answer = client.ask(asked, Some(PATIENCE))?;
    answer
        .screen
        .map(|screen| *screen)
        .ok_or_else(|| missing("screen"))
}

/// Why it has its status; `None` when the daemon does not tell, which is no reason to keep the screen back.
fn explanation(client: &mut Client<'_>, runner: &RunnerView) -> Option<ExplanationView> {
    let asked = Request::ExplainRunner(RunnerRef {
        runner: runner.id.clone(),
    });
    let answer = client.ask(asked, Some(PATIENCE)).ok()?;
    answer.explanation.map(|explanation| *explanation)
}

/// The fixture, without what others should not see.
pub(crate) fn of(
    shot: &Shot,
    expect: Option<Expected>,
    note: Option<&str>,
    cleaner: &Cleaner,
) -> ScreenFixture {
    let known = shot.explanation.as_ref();
    let said = |text: Option<&String>| text.map_or_else(String::new, |text| cleaner.clean(text));
    ScreenFixture {
        kind: shot.runner.kind.clone(),
        version: said(known.and_then(|known| known.agent_version.as_ref())),
        size: (shot.screen.cols, shot.screen.rows),
        title: said(known.and_then(|known| known.title.as_ref())),
        cursor: shot.screen.cursor,
        expect,
        remarks: remarks(shot, note)
            .iter()
            .map(|remark| cleaner.clean(remark))
            .collect(),
        rows: shot
            .screen
            .text
            .iter()
            .map(|row| cleaner.clean(row))
            .collect(),
    }
}

/// What was known besides the screen, for people.
fn remarks(shot: &Shot, note: Option<&str>) -> Vec<String> {
    let runner = &shot.runner;
    let shown = format!("shown as {}: {}", runner.status, runner.reason);
    let note = note.map(|note| format!("note: {note}"));
    let evidence = shot.explanation.iter().flat_map(|known| &known.evidence);
    let evidence = evidence.map(|piece| {
        format!(
            "{} says {} ({}), {} %: {}",
            piece.source, piece.status, piece.cause, piece.certainty, piece.detail
        )
    });
    [Some(shown), note]
        .into_iter()
        .flatten()
        .chain(evidence)
        .collect()
}

/// Takes out what others should not see.
pub(crate) struct Cleaner {
    secrets: Redactor,
    personal: Personal,
}

impl Cleaner {
    /// Knows what the config file calls secret, and whose machine this is.
    ///
    /// # Errors
    /// A [`Failure`] when the config file is wrong.
    pub(crate) fn new(environment: &Environment, paths: &Paths) -> Result<Self, Failure> {
        let settings = Settings::load(environment, &paths.config_file).map_err(|error| {
            let hint = error.hint();
            Failure::from_error(Kind::Refused, error).hint(hint)
        })?;
        let secrets = Redactor::new(&settings.secrets).map_err(|error| {
            Failure::from_error(Kind::Refused, error).hint("Correct `secrets` in the config file.")
        })?;
        Ok(Self {
            secrets,
            personal: personal(environment),
        })
    }

    /// One line of it.
    fn clean(&self, text: &str) -> String {
        let starred = self.secrets.text(&printable(text), &mut Counts::new());
        self.personal.without(&starred)
    }
}

fn personal(environment: &Environment) -> Personal {
    let text = |value: std::ffi::OsString| value.into_string().ok();
    let home = environment.home().and_then(|home| text(home.into()));
    let user = ["USER", "LOGNAME"]
        .iter()
        .find_map(|name| environment.value(name).and_then(text));
    Personal::new(
        home.as_deref(),
        user.as_deref(),
        environment.host().as_deref(),
    )
}

/// Writes it into a new file of the directory of fixtures, which only the user can read; no file is ever replaced. Of those that it
/// wrote before, the oldest go when there are many.
///
/// # Errors
/// A [`Failure`] that names the directory or the file.
pub(crate) fn keep(
    paths: &Paths,
    fixture: &ScreenFixture,
    now_ms: u64,
) -> Result<PathBuf, Failure> {
    let dir = paths.fixtures_dir();
    prepare_private_dir(&dir).map_err(|error| {
        let hint = format!(
            "Make {} a directory of your own with mode 0700.",
            dir.display()
        );
        Failure::from_error(Kind::Refused, error).hint(hint)
    })?;
    // What a config file calls a kind is no path.
    let name = format!("{}-{}", tmux_safe(&fixture.kind), render::stamp(now_ms));
    let file = |number: usize| match number {
        1 => dir.join(format!("{name}.txt")),
        more => dir.join(format!("{name}-{more}.txt")),
    };
    for path in (1..=MOST).map(file) {
        match write_new(&path, fixture) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unwritable(&path, &error)),
            Ok(()) => {
                // It is kept, whatever becomes of the oldest: the next one tries again.
                let _next_time = kept::remove_surplus(&dir, &path);
                return Ok(path);
            }
        }
    }
    Err(Failure::new(
        Kind::Refused,
        format!("{} has {MOST} fixtures of this second.", dir.display()),
    )
    .hint("Wait a moment."))
}

fn write_new(path: &Path, fixture: &ScreenFixture) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(fixture.to_string().as_bytes())
        .and_then(|()| file.sync_all())
        .inspect_err(|_half| {
            // Half a fixture is none; that it stays would be no better news than what is told.
            let _gone = fs::remove_file(path);
        })
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Kind::Refused,
        format!("The file {} cannot be written: {error}.", path.display()),
    )
    .hint("See whether the disk is full.")
}

#[cfg(test)]
mod tests;
