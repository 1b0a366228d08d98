//! What is typed into panes of the fake, and what they show then.

use std::collections::VecDeque;

use async_trait::async_trait;

use super::*;

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

#[async_trait]
impl Typist for FakeMux {
    async fn paste(&self, handle: &ProcessHandle, text: &str) -> Result<(), ProcessError> {
        let pane = handle.place.pane;
        let mut state = self.state.lock().await;
        state.handle(pane)?;
        state.deeds.push(format!("paste {pane} {text:?}"));
        drop(state);
        self.next_screen(pane).await;
        Ok(())
    }

    async fn keys(&self, handle: &ProcessHandle, keys: &[KeyName]) -> Result<(), ProcessError> {
        let pane = handle.place.pane;
        let keys: Vec<&str> = keys.iter().map(KeyName::as_str).collect();
        let mut state = self.state.lock().await;
        state.handle(pane)?;
        state.deeds.push(format!("press {pane} {}", keys.join(" ")));
        drop(state);
        self.next_screen(pane).await;
        Ok(())
    }
}
