//! Does what the dashboard's form of a new runner wishes.

use std::path::Path;

use super::changes::trouble;
use super::client::PATIENCE;
use super::cmd::new;
use super::context::runner_of;
use super::failure::Failure;
use super::start::{self, Start};
use crate::config::Paths;
use crate::domain::text::printable;
use crate::tui::form::{Draft, News, Refusal, Wish};
use crate::wire::{CreateRunner, Request, RunnerView};

/// Most names of a directory that are looked at: nobody chooses from more.
const MOST: usize = 20_000;

/// Does it. `base` is what every runner from here gets, `program` how geppetto is called for the same server.
pub(crate) fn fulfil(paths: &Paths, program: &str, base: &CreateRunner, wish: Wish) -> News {
    match wish {
        Wish::Start(draft) => {
            let started = start(paths, base, *draft).map(Box::new);
            News::Started(started.map_err(|failure| Refusal {
                field: failure.field().map(str::to_owned),
                trouble: trouble(failure, program),
            }))
        }
        Wish::Read { typed, directory } => News::Names {
            typed,
            names: names(&directory),
        },
    }
}

fn start(paths: &Paths, base: &CreateRunner, draft: Draft) -> Result<RunnerView, Failure> {
    let request = Request::CreateRunner(request(base, draft)?);
    runner_of(start::connect(paths, Start::Always)?.ask(request, Some(PATIENCE))?)
}

fn request(base: &CreateRunner, draft: Draft) -> Result<CreateRunner, Failure> {
    let mut env = base.env.clone();
    env.extend(draft.environment);
    Ok(CreateRunner {
        kind: draft.kind,
        name: draft.name,
        command: draft.command,
        cwd: Some(new::directory(Path::new(&draft.directory))?),
        env,
        // A key has its own session.
        session: base.session.clone().filter(|_| draft.key.is_none()),
        key: draft.key,
        ..base.clone()
    })
}

/// The names of the directories in a directory, as far as they can be typed.
fn names(directory: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .take(MOST)
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name().into_string().ok()?;
            // Links to directories count.
            let is_directory = entry.path().is_dir();
            (is_directory && printable(&name) == name).then_some(name)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_that_can_be_typed_are_named() {
        let home = tempfile::tempdir().unwrap();
        for name in ["shop", ".hidden", "evil\u{1b}[m", "with blank"] {
            std::fs::create_dir(home.path().join(name)).unwrap();
        }
        std::fs::write(home.path().join("file"), "").unwrap();
        std::os::unix::fs::symlink("shop", home.path().join("link")).unwrap();
        let mut found = names(home.path().to_str().unwrap());
        found.sort();
        assert_eq!(found, [".hidden", "link", "shop", "with blank"]);
        assert_eq!(names("/nowhere/at/all"), Vec::<String>::new());
    }

    #[test]
    fn a_draft_gets_what_every_runner_gets() {
        let base = CreateRunner {
            env: [("PATH", "/bin"), ("A", "1")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            session: Some("$1".to_owned()),
            columns: Some(80),
            ..CreateRunner::default()
        };
        let draft = |key: Option<&str>| Draft {
            directory: "/src/./x/".to_owned(),
            key: key.map(str::to_owned),
            environment: vec![("A".to_owned(), "2".to_owned())],
            ..Draft::default()
        };
        let made = request(&base, draft(None)).unwrap();
        assert_eq!(made.cwd.as_deref(), Some("/src/x"));
        assert_eq!(
            (made.env["PATH"].as_str(), made.env["A"].as_str()),
            ("/bin", "2")
        );
        assert_eq!(
            (made.session.as_deref(), made.columns),
            (Some("$1"), Some(80))
        );
        let keyed = request(&base, draft(Some("shop/review"))).unwrap();
        assert_eq!(
            (keyed.session, keyed.key.as_deref()),
            (None, Some("shop/review"))
        );
    }
}
