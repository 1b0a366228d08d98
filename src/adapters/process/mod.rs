//! The machine's process table: from /proc on Linux, from `ps` elsewhere. Looks and signals; decides nothing.

#[cfg(target_os = "linux")]
mod linux;
mod occupants;
#[cfg(any(test, not(target_os = "linux")))]
mod ps;
mod run_parents;
mod usage;

use std::io;
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{kill_process, test_kill_process};

#[cfg(target_os = "linux")]
use self::linux as system;
#[cfg(not(target_os = "linux"))]
use self::ps as system;
pub use self::usage::SystemUsage;
use crate::domain::ids::Pid;
use crate::ports::table::{ProcessInfo, ProcessTable, Signal};

/// How often a process is looked at where the system does not tell of its end.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// How many looks at whether the process is there go with one at whether only its entry is left. The latter may
/// cost a process of its own (`ps`).
const LOOKS_PER_ZOMBIE_CHECK: u32 = 10;

/// The processes of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemProcesses;

#[async_trait]
impl ProcessTable for SystemProcesses {
    fn processes(&self) -> io::Result<Vec<ProcessInfo>> {
        system::processes()
    }

    fn signal(&self, pid: Pid, signal: Signal) -> io::Result<bool> {
        match kill_process(raw(pid), kernel_signal(signal)) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::SRCH) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn ended(&self, pid: Pid) {
        #[cfg(target_os = "linux")]
        if linux::told_of_end(pid).await {
            return;
        }
        look_until_ended(pid).await;
    }
}

/// The way for systems that do not tell, and for when they cannot (no descriptor left, old kernel).
async fn look_until_ended(pid: Pid) {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for look in 0_u32.. {
        looks.tick().await;
        // EPERM means that it is there.
        if test_kill_process(raw(pid)) == Err(rustix::io::Errno::SRCH) {
            return;
        }
        if look.is_multiple_of(LOOKS_PER_ZOMBIE_CHECK) && system::is_zombie(pid) {
            return;
        }
    }
}

fn raw(pid: Pid) -> rustix::process::Pid {
    rustix::process::Pid::from_raw(pid.as_raw()).expect("a domain pid is positive")
}

const fn kernel_signal(signal: Signal) -> rustix::process::Signal {
    match signal {
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Kill => rustix::process::Signal::KILL,
        Signal::HangUp => rustix::process::Signal::HUP,
        Signal::Stop => rustix::process::Signal::STOP,
        Signal::Continue => rustix::process::Signal::CONT,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// Ends with the test, however that ends.
    struct Sleeper {
        child: Child,
        pid: Pid,
    }

    impl Sleeper {
        fn start() -> Self {
            let child = Command::new("sleep")
                .arg("1000")
                .process_group(0)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let pid = Pid::new(i32::try_from(child.id()).unwrap()).unwrap();
            Self { child, pid }
        }
    }

    impl Drop for Sleeper {
        fn drop(&mut self) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }

    fn entry(table: &[ProcessInfo], pid: Pid) -> Option<&ProcessInfo> {
        table.iter().find(|process| process.pid == pid)
    }

    #[test]
    fn a_child_is_listed_with_its_relations() {
        let sleeper = Sleeper::start();
        let myself = Pid::new(i32::try_from(std::process::id()).unwrap()).unwrap();
        for table in [system::processes(), ps::processes()] {
            let table = table.unwrap();
            let found = entry(&table, sleeper.pid).unwrap();
            assert_eq!(found.parent, Some(myself));
            assert_eq!(found.group, sleeper.pid.as_raw());
            assert_eq!(found.session, entry(&table, myself).unwrap().session);
            assert_eq!(found.name, "sleep");
            assert!(!found.stopped && !found.zombie);
            assert!(found.started > 0);
        }
    }

    #[tokio::test]
    async fn signals_stop_continue_and_end_and_the_end_is_told() {
        let mut sleeper = Sleeper::start();
        let pid = sleeper.pid;
        let table = SystemProcesses;
        for (signal, stopped) in [(Signal::Stop, true), (Signal::Continue, false)] {
            assert!(table.signal(pid, signal).unwrap());
            let mut turns = tokio::time::interval(Duration::from_millis(10));
            let has_state = async {
                while entry(&table.processes().unwrap(), pid).unwrap().stopped != stopped {
                    turns.tick().await;
                }
            };
            tokio::time::timeout(Duration::from_secs(10), has_state)
                .await
                .unwrap();
        }
        assert!(table.signal(pid, Signal::Kill).unwrap());
        // Nobody has waited for it yet, so these also show that a zombie counts as ended.
        tokio::time::timeout(Duration::from_secs(10), table.ended(pid))
            .await
            .unwrap();
        tokio::time::timeout(Duration::from_secs(10), look_until_ended(pid))
            .await
            .unwrap();
        assert!(entry(&table.processes().unwrap(), pid).unwrap().zombie);
        assert!(system::is_zombie(pid) && ps::is_zombie(pid));
        sleeper.child.wait().unwrap();
        table.ended(pid).await;
        look_until_ended(pid).await;
        assert!(!table.signal(pid, Signal::Terminate).unwrap());
    }
}
