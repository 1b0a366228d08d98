//! What everybody keeps who reaches people through a multiplexer.

use crate::domain::ids::PaneId;
use crate::domain::notice::OscNumber;
use crate::ports::mux::MuxError;
use crate::ports::terminals::Terminals;

/// `pane` lives; nobody is attached.
pub(crate) async fn holds(terminals: &dyn Terminals, pane: PaneId) {
    assert_eq!(terminals.terminals().await.unwrap(), []);
    terminals.ring(pane).await.unwrap();
    terminals
        .announce(pane, OscNumber::Nine, "a\u{1b}b")
        .await
        .unwrap();
    let gone = PaneId(99);
    let no_pane = |result| matches!(result, Err(MuxError::NoPane { target }) if target == "%99");
    assert!(no_pane(terminals.ring(gone).await));
    assert!(no_pane(
        terminals.announce(gone, OscNumber::Nine, "a").await
    ));
    terminals.say("/dev/pts/none", "a").await.unwrap();
}
