//! What we wrote into panes ourselves and tmux has not told us of yet: when it comes as output of the pane, its program did not
//! print it. Without this a bell at the end of a runner's work would look like new work, of which the end rings a bell. Pure.

use bytes::{Buf, Bytes};
use memchr::memmem;
use tokio::sync::oneshot;

use super::limits::ECHO_EXPECTED;
use crate::domain::ids::PaneId;
use crate::domain::time::Tick;

/// Everything that is expected.
#[derive(Default)]
pub(super) struct Echoes(Vec<Echo>);

struct Echo {
    pane: PaneId,
    /// What has not come yet; never empty.
    rest: Bytes,
    until: Tick,
    /// Who waits until tmux has read it.
    seen: oneshot::Sender<()>,
}

impl Echoes {
    /// These bytes are about to be written into that pane.
    pub(super) fn expect(
        &mut self,
        pane: PaneId,
        bytes: Bytes,
        seen: oneshot::Sender<()>,
        now: Tick,
    ) {
        self.0.retain(|echo| now < echo.until);
        if !bytes.is_empty() {
            let until = now.after(ECHO_EXPECTED);
            self.0.push(Echo {
                pane,
                rest: bytes,
                until,
                seen,
            });
        }
    }

    /// True when that output of a pane is nothing but what we wrote. Within other output it is left where it is: the program
    /// has printed then, too.
    pub(super) fn is_ours(&mut self, pane: PaneId, bytes: &[u8], now: Tick) -> bool {
        if self.0.is_empty() {
            return false;
        }
        self.0.retain(|echo| now < echo.until);
        let Some(at) = self.0.iter().position(|echo| {
            echo.pane == pane
                && (echo.rest.starts_with(bytes) || memmem::find(bytes, &echo.rest).is_some())
        }) else {
            return false;
        };
        let mut echo = self.0.remove(at);
        let is_ours = echo.rest.starts_with(bytes);
        if is_ours && bytes.len() < echo.rest.len() {
            echo.rest.advance(bytes.len());
            self.0.insert(at, echo);
        } else {
            // Whoever wrote it may have stopped waiting.
            let _gone = echo.seen.send(());
        }
        is_ours
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Tick = Tick(std::time::Duration::from_secs(9));

    fn expecting(bytes: &'static [u8]) -> (Echoes, oneshot::Receiver<()>) {
        let mut echoes = Echoes::default();
        let (seen, was_seen) = oneshot::channel();
        echoes.expect(PaneId(1), Bytes::from_static(bytes), seen, NOW);
        (echoes, was_seen)
    }

    #[test]
    fn exactly_what_was_written_is_ours_once() {
        let (mut echoes, mut seen) = expecting(b"\x07");
        assert!(!echoes.is_ours(PaneId(2), b"\x07", NOW));
        assert!(!echoes.is_ours(PaneId(1), b"x", NOW));
        assert!(seen.try_recv().is_err());
        assert!(echoes.is_ours(PaneId(1), b"\x07", NOW));
        assert_eq!(seen.try_recv(), Ok(()));
        assert!(!echoes.is_ours(PaneId(1), b"\x07", NOW));
    }

    #[test]
    fn it_may_come_in_pieces() {
        let (mut echoes, mut seen) = expecting(b"abc");
        assert!(echoes.is_ours(PaneId(1), b"ab", NOW));
        assert!(seen.try_recv().is_err());
        assert!(echoes.is_ours(PaneId(1), b"c", NOW));
        assert_eq!(seen.try_recv(), Ok(()));
    }

    #[test]
    fn among_other_output_it_is_that_of_the_program() {
        let (mut echoes, mut seen) = expecting(b"\x07");
        assert!(!echoes.is_ours(PaneId(1), b"work\x07work", NOW));
        assert_eq!(seen.try_recv(), Ok(()));
        assert!(!echoes.is_ours(PaneId(1), b"\x07", NOW));
    }

    #[test]
    fn it_is_not_expected_for_ever() {
        let (mut echoes, _seen) = expecting(b"\x07");
        assert!(!echoes.is_ours(PaneId(1), b"\x07", NOW.after(ECHO_EXPECTED)));
    }
}
