//! Who would notice what, by what the terminals of people show.

use crate::domain::ids::{PaneId, SessionId};

/// A terminal of a person that is attached to the multiplexer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// As the multiplexer calls it; hostile text.
    pub name: String,
    /// The session that it is attached to.
    pub session: SessionId,
    /// The active pane of what it shows.
    pub pane: PaneId,
    /// True when it has the person's attention, as far as anybody can tell.
    pub focused: bool,
}

/// True when somebody looks at that pane: they see for themselves.
pub fn is_looked_at(pane: PaneId, terminals: &[Terminal]) -> bool {
    terminals
        .iter()
        .any(|terminal| terminal.focused && terminal.pane == pane)
}

/// True when the bell of a pane that these sessions show reaches a terminal: only those of its own sessions hear it.
pub fn hears_bell(sessions: &[SessionId], terminals: &[Terminal]) -> bool {
    terminals
        .iter()
        .any(|terminal| sessions.contains(&terminal.session))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attention_is_needed_for_looking_but_not_for_hearing() {
        let terminals = |focused| {
            [Terminal {
                name: "/dev/pts/1".to_owned(),
                session: SessionId(1),
                pane: PaneId(3),
                focused,
            }]
        };
        assert!(is_looked_at(PaneId(3), &terminals(true)));
        assert!(!is_looked_at(PaneId(3), &terminals(false)));
        assert!(!is_looked_at(PaneId(4), &terminals(true)));
        assert!(hears_bell(&[SessionId(0), SessionId(1)], &terminals(false)));
        assert!(!hears_bell(&[SessionId(2)], &terminals(true)));
    }
}
