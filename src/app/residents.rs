//! Who lives in panes: looks when the monitor asks, and tells it who came, left, or took another's place.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::App;
use super::awareness::{Ask, Question};
use super::world::{RunTag, World};
use crate::domain::board::Prints;
use crate::domain::evidence::Fact;
use crate::domain::identity::{PaneProcess, Resident, identify};
use crate::domain::ids::{PaneId, Pid, RunnerId};
use crate::domain::kind::Kind;
use crate::domain::notice::{Terminal, is_looked_at};
use crate::domain::occupant::Occupant;
use crate::domain::sign::{Claim, Doing, Reason, Sign, Source, certainty};
use crate::ports::occupants::Occupants;

/// Looks at a pane whose foreground is the same as before, until this many have told the same: a wrapper starts its program late.
const LOOKS_AT_THE_SAME: u8 = 5;

/// An agent that has run for less still begins.
const NEW: Duration = Duration::from_secs(15);

/// What was seen in a pane.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    tag: RunTag,
    foreground: Option<i32>,
    agent: Option<Pid>,
    looks: u8,
}

/// Who lives in a pane now.
#[derive(Debug, Clone)]
struct Found {
    occupant: Option<Occupant>,
    /// How long the agent has run, where that is known.
    age: Option<Duration>,
    /// The shell that waits for a command there.
    shell: Option<String>,
    /// A whole sentence, for people.
    told: String,
}

impl App {
    /// Answers the monitor's questions; lives until `shutdown`.
    pub async fn run_residents(self, mut asks: mpsc::Receiver<Ask>, shutdown: CancellationToken) {
        let mut seen: HashMap<RunnerId, Seen> = HashMap::new();
        let mut settings = self.settings.clone();
        loop {
            let ask = tokio::select! {
                () = shutdown.cancelled() => return,
                ask = asks.recv() => ask,
                changed = settings.changed() => {
                    if changed.is_err() || self.monitor.turn(World::renew_rules).await.is_err() {
                        return;
                    }
                    continue;
                }
            };
            match ask {
                None => return,
                Some(Ask(Question::Resident {
                    tag,
                    pane,
                    pane_pid,
                })) => {
                    self.look_who(&mut seen, tag, pane, pane_pid).await;
                }
                Some(Ask(Question::Glance)) => self.glance().await,
            }
        }
    }

    async fn look_who(
        &self,
        seen: &mut HashMap<RunnerId, Seen>,
        tag: RunTag,
        pane: PaneId,
        pane_pid: Pid,
    ) {
        let foreground = self.ports.occupants.foreground(pane_pid);
        let before = seen.get(&tag.runner).filter(|before| before.tag == tag);
        let looks = match before {
            Some(before) if before.foreground == foreground => {
                let is_settled = match before.agent {
                    Some(agent) => self.ports.occupants.foreground(agent).is_some(),
                    None => before.looks >= LOOKS_AT_THE_SAME,
                };
                if is_settled {
                    return;
                }
                before.looks.saturating_add(1)
            }
            _ => 0,
        };
        let found = match self.ports.occupants.processes(pane_pid) {
            Ok(processes) => found(&processes, pane, pane_pid, foreground),
            Err(error) => {
                tracing::debug!(%pane, %error, "who lives there is not known");
                return;
            }
        };
        let agent = found.occupant.as_ref().map(|one| one.pid);
        seen.insert(
            tag.runner,
            Seen {
                tag,
                foreground,
                agent,
                looks,
            },
        );
        let taken = self
            .monitor
            .turn(move |world| world.take_resident(tag, found))
            .await;
        if let Ok(Some(occupant)) = taken {
            self.follow_files(tag, occupant).await;
        }
    }

    /// Whoever looks at a pane has seen what is done in it.
    async fn glance(&self) {
        let terminals = match self.ports.terminals.terminals().await {
            Ok(terminals) => terminals,
            Err(error) => {
                tracing::debug!(%error, "what people look at is not known");
                return;
            }
        };
        let seen = self
            .monitor
            .turn(move |world| world.take_glances(&terminals))
            .await;
        // An error means that the monitor is gone.
        drop(seen);
    }
}

/// The agent that lives in a pane now.
pub(super) fn occupant_in(
    occupants: &dyn Occupants,
    pane: PaneId,
    pane_pid: Pid,
) -> Option<Occupant> {
    let processes = occupants.processes(pane_pid).ok()?;
    found(&processes, pane, pane_pid, occupants.foreground(pane_pid)).occupant
}

fn found(processes: &[PaneProcess], pane: PaneId, pane_pid: Pid, foreground: Option<i32>) -> Found {
    match identify(processes, pane_pid, foreground) {
        Resident::Agent { kind, pid, how } => {
            let process = processes.iter().find(|process| process.pid == pid);
            let occupant = process.map(|process| Occupant {
                kind,
                pid,
                started: process.started,
                pane,
                cwd: process.cwd.clone(),
                args: process.args.clone(),
                env: process.env.clone(),
            });
            let told = format!("{} is process {pid}: its program {how}.", kind.name);
            Found {
                occupant,
                age: process.and_then(|process| process.age),
                shell: None,
                told,
            }
        }
        Resident::Opaque(name) => {
            nobody(format!("What runs behind {name} cannot be seen from here."))
        }
        Resident::Shell(name) => Found {
            shell: Some(name.clone()),
            ..nobody(format!("{name} waits for a command."))
        },
        Resident::Other(name) => nobody(format!("{name} is no agent that is known.")),
        Resident::Nobody => nobody("No process of the pane can be seen.".to_owned()),
    }
}

const fn nobody(told: String) -> Found {
    Found {
        occupant: None,
        age: None,
        shell: None,
        told,
    }
}

impl World {
    /// Takes in who lives in a pane. An agent that has only just been found is returned: its files are to be read.
    fn take_resident(&mut self, tag: RunTag, found: Found) -> Option<Occupant> {
        let entry = self
            .runners
            .get_mut(&tag.runner)
            .filter(|entry| entry.runner.run == tag.run && !entry.status().is_ended())?;
        let was_known = std::mem::replace(&mut entry.awareness.is_known, true);
        entry.awareness.resident = found.told;
        let before = entry.awareness.occupant.as_ref();
        let is_same = match (before, &found.occupant) {
            (Some(before), Some(now)) => before.is_same(now),
            (None, None) => true,
            _ => false,
        };
        if is_same {
            if found.shell.is_none() && std::mem::take(&mut entry.awareness.left_to_shell) {
                self.tell_shell(tag.runner, None);
            }
            return None;
        }
        let had_one = entry.awareness.occupant.is_some();
        // What geppetto started ends with its agent, and that end is told.
        if had_one && (found.occupant.is_some() || !entry.runner.is_ours()) {
            entry.release_waiters();
        }
        entry.awareness.occupant.clone_from(&found.occupant);
        entry.awareness.files = None;
        entry.awareness.conversation = None;
        entry.awareness.degraded.clear();
        let kind = found.occupant.as_ref().map(|one| one.kind);
        let is_first = !had_one && (!was_known || kind == Some(entry.runner.kind));
        self.move_in(tag.runner, kind, found.age, is_first);
        if had_one && found.shell.is_some() {
            self.tell_shell(tag.runner, found.shell);
        }
        found.occupant
    }

    /// The shell that an agent has left behind waits for a command, or no longer. Until something is printed nothing else tells what the
    /// pane does. Of other shells it is not known whether they wait or run a script of their own.
    fn tell_shell(&mut self, id: RunnerId, shell: Option<String>) {
        let at = self.clock.now();
        if let Some(entry) = self.runners.get_mut(&id)
            && entry.runner.kind.prints == Prints::IsWork
        {
            entry.awareness.left_to_shell = shell.is_some();
            let claim = shell.map(|name| Claim {
                certainty: certainty::WEAK,
                doing: Doing::Resting,
                reason: Reason::Ready,
                detail: format!("{name} waits"),
            });
            let source = Source::Process;
            self.apply(id, Fact::Sign(Sign { source, at, claim }));
        }
    }

    /// The pane has another occupant, of whom nothing is known yet. The first one that is of the kind which its command told is none.
    fn move_in(
        &mut self,
        id: RunnerId,
        kind: Option<&'static Kind>,
        age: Option<Duration>,
        is_first: bool,
    ) {
        let Some(entry) = self.runners.get_mut(&id) else {
            return;
        };
        let is_new = age.is_some_and(|age| age < NEW);
        if is_first && !is_new && kind == Some(entry.runner.kind) {
            return;
        }
        let runner = &entry.runner;
        let kind = runner.wishes.kind_with(kind, &runner.origin, runner.kind);
        let is_another = entry.runner.kind != kind;
        if is_first && !is_another && !is_new {
            return;
        }
        entry.runner.kind = kind;
        self.begin_awareness(id, age);
        self.apply(
            id,
            Fact::Moved {
                prints: kind.prints,
                is_new,
            },
        );
        self.touch(id);
    }

    /// The user says what a runner is.
    pub(super) fn give_kind(&mut self, id: RunnerId, given: &'static Kind) {
        let Some(entry) = self.runners.get_mut(&id) else {
            return;
        };
        entry.runner.wishes.kind = Some(given);
        let found = entry.awareness.occupant.as_ref().map(|one| one.kind);
        let runner = &entry.runner;
        let kind = runner.wishes.kind_with(found, &runner.origin, runner.kind);
        if runner.kind != kind {
            entry.runner.kind = kind;
            self.begin_awareness(id, None);
            let (prints, is_new) = (kind.prints, false);
            self.apply(id, Fact::Moved { prints, is_new });
        }
        self.touch(id);
    }

    fn take_glances(&mut self, terminals: &[Terminal]) {
        let seen: Vec<RunnerId> = self
            .live()
            .filter(|entry| {
                let pane = entry.runner.place.as_ref().map(|place| place.pane);
                pane.is_some_and(|pane| is_looked_at(pane, terminals))
            })
            .map(|entry| entry.runner.id)
            .collect();
        for id in seen {
            self.apply(id, Fact::Seen);
        }
    }
}
