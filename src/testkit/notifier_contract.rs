//! What every notifier keeps, whoever it tells.

use crate::ports::notifier::{Facts, Notifier, NotifierError};

pub(crate) async fn holds(notifier: &dyn Notifier) {
    let facts = Facts {
        variables: vec![("GEPPETTO_NAME", "a".to_owned())],
        // More than a pipe holds, and nobody reads it.
        input: "x".repeat(200_000),
    };
    assert!(notifier.command("exit 0", &facts).await.is_ok());
    let failed = notifier.command("exit 7", &facts).await;
    assert!(
        matches!(failed, Err(NotifierError::Failed { .. })),
        "{failed:?}"
    );
}
