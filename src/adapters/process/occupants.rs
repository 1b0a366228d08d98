//! Who lives in a pane: the processes of one session with their words, directories and the few variables that are wanted of them.

use std::io;

use super::{SystemProcesses, system};
use crate::domain::identity::PaneProcess;
use crate::domain::ids::Pid;
use crate::ports::occupants::Occupants;
use crate::ports::table::ProcessInfo;

impl Occupants for SystemProcesses {
    fn foreground(&self, pane_pid: Pid) -> Option<i32> {
        system::process(pane_pid)?.foreground
    }

    fn processes(&self, pane_pid: Pid) -> io::Result<Vec<PaneProcess>> {
        let Some(pane) = system::process(pane_pid) else {
            return Ok(Vec::new());
        };
        let session = match Pid::new(pane.session) {
            Some(leader) => system::of_session(leader)?,
            None => vec![pane],
        };
        let is_alive = |process: &ProcessInfo| !process.zombie;
        Ok(session
            .into_iter()
            .filter(is_alive)
            .filter_map(described)
            .collect())
    }
}

/// How often one is read that begins one program after another, before it is told as it was read last.
const READINGS: usize = 4;

/// What is known of it, unless it has ended meanwhile. One that becomes another program while it is read is read again, so that the name
/// of the one is not told with the words or the file of the other.
fn described(found: ProcessInfo) -> Option<PaneProcess> {
    let mut before = found;
    let mut readings = 0;
    loop {
        let read = detailed(before);
        let now = system::process(read.pid).filter(|now| !now.zombie)?;
        readings += 1;
        let is_the_same = now.name == read.name && now.started == read.started;
        // Without words it may be on its way into the next program: the system shows those last.
        if (is_the_same && !read.args.is_empty()) || readings == READINGS {
            return Some(read);
        }
        before = now;
    }
}

fn detailed(process: ProcessInfo) -> PaneProcess {
    PaneProcess {
        args: system::arguments(process.pid),
        file: system::file(process.pid),
        cwd: system::directory(process.pid),
        env: system::variables(process.pid),
        pid: process.pid,
        parent: process.parent,
        group: process.group,
        started: process.started,
        age: system::age(process.started),
        name: process.name,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use super::super::ps;
    use super::*;
    use crate::domain::identity::{Resident, identify};
    use crate::ports::table::{ProcessTable, Signal};

    /// A session of its own, as a pane has one; ends with the test.
    struct Pane {
        leader: Child,
        pid: Pid,
    }

    impl Pane {
        /// Starts `script` in a shell, whose descriptor 3 is a pipe that nobody writes to.
        fn start(home: &Path, script: &str) -> Self {
            // Not the leader of a group, so that `setsid` need not fork.
            let leader = Command::new("setsid")
                .args(["sh", "-c", &format!("exec 3<&0; {script}")])
                .current_dir(home)
                .env("CODEX_HOME", "/nowhere")
                .env("SECRET_TOKEN", "secret")
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            let pid = Pid::new(leader.id().cast_signed()).unwrap();
            Self { leader, pid }
        }

        /// The agent in it, once the program of this name has begun.
        async fn agent(&self, name: &str) -> PaneProcess {
            let found = || {
                let processes = Occupants::processes(&SystemProcesses, self.pid).unwrap();
                let Resident::Agent { pid, .. } = identify(&processes, self.pid, None) else {
                    return None;
                };
                processes
                    .into_iter()
                    .find(|one| one.pid == pid && one.name == name && !one.args.is_empty())
            };
            until("an agent", found).await
        }
    }

    impl Drop for Pane {
        fn drop(&mut self) {
            for process in Occupants::processes(&SystemProcesses, self.pid).unwrap_or_default() {
                drop(SystemProcesses.signal(process.pid, Signal::Kill));
            }
            drop(self.leader.wait());
        }
    }

    /// What `look` finds, as soon as it does.
    async fn until<T>(what: &str, look: impl Fn() -> Option<T>) -> T {
        let mut turns = tokio::time::interval(Duration::from_millis(10));
        let found = async {
            loop {
                turns.tick().await;
                if let Some(found) = look() {
                    return found;
                }
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(60), found).await;
        found.unwrap_or_else(|_| unreachable!("there was never {what}"))
    }

    /// By a process of its own: what this one writes may still be open in what another test starts, and cannot be run then.
    fn copy(from: impl AsRef<Path>, to: &Path) {
        let copied = Command::new("cp").arg(from.as_ref()).arg(to).status();
        assert!(copied.unwrap().success());
    }

    fn program(path: &Path, text: &str) {
        let written = path.with_extension("text");
        fs::write(&written, text).unwrap();
        fs::set_permissions(&written, fs::Permissions::from_mode(0o755)).unwrap();
        copy(&written, path);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_link_under_another_name_is_what_it_leads_to() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        copy("/bin/cat", &home.join("claude"));
        std::os::unix::fs::symlink("claude", home.join("cc")).unwrap();
        let pane = Pane::start(&home, "./cc - <&3 & wait");
        let agent = pane.agent("cc").await;
        assert_eq!(agent.file, Some(home.join("claude")));
        // What an update has taken away from under it is still what it was.
        fs::remove_file(home.join("claude")).unwrap();
        assert_eq!(pane.agent("cc").await.file, Some(home.join("claude")));
    }

    #[tokio::test]
    async fn an_agent_is_found_below_a_shell_with_what_is_known_of_it() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        copy("/bin/cat", &home.join("claude"));
        let pane = Pane::start(&home, "./claude - <&3 & wait");
        let agent = pane.agent("claude").await;
        assert_eq!(agent.parent, Some(pane.pid));
        assert_eq!(agent.args, ["./claude", "-"]);
        assert_eq!(agent.cwd.as_deref(), Some(home.as_path()));
        assert_eq!(
            agent.env.get("CODEX_HOME").map(String::as_str),
            Some("/nowhere")
        );
        assert!(!agent.env.contains_key("SECRET_TOKEN"));
        assert_eq!(ps::directory(agent.pid), agent.cwd);
        assert_eq!(ps::file(agent.pid), agent.file);
        assert_eq!(ps::variables(agent.pid), agent.env);
    }

    #[tokio::test]
    async fn an_agent_that_is_a_script_is_found_below_its_wrapper() {
        let home = tempfile::tempdir().unwrap();
        program(&home.path().join("gemini"), "#!/bin/sh\nread line\n");
        program(
            &home.path().join("start"),
            "#!/bin/sh\n./gemini <&3 & wait\n",
        );
        let pane = Pane::start(home.path(), "./start & wait");
        let agent = pane.agent("gemini").await;
        assert_eq!(agent.args, ["/bin/sh", "./gemini"]);
        assert_ne!(agent.parent, Some(pane.pid));
    }

    #[tokio::test]
    async fn both_ways_find_the_same_session() {
        let home = tempfile::tempdir().unwrap();
        let pane = Pane::start(home.path(), "cat <&3 & (cat <&3 & wait) & wait");
        let pids = |found: Vec<ProcessInfo>| -> BTreeSet<Pid> {
            found.iter().map(|process| process.pid).collect()
        };
        let found =
            || Some(pids(system::of_session(pane.pid).unwrap())).filter(|all| all.len() == 4);
        let found = until("four processes", found).await;
        assert_eq!(found, pids(ps::of_session(pane.pid).unwrap()));
        let none = Pid::new(i32::MAX).unwrap();
        assert!(
            Occupants::processes(&SystemProcesses, none)
                .unwrap()
                .is_empty()
        );
        assert_eq!(SystemProcesses.foreground(none), None);
    }
}
