//! The rules of screens: those that come with the program, and on top of them what the user wrote in the directory `rules` beside
//! the config file, one file for each kind. A file that is wrong changes nothing of its kind and is told of.

#[cfg(test)]
mod screens;
mod written;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::written::Written;
use super::{ConfigError, KINDS};
use crate::domain::screen_rule::{RuleSet, Rules};

/// What comes with the program, for each kind that has any.
const SHIPPED: [(&str, &str); 6] = [
    ("claude-code", include_str!("rules/claude-code.toml")),
    ("codex", include_str!("rules/codex.toml")),
    ("gemini", include_str!("rules/gemini.toml")),
    ("opencode", include_str!("rules/opencode.toml")),
    ("aider", include_str!("rules/aider.toml")),
    ("cursor", include_str!("rules/cursor.toml")),
];

impl Rules {
    /// Where the user's own rules are.
    pub fn dir(config_file: &Path) -> PathBuf {
        config_file.with_file_name("rules")
    }

    /// The file for a kind in that directory.
    pub fn file(dir: &Path, kind: &str) -> PathBuf {
        dir.join(kind).with_extension("toml")
    }

    /// The rules that come with the program.
    ///
    /// # Errors
    /// [`ConfigError`] when one of them is wrong, which the tests rule out.
    pub fn shipped() -> Result<Self, ConfigError> {
        let (rules, wrong) = of_all(|_| Ok(Written::default()));
        wrong.into_iter().next().map_or(Ok(rules), Err)
    }

    /// The rules that come with the program together with those in `dir`, and what is wrong with the files there; a directory
    /// or a file that is not there says nothing.
    pub fn load(dir: &Path) -> (Self, Vec<ConfigError>) {
        of_all(|kind| read(&Self::file(dir, kind)))
    }
}

/// The rules of every kind; `own` gives what the user wrote for one.
fn of_all(own: impl Fn(&str) -> Result<Written, ConfigError>) -> (Rules, Vec<ConfigError>) {
    let (mut of_kinds, mut wrong) = (BTreeMap::new(), Vec::new());
    for kind in &KINDS {
        let mut keep = |result: Result<Written, ConfigError>| {
            result.unwrap_or_else(|error| {
                wrong.push(error);
                Written::default()
            })
        };
        let shipped = keep(shipped(kind.name));
        let own = keep(own(kind.name));
        let rules = shipped.with(own).resolve();
        if rules != RuleSet::default() {
            of_kinds.insert(kind.name, Arc::new(rules));
        }
    }
    (Rules::new(of_kinds), wrong)
}

fn shipped(kind: &str) -> Result<Written, ConfigError> {
    SHIPPED
        .iter()
        .find(|(name, _)| *name == kind)
        .map_or(Ok(Written::default()), |(name, text)| {
            Written::parse(&Rules::file(Path::new("shipped"), name), text)
        })
}

fn read(file: &Path) -> Result<Written, ConfigError> {
    match std::fs::read_to_string(file) {
        Ok(text) => Written::parse(file, &text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Written::default()),
        Err(source) => Err(ConfigError::Read {
            file: file.to_owned(),
            source,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::screen_rule::ScreenText;

    fn written(files: &[(&str, &str)]) -> (Rules, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        for (kind, text) in files {
            std::fs::write(Rules::file(dir.path(), kind), text).unwrap();
        }
        let (rules, wrong) = Rules::load(dir.path());
        let told = wrong.iter().map(|error| {
            let place = format!("{}/", dir.path().display());
            format!("{error}\n{}", error.hint()).replace(&place, "")
        });
        (rules, told.collect())
    }

    fn names(rules: &Rules, kind: &str) -> Vec<String> {
        let rules = rules.of(kind);
        rules.rules().iter().map(|rule| rule.name.clone()).collect()
    }

    #[test]
    fn what_comes_with_the_program_is_right() {
        let rules = Rules::shipped().unwrap();
        for (kind, _) in SHIPPED {
            let of_kind = rules.of(kind);
            assert!(!of_kind.rules().is_empty(), "{kind}");
            assert!(!of_kind.interrupt().is_empty(), "{kind}");
        }
        assert_eq!(*rules.of("custom"), RuleSet::default());
        assert_eq!(*rules.of("no-kind"), RuleSet::default());
    }

    #[test]
    fn without_files_of_the_user_nothing_is_added_and_nothing_is_wrong() {
        let (rules, wrong) = written(&[]);
        assert_eq!(rules, Rules::shipped().unwrap());
        assert_eq!(wrong, [""; 0]);
    }

    #[test]
    fn a_rule_of_the_user_replaces_removes_or_adds() {
        let own = "interrupt = ['C-c', 'C-c']\n\
                   [[rule]]\nname = 'title-folder'\ndisabled = true\n\
                   [[rule]]\nname = 'prompt'\nregion = 'last-row'\nall = '$ '\nstatus = 'idle'\nreason = 'ready'\ncertainty = 'weak'\n\
                   [[rule]]\nname = 'mine'\npriority = 500\nregion = 'title'\nany = ['a', 'b']\nstatus = 'waiting'\n\
                   reason = 'usage limit'\ncertainty = 'exact'\nkeys = { approve = ['y', 'Enter'] }\n";
        let (rules, wrong) = written(&[("codex", own)]);
        assert_eq!(wrong, [""; 0]);
        let mut expected = names(&Rules::shipped().unwrap(), "codex");
        expected.retain(|name| name != "title-folder");
        expected.insert(0, "mine".to_owned());
        assert_eq!(names(&rules, "codex"), expected);
        let codex = rules.of("codex");
        assert_eq!(codex.interrupt(), ["C-c", "C-c"]);
        assert_eq!(
            codex.versions(),
            Rules::shipped().unwrap().of("codex").versions()
        );
        let text = ScreenText {
            rows: vec!["$ ".to_owned()],
            title: "b".to_owned(),
            ..ScreenText::default()
        };
        assert_eq!(codex.on_screen(&text).unwrap().name, "prompt");
        assert_eq!(codex.on_title(&text).unwrap().name, "mine");
    }

    #[test]
    fn the_example_of_the_document_does_what_it_says() {
        let document = include_str!("../../docs/rules.md");
        let example = document.split("```toml\n").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        let (rules, wrong) = written(&[("aider", example)]);
        assert_eq!(wrong, [""; 0]);
        let aider = rules.of("aider");
        let says = |row: &str| {
            let text = ScreenText {
                rows: vec![row.to_owned()],
                cursor_row: Some(0),
                ..ScreenText::default()
            };
            aider.on_screen(&text).map(|rule| rule.name.clone())
        };
        assert_eq!(says("Password:").as_deref(), Some("password"));
        assert_eq!(says("aider$ go on").as_deref(), Some("prompt"));
        assert_eq!(says("compiling"), None);
    }

    #[test]
    fn a_wrong_file_is_told_of_and_the_rules_of_the_program_stay() {
        let (rules, wrong) = written(&[
            (
                "codex",
                "[[rule]]\nname = 'prompt'\ndisabled = true\nstauts = 'idle'\n",
            ),
            ("aider", "[[rule]]\nname = 'prompt'\ndisabled = true\n"),
        ]);
        insta::assert_snapshot!(wrong.join("\n"), @r#"
        codex.toml:4: there is no setting "rule.prompt.stauts"
        Did you mean "status"?
        "#);
        assert_eq!(rules.of("codex"), Rules::shipped().unwrap().of("codex"));
        assert!(!names(&rules, "aider").contains(&"prompt".to_owned()));
    }
}
