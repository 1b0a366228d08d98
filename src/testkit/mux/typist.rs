//! What is typed into panes of the fake, and what they show then.

use std::collections::VecDeque;

use async_trait::async_trait;

use super::*;
use crate::testkit::typist_contract::{self, Program};

impl FakeMux {
    /// The pane shows the first of these screens; the next one after each thing that is typed.
    pub(crate) async fn shows(&self, pane: PaneId, screens: &[&str]) {
        self.will_show(pane, screens).await;
        self.show_screen(pane).await;
    }

    /// The same, but nobody is told of the first one before they look.
    pub(crate) async fn will_show(&self, pane: PaneId, screens: &[&str]) {
        let screens = screens.iter().map(|&screen| screen.to_owned()).collect();
        self.state.lock().await.screens.insert(pane, screens);
    }

    /// What was typed changes what it shows, if anything does.
    pub(super) async fn next_screen(&self, pane: PaneId) {
        let mut state = self.state.lock().await;
        match state.screens.get_mut(&pane) {
            Some(screens) if screens.len() > 1 => drop(screens.pop_front()),
            _ => return,
        }
        drop(state);
        self.show_screen(pane).await;
    }

    pub(super) async fn show_screen(&self, pane: PaneId) {
        let text = {
            let state = self.state.lock().await;
            let first = state.screens.get(&pane).and_then(VecDeque::front);
            match first {
                Some(text) => text.clone(),
                None => return,
            }
        };
        let rows = text
            .lines()
            .map(|row| Bytes::copy_from_slice(row.as_bytes()));
        let screen = PaneScreen {
            size: Size {
                cols: 120,
                rows: 40,
            },
            rows: rows.collect(),
            ..PaneScreen::default()
        };
        let at = Timestamp(1);
        let screen = Box::new(screen);
        self.event(pane, ProcessEvent::Screen { at, screen }).await;
    }
}

impl FakeMux {
    /// What is typed into it now goes to its program.
    async fn takes_keys(&self, handle: &ProcessHandle) -> Result<(), ProcessError> {
        let Place { pane, pane_pid, .. } = handle.place;
        let state = self.state.lock().await;
        let known = state.handle(pane).map(|known| known.place.pane_pid);
        if known.is_ok_and(|pid| pid == pane_pid) {
            let scrolls = state.scrolled.contains(&pane);
            let in_mode = || ProcessError::InMode { pane };
            return if scrolls { Err(in_mode()) } else { Ok(()) };
        }
        Err(ProcessError::Gone {
            pane,
            pid: pane_pid,
        })
    }

    async fn typed(&self, pane: PaneId, deed: String) {
        self.state.lock().await.deeds.push(deed);
        self.next_screen(pane).await;
    }
}

#[async_trait]
impl Typist for FakeMux {
    async fn paste(&self, handle: &ProcessHandle, text: &str) -> Result<(), ProcessError> {
        self.takes_keys(handle).await?;
        let pane = handle.place.pane;
        self.typed(pane, format!("paste {pane} {text:?}")).await;
        Ok(())
    }

    async fn keys(&self, handle: &ProcessHandle, keys: &[KeyName]) -> Result<(), ProcessError> {
        self.takes_keys(handle).await?;
        let pane = handle.place.pane;
        let keys: Vec<&str> = keys.iter().map(KeyName::as_str).collect();
        self.typed(pane, format!("press {pane} {}", keys.join(" ")))
            .await;
        Ok(())
    }
}

/// A pane of the fake, and what was done to it.
struct FakeProgram {
    mux: std::sync::Arc<FakeMux>,
    pane: PaneId,
}

impl FakeProgram {
    fn state(&self) -> tokio::sync::MutexGuard<'_, State> {
        let state = self.mux.state.try_lock();
        state.expect("nobody else asks now")
    }
}

impl Program for FakeProgram {
    fn got(&self) -> String {
        let mut got = String::new();
        for deed in &self.state().deeds {
            if let Some(pasted) = deed.strip_prefix(&format!("paste {} ", self.pane)) {
                let pasted: String = serde_json::from_str(pasted).unwrap();
                got.push_str(&pasted);
            }
            if let Some(pressed) = deed.strip_prefix(&format!("press {} ", self.pane)) {
                got.extend(pressed.split(' ').map(|key| match key {
                    "Enter" => "\r",
                    "Escape" => "\u{1b}",
                    key => key,
                }));
            }
        }
        got
    }

    fn scroll(&self, scrolls: bool) {
        let mut state = self.state();
        if scrolls {
            state.scrolled.insert(self.pane);
        } else {
            state.scrolled.remove(&self.pane);
        }
    }
}

#[tokio::test]
async fn the_fake_types_by_the_contract() {
    let mux = FakeMux::new();
    let pane = mux.user_session("a").await;
    let handle = mux.state.lock().await.handle(pane).unwrap();
    let program = FakeProgram {
        mux: std::sync::Arc::clone(&mux),
        pane,
    };
    typist_contract::holds(&*mux, &handle, &program).await;
}
