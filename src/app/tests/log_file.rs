//! The log file in an output directory, on a disk that is full for a while.

use std::sync::atomic::Ordering;

use super::*;

const LOG: &str = "/out/one.log";

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_a_warning_and_the_file_goes_on_when_there_is_room_again() {
    let core = Core::new();
    let request = NewRunner {
        output_dir: Some("/out".into()),
        ..named("one")
    };
    let now = core.new_runner(request).await.unwrap();
    let pane = pane_of(&core, &now).await;
    core.mux.print(pane, "before\n").await;
    core.until_file("before\n").await;

    core.files.full.store(true, Ordering::SeqCst);
    // Twice what is held back, and in pieces small enough that the follower itself misses none.
    let line = format!("{}\n", "x".repeat(1023));
    for printed in (50..=2048 + 50).step_by(50) {
        core.mux.print(pane, &line.repeat(50)).await;
        core.until_seq(1 + printed).await;
        tokio::time::advance(Duration::from_millis(100)).await;
    }
    let warnings = core.app.warnings().await.unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("cannot be written to /out/one.log"));
    assert_eq!(core.files.text(LOG).await.unwrap(), "before\n");
    assert!(["running", "idle"].contains(&core.status("one").await));

    core.files.full.store(false, Ordering::SeqCst);
    core.until_file(" lines are missing here]\n").await;
    core.mux.print(pane, "after\n").await;
    core.until_file("after\n").await;
    let text = core.files.text(LOG).await.unwrap();
    let kept = text.lines().filter(|text| text.len() == 1023).count();
    let marks: Vec<&str> = text
        .lines()
        .filter(|text| text.starts_with("[geppetto: "))
        .collect();
    let all = 2050;
    assert!((1000..=1024).contains(&kept), "{kept} lines were held back");
    let missing = all - kept;
    assert_eq!(
        marks,
        [format!("[geppetto: {missing} lines are missing here]")]
    );
}

impl Core {
    /// Waits until the log file ends so.
    async fn until_file(&self, end: &str) {
        let waiting = async {
            while !self
                .files
                .text(LOG)
                .await
                .is_some_and(|text| text.ends_with(end))
            {
                tokio::time::advance(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(300), waiting)
            .await
            .unwrap_or_else(|_| panic!("the file does not end with {end:?}"));
    }
}
