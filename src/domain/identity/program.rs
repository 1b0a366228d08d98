//! What one process is, from its name and its words. The words are the process's own and may say anything.

use super::PaneProcess;
use crate::domain::kind::{KINDS, Kind};
use crate::domain::text::printable;

/// Linux keeps so many bytes of a program's name.
const KEPT_OF_NAME: usize = 15;

/// Longest name that is shown, in characters.
const SHOWN: usize = 60;

/// Shells.
const SHELLS: [&str; 13] = [
    "sh", "bash", "zsh", "fish", "dash", "ksh", "mksh", "ash", "tcsh", "csh", "nu", "xonsh",
    "elvish",
];

/// Programs that run scripts, each with those of its options that take a word behind them.
const INTERPRETERS: [(&str, &[&str]); 9] = [
    (
        "node",
        &[
            "-r",
            "--require",
            "--import",
            "--loader",
            "-C",
            "--conditions",
        ],
    ),
    ("bun", &["-r", "--preload", "--cwd"]),
    ("deno", &["--config", "--import-map"]),
    ("python", &["-X", "-W"]),
    ("pypy", &["-X", "-W"]),
    ("ruby", &["-r", "-I"]),
    ("perl", &["-I"]),
    ("tsx", &[]),
    ("ts-node", &[]),
];

/// Programs that run the one they are given, and say nothing themselves.
const WRAPPERS: [&str; 25] = [
    "env",
    "sudo",
    "doas",
    "nice",
    "ionice",
    "nohup",
    "setsid",
    "time",
    "timeout",
    "stdbuf",
    "caffeinate",
    "npm",
    "npx",
    "pnpm",
    "yarn",
    "bunx",
    "uv",
    "uvx",
    "pipx",
    "mise",
    "asdf",
    "direnv",
    "volta",
    "dotenv",
    "op",
];

/// Programs behind which anything may run, each with the first words with which it is so; none when it always is.
const OPAQUE: [(&str, &[&str]); 22] = [
    ("ssh", &[]),
    ("autossh", &[]),
    ("sshpass", &[]),
    ("mosh", &[]),
    ("mosh-client", &[]),
    ("et", &[]),
    ("telnet", &[]),
    ("tmux", &[]),
    ("screen", &[]),
    ("zellij", &[]),
    ("docker", &["exec", "run", "attach", "start", "compose"]),
    ("podman", &["exec", "run", "attach", "start", "compose"]),
    ("nerdctl", &["exec", "run", "attach", "start", "compose"]),
    ("docker-compose", &["exec", "run"]),
    ("kubectl", &["exec", "run", "attach", "debug"]),
    ("oc", &["exec", "rsh", "debug"]),
    ("lxc", &["exec", "shell", "console"]),
    ("incus", &["exec", "shell", "console"]),
    ("machinectl", &["shell", "login"]),
    ("distrobox", &["enter"]),
    ("toolbox", &["enter", "run"]),
    ("vagrant", &["ssh"]),
];

/// What a process is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Program {
    /// An agent, or its launcher.
    Agent {
        kind: &'static Kind,
        manner: Manner,
        /// The arguments behind the program or the script.
        given: Vec<String>,
        /// How it was recognised, behind "its program".
        how: String,
    },
    /// Opaque, and what.
    Opaque(String),
    /// A shell, or one that was told to run a command: its name.
    Shell(String),
    /// A script of a shell.
    ShellScript(String),
    /// What only runs another program.
    Wrapper(String),
    /// Our own run parent, or what has no words and no name.
    Nothing,
    /// Another, by name.
    Other(String),
}

/// How an agent's program is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// By itself.
    Program,
    /// By an interpreter.
    Script,
    /// By a shell.
    ShellScript,
}

/// Reads a process.
pub(super) fn read(process: &PaneProcess) -> Program {
    let name = process.name.as_str();
    let (first, rest) = match process.args.split_first() {
        Some((first, rest)) if !first.is_empty() => (first.as_str(), rest),
        _ => (name, &[][..]),
    };
    // A title that the program gave itself is one word with blanks in it; a login shell has a `-` before its name.
    let first = first.strip_prefix('-').unwrap_or(first);
    let word = first.split_ascii_whitespace().next().unwrap_or_default();
    let first = if first.starts_with('/') { first } else { word };
    if is_run_parent(rest) {
        return Program::Nothing;
    }
    let base = base(first).trim_end_matches(':');
    if let Some(options) = interpreter(base) {
        return interpreted(base, options, rest);
    }
    if SHELLS.contains(&base) {
        return shell(base, rest);
    }
    let known = kind_of(first).or_else(|| kind_named(name));
    if let Some(kind) = known {
        return agent(kind, Manner::Program, rest, &format!("is {first}"));
    }
    // A link under a name of its own.
    if let Some(file) = process.file.as_ref().and_then(|file| file.to_str())
        && let Some(kind) = kind_of(file)
    {
        return agent(
            kind,
            Manner::Program,
            rest,
            &format!("is {first}, which is {file}"),
        );
    }
    // It was started under a name of its own.
    let real = name.strip_suffix("-MainThread").unwrap_or(name);
    if let Some(options) = interpreter(real)
        && let by_script @ Program::Agent { .. } = interpreted(real, options, rest)
    {
        return by_script;
    }
    if let Some(what) = opaque(base, rest) {
        return Program::Opaque(what);
    }
    if WRAPPERS.contains(&base) {
        return Program::Wrapper(base.to_owned());
    }
    named(if base.is_empty() { name } else { base })
}

fn named(name: &str) -> Program {
    let name = shown(name);
    if name.is_empty() {
        Program::Nothing
    } else {
        Program::Other(name)
    }
}

fn shown(text: &str) -> String {
    printable(text).chars().take(SHOWN).collect()
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The words with which we start the parent of a run.
fn is_run_parent(words: &[String]) -> bool {
    matches!(words, [internal, run, ..] if internal == "internal" && run == "run")
}

/// The options with a word of an interpreter, whatever the version in its name.
fn interpreter(base: &str) -> Option<&'static [&'static str]> {
    let plain = base.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    INTERPRETERS
        .iter()
        .find(|(name, _)| *name == plain || *name == base)
        .map(|(_, options)| *options)
}

/// `python3 -m aider`, `node --flag cli.js`, `bun run x`.
fn interpreted(base: &str, options: &[&str], words: &[String]) -> Program {
    let mut rest = words;
    while let Some((word, behind)) = rest.split_first() {
        let word = word.as_str();
        if word == "-m"
            && let Some((module, given)) = behind.split_first()
        {
            let package = module.split('.').next().unwrap_or_default();
            let how = format!("is {base}, which runs module {module}");
            return scripted(kind_of(package), Manner::Script, given, &how, module);
        }
        if matches!(word, "-c" | "-e" | "--eval" | "-p" | "--print") {
            break;
        }
        let skipped = if options.contains(&word) { 1 } else { 0 };
        if word.starts_with('-') || matches!((base, word), ("bun", "run" | "x") | ("deno", "run")) {
            rest = behind.get(skipped..).unwrap_or_default();
            continue;
        }
        let how = format!("is {base}, which runs {word}");
        return scripted(kind_of(word), Manner::Script, behind, &how, word);
    }
    named(base)
}

/// A shell with a script is that script; with a command it stands above it; else it waits for one.
fn shell(base_name: &str, words: &[String]) -> Program {
    let mut rest = words;
    while let Some((word, behind)) = rest.split_first() {
        let is_option = word.starts_with(['-', '+']);
        let is_command = word
            .strip_prefix('-')
            .is_some_and(|letters| !letters.starts_with('-') && letters.contains('c'));
        if is_command || word == "-s" || word == "--command" {
            return Program::Shell(base_name.to_owned());
        }
        if !is_option {
            let how = format!("is {base_name}, which runs {word}");
            return scripted(kind_of(word), Manner::ShellScript, behind, &how, word);
        }
        let takes_word = matches!(
            word.as_str(),
            "-o" | "+o" | "-O" | "+O" | "--rcfile" | "--init-file"
        );
        rest = behind.get(usize::from(takes_word)..).unwrap_or_default();
    }
    Program::Shell(base_name.to_owned())
}

fn scripted(
    kind: Option<&'static Kind>,
    manner: Manner,
    given: &[String],
    how: &str,
    script: &str,
) -> Program {
    match kind {
        Some(kind) => agent(kind, manner, given, how),
        None if manner == Manner::ShellScript => Program::ShellScript(shown(base(script))),
        None => named(base(script)),
    }
}

/// An agent, unless its first argument makes it something else.
fn agent(kind: &'static Kind, manner: Manner, given: &[String], how: &str) -> Program {
    let is_helper = given
        .first()
        .is_some_and(|word| kind.helpers.contains(&word.as_str()));
    if is_helper {
        let what = given.first().map(String::as_str).unwrap_or_default();
        return named(&format!("{} {what}", kind.name));
    }
    Program::Agent {
        kind,
        manner,
        given: given.to_vec(),
        how: shown(how),
    }
}

/// By the last part of a path, or by a package in it.
fn kind_of(path: &str) -> Option<&'static Kind> {
    let base = base(path);
    let plain = plain_name(base);
    let names = |kind: &&Kind| {
        let mut all = kind.executables.iter().chain(kind.other_names);
        all.any(|name| *name == base || *name == plain)
    };
    let packaged = |kind: &&Kind| kind.packages.iter().any(|package| is_within(path, package));
    KINDS
        .iter()
        .find(names)
        .or_else(|| KINDS.iter().find(packaged))
}

/// By the name that the system keeps, which is cut.
fn kind_named(name: &str) -> Option<&'static Kind> {
    let plain = plain_name(name);
    let is_cut = name.len() == KEPT_OF_NAME;
    KINDS.iter().find(|kind| {
        let mut all = kind.executables.iter().chain(kind.other_names);
        all.any(|full| *full == name || *full == plain || (is_cut && full.starts_with(name)))
    })
}

/// Without what packaging adds: `.claude-wrapped`, and the machine that a release is for (`codex-x86_64-unknown-linux-musl`).
fn plain_name(base: &str) -> &str {
    if let Some(hidden) = base.strip_prefix('.') {
        // The system may have cut the end of it.
        let end = hidden
            .rfind("-w")
            .filter(|at| "-wrapped".starts_with(hidden.get(*at..).unwrap_or_default()));
        return hidden.get(..end.unwrap_or(hidden.len())).unwrap_or(hidden);
    }
    let machine = ["-x86_64", "-aarch64", "-arm64", "-linux", "-darwin", "-x64"];
    let end = machine.iter().filter_map(|mark| base.find(mark)).min();
    base.get(..end.unwrap_or(base.len())).unwrap_or(base)
}

/// True for a file of the package, but not of another one that is installed within it.
fn is_within(path: &str, package: &str) -> bool {
    let package = format!("/{package}/");
    path.rfind(&package).is_some_and(|at| {
        let inside = path.get(at + package.len()..).unwrap_or_default();
        !inside.contains("node_modules/")
    })
}

/// `ssh`, `docker exec`: the program and the word that makes it opaque, never more: arguments may be secrets.
fn opaque(base: &str, words: &[String]) -> Option<String> {
    let (name, verbs) = OPAQUE.iter().find(|(name, _)| *name == base)?;
    if verbs.is_empty() {
        return Some((*name).to_owned());
    }
    let verb = words
        .iter()
        .find_map(|word| verbs.iter().find(|verb| *verb == word))?;
    Some(format!("{name} {verb}"))
}
