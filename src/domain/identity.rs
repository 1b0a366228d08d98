//! Which agent runs in a pane, from its processes: a pure function of who is there. A name proves little, so how it was recognised
//! is told with it.

mod program;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use self::program::{Manner, Program};
use super::ids::Pid;
use super::kind::Kind;

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
    /// The file that it runs, all links followed, where the system tells.
    pub file: Option<PathBuf>,
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
        /// Its own process: below its launchers, above its tools.
        pid: Pid,
        /// How it was recognised, to be read behind "its program"; printable.
        how: String,
    },
    /// A program behind which anything may run, unseen: `ssh`, `docker exec`, another tmux. Printable.
    Opaque(String),
    /// A shell that waits for a command: the name of it.
    Shell(String),
    /// Another program: the name of it; printable.
    Other(String),
    /// Nobody: no process that can be seen, or only our run parent.
    Nobody,
}

/// Who has the terminal. `processes` are those of the pane's session, `pane_pid` is its leader, `foreground` the process group that reads
/// the keys; without one, all of them count as in front.
pub fn identify(processes: &[PaneProcess], pane_pid: Pid, foreground: Option<i32>) -> Resident {
    let scene = Scene::new(processes);
    let in_front: Vec<Pid> = scene.in_front(pane_pid, foreground);
    if let Some(agent) = scene.agent(&in_front) {
        return agent;
    }
    let programs = in_front.iter().filter_map(|pid| scene.program(*pid));
    other(programs)
}

/// What it is when it is no agent, from the top down.
fn other<'a>(programs: impl Iterator<Item = &'a Program>) -> Resident {
    let (mut script, mut wrapper, mut shell) = (None, None, None);
    for program in programs {
        match program {
            Program::Opaque(what) => return Resident::Opaque(what.clone()),
            Program::Other(name) => return Resident::Other(script.unwrap_or(name).clone()),
            // What is behind one may still be opaque.
            Program::ShellScript(name) => script = script.or(Some(name)),
            Program::Wrapper(name) => wrapper = wrapper.or(Some(name)),
            Program::Shell(name) => shell = Some(name),
            Program::Agent { .. } | Program::Nothing => {}
        }
    }
    match (script.or(wrapper), shell) {
        (Some(name), _) => Resident::Other(name.clone()),
        (None, Some(name)) => Resident::Shell(name.clone()),
        (None, None) => Resident::Nobody,
    }
}

/// The processes, each with what its words say.
struct Scene<'a> {
    entries: BTreeMap<Pid, (&'a PaneProcess, Program)>,
}

impl<'a> Scene<'a> {
    fn new(processes: &'a [PaneProcess]) -> Self {
        let read = |process: &'a PaneProcess| (process.pid, (process, program::read(process)));
        Self {
            entries: processes.iter().map(read).collect(),
        }
    }

    fn program(&self, pid: Pid) -> Option<&Program> {
        self.entries.get(&pid).map(|(_, program)| program)
    }

    fn process(&self, pid: Pid) -> Option<&'a PaneProcess> {
        self.entries.get(&pid).map(|(process, _)| *process)
    }

    /// What has the terminal, from the top: parents before children, the leader of the group first.
    fn in_front(&self, pane_pid: Pid, foreground: Option<i32>) -> Vec<Pid> {
        let has_terminal =
            |process: &PaneProcess| foreground.is_none_or(|group| process.group == group);
        let mut found: Vec<&PaneProcess> = self
            .entries
            .values()
            .map(|(process, _)| *process)
            .filter(|process| has_terminal(process))
            .collect();
        let leader = foreground.unwrap_or(pane_pid.as_raw());
        found.sort_by_key(|process| {
            let is_leader = process.pid.as_raw() == leader;
            let depth = self.above(process.pid).len();
            (!is_leader, depth, process.started, process.pid)
        });
        found.into_iter().map(|process| process.pid).collect()
    }

    /// Its parents, the nearest first. A list read while processes come and go may hold a circle.
    fn above(&self, pid: Pid) -> Vec<Pid> {
        let mut found = Vec::new();
        let mut at = pid;
        while let Some(parent) = self.process(at).and_then(|process| process.parent) {
            if parent == pid || found.contains(&parent) || !self.entries.contains_key(&parent) {
                break;
            }
            found.push(parent);
            at = parent;
        }
        found
    }

    fn is_agent(&self, pid: Pid) -> bool {
        matches!(self.program(pid), Some(Program::Agent { .. }))
    }

    /// The agent in front. What an agent has given the terminal to is still that agent's.
    fn agent(&self, in_front: &[Pid]) -> Option<Resident> {
        let reaches = |pid: Pid| {
            let mut above = self.above(pid);
            above.insert(0, pid);
            above.into_iter().rev().find(|pid| self.is_agent(*pid))
        };
        let top = in_front.iter().find_map(|pid| reaches(*pid))?;
        let own = self.own_process(top);
        let (process, program) = self.entries.get(&own)?;
        let Program::Agent { kind, how, .. } = program else {
            return None;
        };
        Some(Resident::Agent {
            kind,
            pid: process.pid,
            how: how.clone(),
        })
    }

    /// From the launcher of an agent down to the agent.
    fn own_process(&self, top: Pid) -> Pid {
        let mut own = top;
        // Each step goes to a process that was not there yet, but for a circle.
        for _ in 0..self.entries.len() {
            match self.launched(own) {
                Some(next) => own = next,
                None => break,
            }
        }
        own
    }

    /// The agent that this one is only the launcher of.
    fn launched(&self, launcher: Pid) -> Option<Pid> {
        let Some(Program::Agent {
            kind,
            manner,
            given,
            ..
        }) = self.program(launcher)
        else {
            return None;
        };
        let launches = |pid: Pid| {
            let Some(Program::Agent {
                kind: its_kind,
                given: its_given,
                ..
            }) = self.program(pid)
            else {
                return false;
            };
            let (Some(process), Some(above)) = (self.process(pid), self.process(launcher)) else {
                return false;
            };
            // One that has forked and not yet become what it will be looks like its parent, word for word.
            if !process.args.is_empty() && process.args == above.args {
                return false;
            }
            let is_child = process.parent == Some(launcher);
            match manner {
                // A shell script is no agent by itself when there is one below it.
                Manner::ShellScript => self.above(pid).contains(&launcher),
                Manner::Script => is_child && kind == its_kind,
                // Passing on what it was given is what a launcher does; an agent that uses another one asks it something.
                Manner::Program => is_child && kind == its_kind && given == its_given,
            }
        };
        let mut below: Vec<Pid> = self.entries.keys().copied().collect();
        below.retain(|pid| *pid != launcher && launches(*pid));
        below.into_iter().min_by_key(|pid| {
            let started = self.process(*pid).map(|process| process.started);
            (self.above(*pid).len(), started, *pid)
        })
    }
}
