//! Directories and files: who may enter them, whether they can be written, what they take and what is left.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{Access, access, statvfs};

use super::check::{Check, note, ok, problem, sentence};
use super::scene::Scene;
use crate::cli::render::size;
use crate::config::{Settings, check_private_dir};

/// With less than this, recording is about to stand still.
const LEAST_SPACE: u64 = 100_000_000;

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let settings = Settings::load(scene.environment, &scene.paths.config_file);
    let mut checks = vec![socket_dir(scene), state_dir(scene)];
    checks.extend(space(scene, settings.as_ref().ok()));
    checks.push(match &settings {
        Ok(_) => config_file(scene),
        Err(error) => problem("files.config", sentence(error), error.hint()),
    });
    checks.extend(settings.ok().as_ref().and_then(key));
    checks
}

fn socket_dir(scene: &Scene<'_>) -> Check {
    const ID: &str = "files.socket";
    let socket = &scene.paths.socket;
    let dir = socket.parent().unwrap_or(socket);
    match check_private_dir(dir) {
        Ok(true) => ok(ID, format!("{} is private.", dir.display())),
        Ok(false) => ok(ID, format!("{} will be made.", dir.display())),
        Err(error) => problem(ID, sentence(&error), error.hint()),
    }
}

/// The directory, or what is there of the way to it.
fn nearest(dir: &Path) -> &Path {
    dir.ancestors().find(|dir| dir.exists()).unwrap_or(dir)
}

fn state_dir(scene: &Scene<'_>) -> Check {
    const ID: &str = "files.state";
    let dir = &scene.paths.state_dir;
    if let Err(error) = check_private_dir(dir) {
        return problem(ID, sentence(&error), error.hint());
    }
    let nearest = nearest(dir);
    match access(nearest, Access::WRITE_OK | Access::EXEC_OK) {
        Ok(()) => ok(ID, format!("{} can be written.", dir.display())),
        Err(error) => problem(
            ID,
            format!("{} cannot be written: {error}.", nearest.display()),
            "See who owns it, or set XDG_STATE_HOME to a directory of your own.",
        ),
    }
}

/// What is left on the disk, and what all that was recorded takes.
fn space(scene: &Scene<'_>, settings: Option<&Settings>) -> Option<Check> {
    const ID: &str = "files.space";
    let dir = &scene.paths.state_dir;
    let disk = statvfs(nearest(dir)).ok()?;
    let left = disk.f_bavail.saturating_mul(disk.f_frsize);
    let taken = taken(dir);
    let told = format!(
        "{} are left on the disk; what is kept takes {}.",
        size(left),
        size(taken)
    );
    let may_take = settings.map_or(0, |settings| settings.transcripts_total);
    Some(if left < LEAST_SPACE {
        problem(
            ID,
            told,
            "Make room: recording stands still when the disk is full. `geppetto prune` removes what is old.",
        )
    } else if left < may_take.saturating_sub(taken) {
        note(
            ID,
            told,
            format!(
                "Transcripts may take {}: set transcripts_total_megabytes lower, or make room.",
                size(may_take)
            ),
        )
    } else {
        ok(ID, told)
    })
}

/// Bytes of all files of a directory. What cannot be read counts for nothing.
fn taken(dir: &Path) -> u64 {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?)))
        .map(|(path, found)| {
            if found.is_dir() {
                taken(&path)
            } else {
                found.len()
            }
        })
        .sum()
}

fn config_file(scene: &Scene<'_>) -> Check {
    let file = &scene.paths.config_file;
    let state = if file.exists() {
        "is valid."
    } else {
        "is not there: all defaults."
    };
    ok("files.config", format!("{} {state}", file.display()))
}

/// The key of encrypted transcripts. Only whether there is one that nobody else can read: the daemon alone opens it.
fn key(settings: &Settings) -> Option<Check> {
    const ID: &str = "files.key";
    if settings.keyring {
        return Some(if cfg!(feature = "keyring") {
            ok(ID, "Transcripts are encrypted with a key of the keyring.")
        } else {
            problem(
                ID,
                "encryption_keyring is set, and this program was built without keyrings.",
                "Build it with `cargo build --release --locked --features keyring`.",
            )
        });
    }
    let file = settings.key_file.as_deref()?;
    let place = file.display();
    Some(match std::fs::metadata(file) {
        Err(error) => problem(
            ID,
            format!("The key file {place} cannot be read: {error}."),
            "Bring it back: without it nothing that was recorded with it can be read.",
        ),
        Ok(found) if found.mode() & 0o077 != 0 => problem(
            ID,
            format!("The key file {place} is open to other users."),
            format!("Run `chmod 600 {place}`."),
        ),
        Ok(_) => ok(
            ID,
            format!("Transcripts are encrypted with the key in {place}."),
        ),
    })
}
