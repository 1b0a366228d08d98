//! What a program and its descendants use, from two readings of the process table. CPU times are sums since a process began, so
//! what was used between two readings is their difference, process by process.

use std::time::Duration;

use super::ids::Pid;
use super::time::Tick;

/// One process, at the moment it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessUsage {
    /// Its id.
    pub pid: Pid,
    /// Its parent, if it has one.
    pub parent: Option<Pid>,
    /// When it began, in the system's own unit, to tell two processes of one pid apart.
    pub started: u64,
    /// CPU time since it began, on all cores together.
    pub cpu: Duration,
    /// Resident memory in bytes.
    pub memory: u64,
}

/// The processes of one tree, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeReading {
    /// When.
    pub at: Tick,
    /// The root and its descendants, in any order.
    pub processes: Vec<ProcessUsage>,
}

/// What a tree uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Thousandths of one core's time; `None` when there was nothing to compare with.
    pub cpu_permille: Option<u32>,
    /// Resident memory in bytes; what processes share is counted for each.
    pub memory: u64,
    /// How many processes there are.
    pub processes: u32,
}

impl TreeReading {
    /// What the tree uses, and since `before` used of the CPU.
    pub fn usage(&self, before: Option<&Self>) -> Usage {
        Usage {
            cpu_permille: before.and_then(|before| self.cpu_since(before)),
            memory: self.processes.iter().map(|process| process.memory).sum(),
            processes: u32::try_from(self.processes.len()).unwrap_or(u32::MAX),
        }
    }

    /// What ended between the two readings is not seen, and of what began there everything counts.
    fn cpu_since(&self, before: &Self) -> Option<u32> {
        let passed = self.at.since(before.at).as_micros();
        let used: Duration = self
            .processes
            .iter()
            .map(|process| {
                let then = before.processes.iter().find(|then| then.is_same(process));
                process
                    .cpu
                    .saturating_sub(then.map(|then| then.cpu).unwrap_or_default())
            })
            .sum();
        let permille = (used.as_micros() * 1000).checked_div(passed)?;
        Some(u32::try_from(permille).unwrap_or(u32::MAX))
    }
}

impl ProcessUsage {
    /// True when both are the same process.
    fn is_same(&self, other: &Self) -> bool {
        self.pid == other.pid && self.started == other.started
    }
}

impl Usage {
    /// The higher of each value.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            cpu_permille: self.cpu_permille.max(other.cpu_permille),
            memory: self.memory.max(other.memory),
            processes: self.processes.max(other.processes),
        }
    }
}

/// `root` and all its descendants; none when it is not there.
pub fn tree(root: Pid, all: &[ProcessUsage]) -> Vec<ProcessUsage> {
    let mut found: Vec<ProcessUsage> = all.iter().filter(|one| one.pid == root).copied().collect();
    let mut looked_at = 0;
    while let Some(parent) = found.get(looked_at).map(|one| one.pid) {
        let is_known = |pid| found.iter().any(|one| one.pid == pid);
        // A table read while processes come and go may hold a circle.
        let children: Vec<ProcessUsage> = all
            .iter()
            .filter(|one| one.parent == Some(parent) && !is_known(one.pid))
            .copied()
            .collect();
        found.extend(children);
        looked_at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pid(number: i32) -> Pid {
        Pid::new(number).unwrap()
    }

    fn process(number: i32, parent: i32, cpu_ms: u64, memory: u64) -> ProcessUsage {
        ProcessUsage {
            pid: pid(number),
            parent: Pid::new(parent),
            started: 1,
            cpu: Duration::from_millis(cpu_ms),
            memory,
        }
    }

    fn reading(at_ms: u64, processes: &[ProcessUsage]) -> TreeReading {
        TreeReading {
            at: Tick(Duration::from_millis(at_ms)),
            processes: processes.to_vec(),
        }
    }

    #[test]
    fn a_tree_is_the_root_and_everything_below_it() {
        let all = [
            process(5, 4, 0, 0),
            process(1, 0, 0, 0),
            process(3, 2, 0, 0),
            process(2, 1, 0, 0),
            process(4, 3, 0, 0),
            process(9, 1, 0, 0),
        ];
        let pids = |root| -> Vec<i32> {
            let found = tree(pid(root), &all);
            found.iter().map(|one| one.pid.as_raw()).collect()
        };
        assert_eq!(pids(2), [2, 3, 4, 5]);
        assert_eq!(pids(9), [9]);
        assert_eq!(pids(77), [0; 0]);
        let circle = [process(1, 2, 0, 0), process(2, 1, 0, 0)];
        assert_eq!(tree(pid(1), &circle).len(), 2);
    }

    #[test]
    fn cpu_is_what_was_used_between_two_readings() {
        let before = reading(1000, &[process(1, 0, 500, 10), process(2, 1, 9000, 20)]);
        let other = ProcessUsage {
            started: 2,
            ..process(2, 1, 30, 5)
        };
        for (what, at, processes, expected) in [
            (
                "nothing",
                2000,
                vec![process(1, 0, 500, 10)],
                (Some(0), 10, 1),
            ),
            (
                "half a core",
                2000,
                vec![process(1, 0, 1000, 7)],
                (Some(500), 7, 1),
            ),
            (
                "two cores",
                1500,
                vec![process(1, 0, 1000, 1), process(2, 1, 9500, 1)],
                (Some(2000), 2, 2),
            ),
            (
                "another one of the same pid",
                1100,
                vec![other],
                (Some(300), 5, 1),
            ),
            (
                "a clock that stands",
                1000,
                vec![process(1, 0, 900, 1)],
                (None, 1, 1),
            ),
            (
                "a sum that fell",
                2000,
                vec![process(1, 0, 400, 1)],
                (Some(0), 1, 1),
            ),
        ] {
            let usage = reading(at, &processes).usage(Some(&before));
            let found = (usage.cpu_permille, usage.memory, usage.processes);
            assert_eq!(found, expected, "{what}");
        }
        assert_eq!(before.usage(None).cpu_permille, None);
    }

    #[test]
    fn peaks_are_kept_each_by_itself() {
        let usage = |cpu_permille, memory, processes| Usage {
            cpu_permille,
            memory,
            processes,
        };
        assert_eq!(
            usage(None, 9, 1).max(usage(Some(3), 4, 2)),
            usage(Some(3), 9, 2)
        );
    }
}
