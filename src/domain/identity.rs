//! Which agent runs in a pane, from its processes: the foreground process group of the terminal and what it started, by the names of
//! programs and, for programs that an interpreter runs, by their arguments.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::ids::Pid;
use super::kind::{KINDS, Kind};

/// Programs that run others: the agent is in their arguments, or below them.
const INTERPRETERS: [&str; 12] = [
    "node", "bun", "deno", "python", "python3", "uv", "uvx", "npx", "pipx", "env", "nice", "tini",
];

/// Shells: at a prompt when they have no script.
const SHELLS: [&str; 8] = ["sh", "bash", "zsh", "fish", "dash", "ksh", "nu", "xonsh"];

/// What is behind these cannot be seen from here.
const OPAQUE: [&str; 10] = [
    "ssh",
    "mosh-client",
    "docker",
    "podman",
    "kubectl",
    "tmux",
    "screen",
    "lxc",
    "machinectl",
    "wsl",
];

/// A process of a pane's terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaneProcess {
    /// Its id.
    pub pid: Pid,
    /// Its parent, if it has one.
    pub parent: Option<Pid>,
    /// Its process group.
    pub group: i32,
    /// When it began, in the system's own unit.
    pub started: u64,
    /// How long it has run, where the system tells.
    pub age: Option<Duration>,
    /// Name of its program, as the system has it; hostile text.
    pub name: String,
    /// Its command line; hostile text, may hold secrets.
    pub args: Vec<String>,
    /// Its working directory.
    pub cwd: Option<PathBuf>,
    /// Those of [`super::occupant::Occupant::ENVIRONMENT`] that it has.
    pub env: BTreeMap<String, String>,
}

/// Who lives in a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resident {
    /// An agent.
    Agent {
        /// Which kind.
        kind: &'static Kind,
        /// Its own process.
        pid: Pid,
        /// How it was recognised, to be read behind "its program": hostile text.
        how: String,
    },
    /// A program behind which anything may be: the name of it.
    Opaque(String),
    /// A shell that waits for a command: the name of it.
    Shell(String),
    /// Another program: the name of it; hostile text.
    Other(String),
    /// No process that can be seen.
    Nobody,
}

/// Who has the terminal. Of several processes that look like an agent it is the one on top: what it starts itself, also when that is
/// the same program again, are its helpers.
pub fn identify(processes: &[PaneProcess], pane_pid: Pid, foreground: Option<i32>) -> Resident {
    let is_in_front = |process: &PaneProcess| foreground.is_none_or(|group| process.group == group);
    let depth = |process: &PaneProcess| depth(processes, process, pane_pid);
    let mut in_front: Vec<(usize, &PaneProcess)> = processes
        .iter()
        .filter(|process| is_in_front(process))
        .map(|process| (depth(process), process))
        .collect();
    in_front.sort_by_key(|(depth, process)| (*depth, process.pid));
    // A wrapper of which the agent is an argument runs it below itself, sometimes in a group of its own.
    let agent = in_front.iter().find_map(|(_, process)| {
        let (kind, how) = recognise(process)?;
        let (process, how) = deepest_wrapped(processes, process, kind).unwrap_or((process, how));
        Some(Resident::Agent {
            kind,
            pid: process.pid,
            how,
        })
    });
    agent.unwrap_or_else(|| match in_front.last() {
        None => Resident::Nobody,
        Some((_, process)) => other(process, &in_front),
    })
}

fn other(last: &PaneProcess, in_front: &[(usize, &PaneProcess)]) -> Resident {
    let opaque = in_front
        .iter()
        .map(|(_, process)| program(process))
        .find(|name| OPAQUE.contains(name));
    if let Some(name) = opaque {
        return Resident::Opaque(name.to_owned());
    }
    let name = program(last);
    let is_shell = SHELLS.contains(&name.trim_start_matches('-'));
    let has_script = last
        .args
        .iter()
        .skip(1)
        .any(|arg| !arg.starts_with('-') || arg == "-c");
    if is_shell && !has_script {
        Resident::Shell(name.trim_start_matches('-').to_owned())
    } else {
        Resident::Other(name.to_owned())
    }
}

/// What kind of agent a process is, and how that is known.
fn recognise(process: &PaneProcess) -> Option<(&'static Kind, String)> {
    if is_own(process) {
        return None;
    }
    let name = program(process);
    if let Some(kind) = of_name(name).or_else(|| of_name(&process.name)) {
        return Some((kind, format!("is named {name}")));
    }
    if let Some(kind) = process.args.first().and_then(|path| of_path(path)) {
        return Some((kind, format!("lies in a directory of {}", kind.name)));
    }
    let runs_others = INTERPRETERS.contains(&interpreter(name)) || SHELLS.contains(&name);
    if !runs_others {
        return None;
    }
    script(&process.args).and_then(|script| {
        let kind = of_name(base(script)).or_else(|| of_path(script))?;
        Some((kind, format!("is {name}, which runs {}", base(script))))
    })
}

/// The script that an interpreter runs: its first argument that is no option, or the module behind `-m`.
fn script(args: &[String]) -> Option<&str> {
    let mut rest = args.iter().skip(1);
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-m" => return rest.next().map(String::as_str),
            // A line for a shell: its first word.
            "-c" | "-lc" => {
                let line = rest.next()?;
                let mut words = line
                    .split_whitespace()
                    .filter(|word| *word != "exec" && !word.contains('='));
                return words.next();
            }
            "run" | "x" | "tool" | "exec" | "--" => {}
            option if option.starts_with('-') || option.contains('=') => {}
            script => return Some(script),
        }
    }
    None
}

/// The process below a wrapper that is the agent itself.
fn deepest_wrapped<'a>(
    processes: &'a [PaneProcess],
    wrapper: &PaneProcess,
    kind: &'static Kind,
) -> Option<(&'a PaneProcess, String)> {
    let name = program(wrapper);
    if of_name(name).is_some() && !SHELLS.contains(&name) {
        return None;
    }
    processes
        .iter()
        .filter(|process| process.parent == Some(wrapper.pid))
        .find_map(|process| {
            let (found, how) = recognise(process)?;
            (found == kind).then_some(())?;
            Some(deepest_wrapped(processes, process, kind).unwrap_or((process, how)))
        })
}

/// True for the parent that geppetto puts above what it starts.
fn is_own(process: &PaneProcess) -> bool {
    process.args.get(1).is_some_and(|arg| arg == "internal")
        && process
            .args
            .first()
            .is_some_and(|arg| base(arg) == "geppetto")
}

/// The name of a process's program: the system's own is cut at 15 bytes, and programs write over it.
fn program(process: &PaneProcess) -> &str {
    match process.args.first().map(|arg| base(arg)) {
        Some(name) if !name.is_empty() => name.split(' ').next().unwrap_or(name),
        _ => &process.name,
    }
}

/// `python3.11` is a `python`.
fn interpreter(name: &str) -> &str {
    name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.')
}

fn base(path: &str) -> &str {
    let base = path.rsplit('/').next().unwrap_or(path);
    let base = base.strip_prefix('-').unwrap_or(base);
    [".js", ".mjs", ".cjs", ".py", ".exe"]
        .into_iter()
        .find_map(|end| base.strip_suffix(end))
        .unwrap_or(base)
}

fn of_name(name: &str) -> Option<&'static Kind> {
    let name = base(name);
    KINDS.iter().find(|kind| kind.executables.contains(&name))
}

/// The kind whose package, or directory of versions, a path leads through.
fn of_path(path: &str) -> Option<&'static Kind> {
    let is_in = |place: &str| {
        path.split_once(place)
            .is_some_and(|(before, behind)| before.ends_with('/') && behind.starts_with('/'))
    };
    KINDS
        .iter()
        .find(|kind| kind.packages.iter().any(|place| is_in(place)))
}

fn depth(processes: &[PaneProcess], of: &PaneProcess, root: Pid) -> usize {
    let mut at = of;
    // The listing is not taken in one moment, so that parents may form a ring.
    for depth in 0..processes.len() {
        let parent = processes.iter().find(|one| Some(one.pid) == at.parent);
        match parent {
            Some(parent) if at.pid != root => at = parent,
            _ => return depth,
        }
    }
    processes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(number: i32) -> Pid {
        Pid::new(number).unwrap()
    }

    /// `pid parent group command line`
    fn tree(lines: &[&str]) -> Vec<PaneProcess> {
        let process = |line: &&str| {
            let words: Vec<&str> = line.split(' ').collect();
            let number = |at: usize| words[at].parse::<i32>().unwrap();
            let args: Vec<String> = words[3..].iter().map(|&word| word.to_owned()).collect();
            PaneProcess {
                pid: pid(number(0)),
                parent: Pid::new(number(1)),
                group: number(2),
                started: 1,
                age: None,
                name: base(&args[0]).chars().take(15).collect(),
                args,
                cwd: None,
                env: BTreeMap::new(),
            }
        };
        lines.iter().map(process).collect()
    }

    fn who(lines: &[&str], foreground: i32) -> String {
        match identify(&tree(lines), pid(10), Some(foreground)) {
            Resident::Agent { kind, pid, how } => format!("{} {pid} {how}", kind.name),
            Resident::Opaque(name) => format!("behind {name}"),
            Resident::Shell(name) => format!("shell {name}"),
            Resident::Other(name) => format!("other {name}"),
            Resident::Nobody => "nobody".to_owned(),
        }
    }

    #[test]
    fn agents_are_found_behind_shells_wrappers_and_interpreters() {
        let table: [(&[&str], i32, &str); 13] = [
            (
                &["10 1 10 -bash", "11 10 11 claude"],
                11,
                "claude-code 11 is named claude",
            ),
            (
                &["10 1 10 /opt/bin/codex --yolo"],
                10,
                "codex 10 is named codex",
            ),
            (
                &[
                    "10 1 10 zsh",
                    "11 10 11 node /usr/local/bin/gemini",
                    "12 11 11 /usr/bin/node /usr/local/bin/gemini",
                ],
                11,
                "gemini 12 is node, which runs gemini",
            ),
            (
                &[
                    "10 1 10 sh",
                    "11 10 11 /venv/bin/python3.11 /venv/bin/aider --model x",
                    "12 11 11 sh -c make",
                ],
                11,
                "aider 11 is python3.11, which runs aider",
            ),
            (
                &["10 1 10 python3 -m aider"],
                10,
                "aider 10 is python3, which runs aider",
            ),
            (
                &["10 1 10 node /lib/node_modules/@anthropic-ai/claude-code/cli.js"],
                10,
                "claude-code 10 is node, which runs cli",
            ),
            (
                &[
                    "10 1 10 bash",
                    "11 10 11 /home/u/.local/share/claude/versions/2.1.3",
                ],
                11,
                "claude-code 11 lies in a directory of claude-code",
            ),
            (
                &[
                    "10 1 10 sh -c exec-not claude",
                    "11 10 10 sh run.sh",
                    "12 11 10 claude",
                    "13 12 12 claude --mcp",
                ],
                10,
                "claude-code 12 is named claude",
            ),
            (
                &["10 1 10 /opt/geppetto internal run", "11 10 11 codex"],
                11,
                "codex 11 is named codex",
            ),
            (
                &["10 1 10 bash", "11 10 11 ssh host claude"],
                11,
                "behind ssh",
            ),
            (&["10 1 10 -bash", "11 10 11 claude"], 10, "shell bash"),
            (&["10 1 10 bash build.sh"], 10, "other bash"),
            (&["10 1 10 bash", "11 10 11 vim claude"], 11, "other vim"),
        ];
        for (lines, foreground, wanted) in table {
            assert_eq!(who(lines, foreground), wanted, "{lines:?}");
        }
        assert_eq!(who(&[], 10), "nobody");
    }
}
