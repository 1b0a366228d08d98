//! Whether this process runs inside tmux, and where: `$TMUX` and `$TMUX_PANE` made values.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::Environment;

/// The tmux server, session and pane that this process was started in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TmuxHere {
    /// Socket of the server, as tmux wrote it.
    pub socket: PathBuf,
    /// The session at the time (`$N`); absent in programs that tmux starts before it has a session.
    pub session: Option<String>,
    /// The pane (`%N`).
    pub pane: Option<String>,
}

impl TmuxHere {
    /// Reads `TMUX`, which is `socket,pid,session number`. The socket's own name may hold commas, so the
    /// fields are counted from the end.
    pub fn of(environment: &Environment) -> Option<Self> {
        let value = environment.value("TMUX")?;
        let mut fields = value.as_bytes().rsplitn(3, |byte| *byte == b',');
        let session = fields.next()?;
        let _pid = fields.next()?;
        let socket = fields.next().filter(|socket| !socket.is_empty())?;
        let pane = environment
            .value("TMUX_PANE")
            .and_then(|pane| pane.into_string().ok())
            .filter(|pane| {
                pane.strip_prefix('%')
                    .is_some_and(|number| is_number(number.as_bytes()))
            });
        Some(Self {
            socket: PathBuf::from(std::ffi::OsString::from_vec(socket.to_vec())),
            session: is_number(session).then(|| format!("${}", String::from_utf8_lossy(session))),
            pane,
        })
    }
}

fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(tmux: &str, pane: &str) -> Option<TmuxHere> {
        TmuxHere::of(&Environment::given([("TMUX", tmux), ("TMUX_PANE", pane)]))
    }

    #[test]
    fn the_place_is_read_from_the_end() {
        let found = here("/tmp/a,b/default,77,3", "%4").unwrap();
        assert_eq!(found.socket, PathBuf::from("/tmp/a,b/default"));
        assert_eq!(found.session.as_deref(), Some("$3"));
        assert_eq!(found.pane.as_deref(), Some("%4"));
    }

    #[test]
    fn plugins_that_run_before_the_first_session_have_none() {
        let found = here("/tmp/s,77,-1", "").unwrap();
        assert_eq!((found.session, found.pane), (None, None));
    }

    #[test]
    fn nonsense_is_not_a_place() {
        for nonsense in ["", "x", ",,", "1,2"] {
            assert_eq!(here(nonsense, "%1"), None, "{nonsense}");
        }
        assert_eq!(here("/s,1,2", "%x;").unwrap().pane, None);
    }
}
