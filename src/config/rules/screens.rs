//! Every screen in `tests/fixtures/screens` against the rules of its kind.

use std::path::{Path, PathBuf};

use crate::domain::screen_fixture::{Expected, ScreenFixture};
use crate::domain::screen_rule::{Rules, ScreenRule};

/// Screens that are kept of each agent whose rules were checked with it.
const LEAST: usize = 5;

fn files_in(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn fixtures() -> Vec<(PathBuf, ScreenFixture)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/screens");
    let files = files_in(&root).into_iter().flat_map(|dir| files_in(&dir));
    files
        .map(|file| {
            let fixture = ScreenFixture::parse(&std::fs::read_to_string(&file).unwrap());
            let fixture = fixture.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            let dir = file.parent().and_then(Path::file_name).unwrap();
            assert_eq!(dir, fixture.kind.as_str(), "{}", file.display());
            (file, fixture)
        })
        .collect()
}

/// What screen and title say together: the surer of the two, and of equals what matters more.
fn verdict<'a>(
    screen: Option<&'a ScreenRule>,
    title: Option<&'a ScreenRule>,
) -> Option<&'a ScreenRule> {
    [screen, title]
        .into_iter()
        .flatten()
        .max_by_key(|rule| (rule.certainty, rule.doing))
}

fn said(rule: Option<&ScreenRule>) -> Expected {
    rule.map_or(Expected::Nothing, |rule| Expected::Says {
        doing: rule.doing,
        reason: Some(rule.reason),
    })
}

#[test]
fn every_screen_says_what_it_should() {
    let rules = Rules::shipped().unwrap();
    let mut wrong = Vec::new();
    for (file, fixture) in fixtures() {
        let (of_kind, text) = (rules.of(&fixture.kind), fixture.text());
        let rule = verdict(of_kind.on_screen(&text), of_kind.on_title(&text));
        let expected = fixture.expect.unwrap();
        if !expected.is_met_by(rule.map(|rule| (rule.doing, rule.reason))) {
            let name = rule.map_or("no rule", |rule| rule.name.as_str());
            wrong.push(format!(
                "{}: {} ({name}), wanted {expected}",
                file.display(),
                said(rule)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_checked_agent_has_its_screens() {
    let (rules, fixtures) = (Rules::shipped().unwrap(), fixtures());
    for (kind, _) in super::SHIPPED {
        let count = fixtures.iter().filter(|(_, of)| of.kind == kind).count();
        let is_checked = !rules.of(kind).versions().is_empty();
        assert!(!is_checked || count >= LEAST, "{kind} has {count}");
    }
}
