//! The desktop's notifications through the programs that show them, and the user's own command.
//!
//! Invariant: text of others is an argument, a variable or input of a program, never a part of what one reads as code.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::ports::notifier::{Facts, Notifier, NotifierError};

/// Time that a program has. What takes longer has no place in a notice; it can go into the background.
const LIMIT: Duration = Duration::from_secs(10);

/// Shows its first argument, under the title that is its second.
const APPLE_SCRIPT: [&str; 3] = [
    "on run argv",
    "display notification (item 1 of argv) with title (item 2 of argv)",
    "end run",
];

/// Programs of this machine.
#[derive(Debug, Clone)]
pub struct Programs {
    limit: Duration,
}

impl Default for Programs {
    fn default() -> Self {
        Self { limit: LIMIT }
    }
}

#[async_trait]
impl Notifier for Programs {
    async fn desktop(&self, text: &str) -> Result<(), NotifierError> {
        if cfg!(target_os = "macos") {
            let mut command = Command::new("osascript");
            for line in APPLE_SCRIPT {
                command.args(["-e", line]);
            }
            command.args(["--", text, "geppetto"]);
            return self.run("osascript", command, "").await;
        }
        let mut command = Command::new("notify-send");
        // As the title, in which no server looks for markup.
        command.args(["--app-name=geppetto", "--", text]);
        self.run("notify-send", command, "").await
    }

    async fn command(&self, command: &str, facts: &Facts) -> Result<(), NotifierError> {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).envs(facts.variables.clone());
        self.run("the notify command", shell, &facts.input).await
    }
}

impl Programs {
    async fn run(
        &self,
        program: &'static str,
        mut command: Command,
        input: &str,
    ) -> Result<(), NotifierError> {
        let start = |source| NotifierError::Start {
            program,
            source: Arc::new(source),
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(start)?;
        let group = child.id().and_then(|id| i32::try_from(id).ok());
        match timeout(self.limit, to_its_end(&mut child, input)).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(NotifierError::Failed {
                program,
                status: status.to_string(),
            }),
            Ok(Err(error)) => Err(start(error)),
            Err(_late) => {
                // With everything that it started; the child is not reaped yet, so the number is still its own.
                if let Some(group) = group.and_then(Pid::from_raw) {
                    let _gone = kill_process_group(group, Signal::KILL);
                }
                let _reaped = child.wait().await;
                Err(NotifierError::TimedOut {
                    program,
                    limit: self.limit,
                })
            }
        }
    }
}

async fn to_its_end(child: &mut Child, input: &str) -> std::io::Result<std::process::ExitStatus> {
    let stdin = child.stdin.take();
    let write = async {
        if let Some(mut stdin) = stdin {
            // It need not read it.
            let _unread = stdin.write_all(input.as_bytes()).await;
        }
    };
    let ((), status) = tokio::join!(write, child.wait());
    status
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::notifier_contract;

    fn facts(name: &str) -> Facts {
        Facts {
            variables: vec![("GEPPETTO_NAME", name.to_owned())],
            input: "{\"a\":1}".to_owned(),
        }
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        notifier_contract::holds(&Programs::default()).await;
    }

    #[tokio::test]
    async fn the_command_gets_facts_that_no_shell_reads() {
        let dir = tempfile::tempdir().unwrap();
        let (told, trap) = (dir.path().join("told"), dir.path().join("trap"));
        let hostile = format!("$(touch {}) `x` \"; exit 9; '", trap.display());
        let command = format!(
            "{{ printf '%s\\n' \"$GEPPETTO_NAME\"; cat; }} >{}",
            told.display()
        );
        let notifier = Programs::default();
        notifier.command(&command, &facts(&hostile)).await.unwrap();
        let told = std::fs::read_to_string(told).unwrap();
        assert_eq!(told, format!("{hostile}\n{{\"a\":1}}"));
        assert!(!trap.exists());
    }

    #[tokio::test]
    async fn what_does_not_end_is_killed_with_what_it_started() {
        let dir = tempfile::tempdir().unwrap();
        let pid = dir.path().join("pid");
        let notifier = Programs {
            limit: Duration::from_millis(300),
        };
        let command = format!("sleep 1000 & echo $! >{}; wait", pid.display());
        let error = notifier.command(&command, &facts("a")).await.unwrap_err();
        assert!(matches!(error, NotifierError::TimedOut { .. }), "{error}");
        let pid: i32 = std::fs::read_to_string(pid)
            .unwrap()
            .trim()
            .parse()
            .unwrap();
        let pid = Pid::from_raw(pid).unwrap();
        // Its new parent may not have reaped it yet: then it is a zombie, which runs no more.
        let is_over = || {
            let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
            rustix::process::test_kill_process(pid).is_err()
                || stat.is_ok_and(|stat| stat.contains(") Z "))
        };
        let over = async {
            while !is_over() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(10), over).await.unwrap();
    }
}
