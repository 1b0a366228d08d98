//! Agents and their hooks: who is installed, whether the hooks are in the settings, and whether their calls arrive.

use std::collections::BTreeMap;

use super::check::{Check, note, ok, problem};
use super::scene::{Reached, Scene};
use crate::cli::integration::{Integration, State};
use crate::cli::programs::find_program;
use crate::cli::render;
use crate::wire::HookView;

const ID: &str = "agents.hooks";
const HEARD: &str = "agents.heard";

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let all = match Integration::all(scene.environment, scene.paths) {
        Ok(all) => all,
        Err(error) => return vec![problem(ID, format!("{error}."), error.hint())],
    };
    let mut integrated = Vec::new();
    let mut checks = Vec::new();
    for integration in &all {
        let (check, is_in) = hooks(scene, integration);
        checks.extend(check);
        if is_in {
            integrated.push(integration.kind.name);
        }
    }
    if let Ok(Some(reached)) = &scene.daemon {
        checks.extend(heard(scene, reached, &integrated));
    }
    checks
}

/// Whether the hooks of an agent are in its settings. Of an agent that is not here nothing is said.
fn hooks(scene: &Scene<'_>, integration: &Integration) -> (Option<Check>, bool) {
    let name = integration.kind.name;
    let file = integration.file.display();
    let renew = format!("Run `geppetto integrate {name}`.");
    let is_installed = || {
        let mut programs = integration.kind.executables.iter();
        programs.any(|program| find_program(&scene.search_path(), program).is_some())
    };
    match integration.state() {
        Ok(State::Present) => (
            Some(ok(ID, format!("The hooks of {name} are in {file}."))),
            true,
        ),
        Ok(State::Outdated(how)) => (
            Some(problem(
                ID,
                format!("The hooks of {name} in {file} are not as they should be: {how}."),
                renew,
            )),
            true,
        ),
        Ok(State::Absent) if is_installed() => (
            Some(ok(
                ID,
                format!(
                    "{name} is watched without hooks; `geppetto integrate {name}` puts them in."
                ),
            )),
            false,
        ),
        Ok(State::Absent) => (None, false),
        Err(error) => (
            is_installed().then(|| note(ID, format!("{error}."), error.hint())),
            false,
        ),
    }
}

/// Which calls have arrived at the daemon, of each kind.
fn heard(scene: &Scene<'_>, reached: &Reached, integrated: &[&str]) -> Vec<Check> {
    let Some(hooks) = &reached.hooks else {
        return Vec::new();
    };
    let mut of_kinds: BTreeMap<&str, Vec<&HookView>> = BTreeMap::new();
    for hook in hooks {
        of_kinds.entry(&hook.kind).or_default().push(hook);
    }
    let since = render::date_time(reached.about.started_at_ms, &scene.zone);
    let silent = integrated
        .iter()
        .filter(|kind| !of_kinds.contains_key(*kind))
        .map(|kind| {
            ok(
                HEARD,
                format!("No hook of {kind} has called since the daemon began, {since}."),
            )
        });
    let silent: Vec<Check> = silent.collect();
    let heard = of_kinds.iter().map(|(kind, hooks)| {
        let events: Vec<String> = hooks
            .iter()
            .map(|hook| {
                let at = render::date_time(hook.at_ms, &scene.zone);
                format!("{} {at}", hook.event)
            })
            .collect();
        let strangers = hooks.iter().all(|hook| hook.runner_id.is_none());
        let told = format!("Hooks of {kind} have called: {}.", events.join(", "));
        if strangers {
            note(
                HEARD,
                told,
                "None of them was of a runner: `geppetto register` watches the session you are in.",
            )
        } else {
            ok(HEARD, told)
        }
    });
    heard.chain(silent).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use insta::assert_snapshot;

    use crate::cli::fake::{DAEMON, Session, runner, write_program};

    /// What is said of agents, by a daemon that has heard these calls.
    fn said(heard: &str, prepare: impl FnOnce(&std::path::Path)) -> String {
        let answers = [
            format!(r#"{{"success":true,"daemon":{DAEMON}}}"#),
            format!(
                r#"{{"success":true,"runners":[{}]}}"#,
                runner("one", "running")
            ),
            format!(r#"{{"success":true,"hooks":[{heard}]}}"#),
        ];
        let session = Session::new(&answers.each_ref().map(String::as_str));
        let home = session.dir().to_owned();
        prepare(&home);
        let said = session
            .variable("PATH", &home.display().to_string())
            .run(&["doctor"]);
        let (_, agents) = said.split_once("\nagents\n").unwrap_or_default();
        let end = agents
            .rfind("\n[")
            .and_then(|code| agents.get(..code)?.rfind('\n'));
        agents.get(..end.unwrap_or_default()).unwrap().to_owned()
    }

    #[test]
    fn calls_that_arrive_are_told_and_hooks_that_are_not_as_they_should_be() {
        let heard = r#"{"kind":"claude-code","event":"Stop","atMs":1764000003000,"calls":2,"runnerId":"x"},
            {"kind":"gemini","event":"AfterAgent","atMs":1764000004000,"calls":1}"#;
        let agents = said(&heard.replace('\n', ""), |home| {
            write_program(&home.join("codex"), "");
            fs::create_dir(home.join(".claude")).unwrap();
            let hook =
                r#"{"type": "command", "command": "/gone/geppetto hook claude-code SessionStart"}"#;
            let settings = format!(r#"{{"hooks": {{"SessionStart": [{{"hooks": [{hook}]}}]}}}}"#);
            fs::write(home.join(".claude/settings.json"), settings).unwrap();
        });
        assert_snapshot!(agents, @"
        PROBLEM  The hooks of claude-code in DIR/.claude/settings.json are not as they should be: SessionStart calls `/gone/geppetto hook claude-code SessionStart`.
                 -> Run `geppetto integrate claude-code`.
        ok       codex is watched without hooks; `geppetto integrate codex` puts them in.
        ok       Hooks of claude-code have called: Stop 2025-11-24 16:00:03.
        note     Hooks of gemini have called: AfterAgent 2025-11-24 16:00:04.
                 -> None of them was of a runner: `geppetto register` watches the session you are in.
        ");
    }

    #[test]
    fn nothing_is_said_of_agents_that_are_not_here() {
        assert_eq!(said("", |_| ()), "");
        let silent = said("", |home| {
            fs::write(home.join(".aider.conf.yml"), "").unwrap();
            write_program(&home.join("aider"), "");
        });
        assert_snapshot!(silent, @"  ok       aider is watched without hooks; `geppetto integrate aider` puts them in.");
    }
}
