//! Agents in panes, as a test says.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, RwLock};

use async_trait::async_trait;
use tokio::sync::mpsc;

use crate::domain::finding::{FileMark, Finding};
use crate::domain::identity::PaneProcess;
use crate::domain::ids::Pid;
use crate::domain::occupant::Occupant;
use crate::ports::agents::{AgentError, AgentFiles};
use crate::ports::occupants::Occupants;

/// A fake.
#[derive(Debug, Default)]
pub(crate) struct FakeAgents {
    panes: RwLock<BTreeMap<Pid, Vec<PaneProcess>>>,
    files: RwLock<BTreeMap<Pid, mpsc::Sender<Finding>>>,
}

impl FakeAgents {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// In the pane of that process these command lines run from now on, each with its pid; the last has the terminal.
    pub(crate) fn run(&self, pane_pid: Pid, lines: &[(i32, &str)]) {
        let process = |(pid, line): &(i32, &str)| PaneProcess {
            pid: Pid::new(*pid).unwrap(),
            parent: Some(pane_pid),
            group: lines.last().unwrap().0,
            started: 1,
            age: None,
            name: String::new(),
            args: line.split(' ').map(str::to_owned).collect(),
            file: None,
            cwd: None,
            env: BTreeMap::new(),
        };
        let processes = lines.iter().map(process).collect();
        self.panes.write().unwrap().insert(pane_pid, processes);
    }

    /// What the agent with that pid has written, once somebody reads it.
    pub(crate) async fn writes(&self, pid: i32, finding: Finding) {
        let pid = Pid::new(pid).unwrap();
        let file = self.files.read().unwrap().get(&pid).cloned();
        file.expect("somebody reads").send(finding).await.unwrap();
    }

    /// True when somebody reads what it writes.
    pub(crate) fn is_read(&self, pid: i32) -> bool {
        let files = self.files.read().unwrap();
        files
            .get(&Pid::new(pid).unwrap())
            .is_some_and(|file| !file.is_closed())
    }
}

impl Occupants for FakeAgents {
    fn foreground(&self, pane_pid: Pid) -> Option<i32> {
        let panes = self.panes.read().unwrap();
        let of = |processes: &Vec<PaneProcess>| processes.last().map(|last| last.group);
        let agent = |processes: &&Vec<PaneProcess>| processes.iter().any(|one| one.pid == pane_pid);
        panes
            .get(&pane_pid)
            .or_else(|| panes.values().find(agent))
            .and_then(of)
    }

    fn processes(&self, pane_pid: Pid) -> io::Result<Vec<PaneProcess>> {
        Ok(self
            .panes
            .read()
            .unwrap()
            .get(&pane_pid)
            .cloned()
            .unwrap_or_default())
    }
}

#[async_trait]
impl AgentFiles for FakeAgents {
    async fn follow(
        &self,
        occupant: &Occupant,
        _marks: Vec<FileMark>,
    ) -> Result<mpsc::Receiver<Finding>, AgentError> {
        let (sender, receiver) = mpsc::channel(16);
        self.files.write().unwrap().insert(occupant.pid, sender);
        Ok(receiver)
    }
}
