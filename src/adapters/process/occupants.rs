//! The processes of a pane's terminal, with what identifies them.

use std::collections::BTreeMap;
use std::io;

use super::{SystemProcesses, system};
use crate::domain::identity::PaneProcess;
use crate::domain::ids::Pid;
use crate::domain::occupant::Occupant;
use crate::ports::occupants::Occupants;
use crate::ports::table::ProcessInfo;

impl Occupants for SystemProcesses {
    fn foreground(&self, pane_pid: Pid) -> Option<i32> {
        system::process(pane_pid).and_then(|process| process.foreground)
    }

    fn processes(&self, pane_pid: Pid) -> io::Result<Vec<PaneProcess>> {
        let all = system::processes()?;
        let pane = all.iter().find(|process| process.pid == pane_pid);
        let Some(session) = pane.map(|pane| pane.session) else {
            return Ok(Vec::new());
        };
        let of_pane = |process: &&ProcessInfo| process.session == session && !process.zombie;
        Ok(all.iter().filter(of_pane).map(described).collect())
    }
}

fn described(process: &ProcessInfo) -> PaneProcess {
    PaneProcess {
        pid: process.pid,
        parent: process.parent,
        group: process.group,
        started: process.started,
        age: system::age(process.started),
        name: process.name.clone(),
        args: system::arguments(process.pid),
        cwd: system::directory(process.pid),
        env: wanted(&system::environment(process.pid)),
    }
}

/// Only the variables that say where an agent keeps its files: the others may be secrets.
fn wanted(environment: &[u8]) -> BTreeMap<String, String> {
    environment
        .split(|byte| *byte == 0)
        .filter_map(|entry| std::str::from_utf8(entry).ok()?.split_once('='))
        .filter(|(name, _)| Occupant::ENVIRONMENT.contains(name))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_environment_only_places_of_files_are_read() {
        let environment = b"HOME=/home/u\0SECRET_TOKEN=x\0CODEX_HOME=/a=b\0broken\0";
        let found = wanted(environment);
        let places: Vec<(&str, &str)> = found.iter().map(|(a, b)| (&**a, &**b)).collect();
        assert_eq!(places, [("CODEX_HOME", "/a=b"), ("HOME", "/home/u")]);
    }
}
