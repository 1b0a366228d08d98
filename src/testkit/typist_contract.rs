//! What everybody keeps who types into panes.

use std::time::Duration;

use crate::domain::ids::Pid;
use crate::domain::key_name::KeyName;
use crate::ports::process::{ProcessError, ProcessHandle, Typist};

/// The program in a pane, which wants every byte as it is, and what a person does to the pane.
pub(crate) trait Program {
    /// What it has got since it began.
    fn got(&self) -> String;

    /// A person scrolls in the pane, or no longer.
    fn scroll(&self, scrolls: bool);
}

/// Waits until it has got that, and nothing else.
async fn until_got(program: &impl Program, text: &str) {
    let mut turns = tokio::time::interval(Duration::from_millis(10));
    let got = async {
        while program.got().len() < text.len() {
            turns.tick().await;
        }
    };
    // What came of it is told below.
    let _in_time = tokio::time::timeout(Duration::from_secs(60), got).await;
    assert_eq!(program.got(), text);
}

/// `handle` is the pane of `program`.
pub(crate) async fn holds(typist: &dyn Typist, handle: &ProcessHandle, program: &impl Program) {
    let key = |name: &str| KeyName::parse(name).unwrap();
    typist.paste(handle, "go; on #{x} '\"").await.unwrap();
    until_got(program, "go; on #{x} '\"").await;
    typist
        .keys(handle, &[key("1"), KeyName::enter()])
        .await
        .unwrap();
    typist.keys(handle, &[key("Escape")]).await.unwrap();
    let all = "go; on #{x} '\"1\r\u{1b}";
    until_got(program, all).await;

    program.scroll(true);
    let in_mode = |result: &Result<(), ProcessError>| matches!(result, Err(ProcessError::InMode { pane }) if *pane == handle.place.pane);
    let refused = typist.paste(handle, "lost").await;
    assert!(in_mode(&refused), "{refused:?}");
    let refused = typist.keys(handle, &[key("q")]).await;
    assert!(in_mode(&refused), "{refused:?}");
    program.scroll(false);

    // Another process has the pane by now.
    let mut moved = handle.clone();
    moved.place.pane_pid = Pid::new(handle.place.pane_pid.as_raw() + 1).unwrap();
    let gone = |result: &Result<(), ProcessError>| matches!(result, Err(ProcessError::Gone { .. }));
    let refused = typist.paste(&moved, "lost").await;
    assert!(gone(&refused), "{refused:?}");
    let refused = typist.keys(&moved, &[key("x")]).await;
    assert!(gone(&refused), "{refused:?}");

    typist.paste(handle, "!").await.unwrap();
    until_got(program, &format!("{all}!")).await;
}
