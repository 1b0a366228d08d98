//! A notifier that only remembers what it was to tell.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::Mutex;

use crate::ports::notifier::{Facts, Notifier, NotifierError};

/// The fake. A command `exit N` ends as that says, every other one well.
#[derive(Default)]
pub(crate) struct FakeNotifier {
    told: Mutex<Vec<String>>,
}

impl FakeNotifier {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    /// What was told, in order.
    pub(crate) async fn told(&self) -> Vec<String> {
        self.told.lock().await.clone()
    }
}

#[async_trait]
impl Notifier for FakeNotifier {
    async fn desktop(&self, text: &str) -> Result<(), NotifierError> {
        self.told.lock().await.push(format!("desktop {text}"));
        Ok(())
    }

    async fn command(&self, command: &str, facts: &Facts) -> Result<(), NotifierError> {
        let name = facts
            .variables
            .iter()
            .find(|(key, _)| *key == "GEPPETTO_NAME");
        let name = name.map_or("", |(_, value)| value.as_str());
        self.told
            .lock()
            .await
            .push(format!("command {name}: {command}"));
        match command.strip_prefix("exit ") {
            None | Some("0") => Ok(()),
            Some(code) => Err(NotifierError::Failed {
                program: "the notify command",
                status: format!("exit status: {code}"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_keeps_the_contract() {
        crate::testkit::notifier_contract::holds(&*FakeNotifier::new()).await;
    }
}
