//! `hook`: what agents call whenever something happens to them. Tells the daemon in one datagram, and leaves. The agent waits for
//! this and obeys its exit code, so nothing that goes wrong here may reach it: no output, no delay, always exit code 0. It starts no
//! daemon, and main calls it before anything else, since the tree of verbs alone takes longer to build than a hook may live.

mod input;
mod payload;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;

use rustix::io::Errno;

use self::payload::Payload;
use crate::cli::args::HookArgs;
use crate::cli::clock::now_ms;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::config::{Environment, Paths, TmuxHere, Wishes, check_private_dir};
use crate::domain::kind::Kind;
use crate::wire::{HookCall, MAX_HOOK_BYTES};

/// What stands on the command line of a hook.
#[derive(Debug, Default, PartialEq, Eq)]
struct Called {
    kind: String,
    event: Option<String>,
    /// What the agent tells, where it does so in an argument.
    told: Option<Vec<u8>>,
    wishes: Wishes,
}

/// Does all of it when `words` are a call of this verb; false when they are not, and when help is wanted.
pub fn is_done(words: &[OsString], environment: &Environment) -> bool {
    let Some(called) = Called::of(words) else {
        return false;
    };
    if let Ok(paths) = Paths::resolve(environment, &called.wishes) {
        let _nobody_may_know = tell(called, environment, &paths);
    }
    true
}

/// The same, where the command line was read by others: it has flags before the verb.
#[expect(
    clippy::unnecessary_wraps,
    reason = "the shape that all verbs have; this one never fails"
)]
pub(crate) fn run(args: &HookArgs, context: &Context<'_>) -> Result<(), Failure> {
    let words = [Some(&args.kind), args.event.as_ref(), args.told.as_ref()];
    let called = Called::with(words.into_iter().flatten());
    let _nobody_may_know = tell(called, context.environment, context.paths);
    Ok(())
}

impl Called {
    fn of(words: &[OsString]) -> Option<Self> {
        let rest = match words {
            [_, verb, rest @ ..] if verb == "hook" => rest,
            _ => return None,
        };
        let is_help = |word: &OsString| word == "-h" || word == "--help";
        (!rest.is_empty() && !rest.iter().any(is_help)).then(|| Self::with(rest))
    }

    /// A word that nobody knows is passed over: a newer program may have put it into the settings of an agent.
    fn with<'a>(words: impl IntoIterator<Item = &'a OsString>) -> Self {
        let mut called = Self::default();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            match word.as_bytes() {
                b"-L" => called.wishes.tmux_name = words.next().cloned(),
                b"-S" => called.wishes.tmux_socket = words.next().map(PathBuf::from),
                [b'-', ..] => {}
                [b'{', ..] => called.told = Some(word.as_bytes().to_vec()),
                _ if called.kind.is_empty() => called.kind = text(word),
                _ if called.event.is_none() => called.event = Some(text(word)),
                _ => {}
            }
        }
        called
    }
}

fn text(word: &OsStr) -> String {
    word.to_string_lossy().into_owned()
}

/// `None` when nobody could be told.
fn tell(called: Called, environment: &Environment, paths: &Paths) -> Option<()> {
    // Also where nobody listens: an agent must not find its pipe closed while it writes.
    let told = called.told.or_else(|| input::read(std::io::stdin()));
    let kind = Kind::named(&called.kind)?;
    let here = TmuxHere::of(environment);
    let mut call = HookCall {
        kind: kind.name.to_owned(),
        event: called.event,
        pane: here.as_ref().and_then(|here| here.pane.clone()),
        tmux_socket: here
            .filter(|here| paths.serves(here))
            .and_then(|_| paths.tmux_socket.to_str().map(str::to_owned)),
        at_ms: now_ms(),
        payload: None,
    };
    // Somebody else's socket must not get what the user asked their agent.
    if !matches!(check_private_dir(paths.socket.parent()?), Ok(true)) {
        return None;
    }
    let socket = UnixDatagram::unbound().ok()?;
    socket.set_nonblocking(true).ok()?;
    let mut payload = told.as_deref().and_then(Payload::read);
    loop {
        call.payload = payload.as_ref().and_then(Payload::json);
        let message = serde_json::to_vec(&call).ok()?;
        if message.len() <= MAX_HOOK_BYTES {
            match socket.send_to(&message, paths.hook_socket()) {
                Ok(_) => return Some(()),
                Err(error) if Errno::from_io_error(&error) == Some(Errno::MSGSIZE) => {}
                Err(_nobody_listens_or_it_is_full) => return None,
            }
        }
        payload = payload?.shorter();
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::DirBuilderExt;
    use std::path::Path;

    use super::*;

    fn words(line: &[&str]) -> Vec<OsString> {
        line.iter().map(OsString::from).collect()
    }

    fn called(line: &[&str]) -> Option<Called> {
        Called::of(&words(line))
    }

    #[test]
    fn the_command_line_of_a_hook_is_read_without_the_tree_of_verbs() {
        let plain = called(&["geppetto", "hook", "claude-code", "Stop"]).unwrap();
        assert_eq!(plain.kind, "claude-code");
        assert_eq!((plain.event.as_deref(), plain.told), (Some("Stop"), None));
        let notify = called(&["g", "hook", "codex", "notify", r#"{"type":"x"}"#]).unwrap();
        assert_eq!(notify.told.as_deref(), Some(&br#"{"type":"x"}"#[..]));
        let newer = called(&["g", "hook", "--newer", "-L", "x", "codex"]).unwrap();
        assert_eq!(newer.kind, "codex");
        assert_eq!(newer.wishes.tmux_name, Some("x".into()));
        for other in [
            &["g"][..],
            &["g", "list"],
            &["g", "hook"],
            &["g", "hook", "--help"],
            &["g", "-L", "x", "hook", "codex"],
        ] {
            assert_eq!(called(other), None, "{other:?}");
        }
    }

    /// A directory that a daemon might have made.
    fn private() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let mut builder = std::fs::DirBuilder::new();
        builder.mode(0o700).create(dir.path().join("run")).unwrap();
        dir
    }

    fn environment(dir: &Path) -> Environment {
        Environment::given([
            ("HOME", dir.to_str().unwrap()),
            ("GEPPETTO_SOCKET", dir.join("run/d.sock").to_str().unwrap()),
            ("TMUX", "/tmp/here,1,2"),
            ("TMUX_PANE", "%7"),
        ])
    }

    fn received(socket: &UnixDatagram) -> HookCall {
        let mut room = vec![0; MAX_HOOK_BYTES];
        let length = socket.recv(&mut room).unwrap();
        serde_json::from_slice(&room[..length]).unwrap()
    }

    #[test]
    fn the_daemon_is_told_in_one_datagram() {
        let dir = private();
        let socket = UnixDatagram::bind(dir.path().join("run/d.events")).unwrap();
        let told = r#"{"type":"agent-turn-complete","thread-id":"t"}"#;
        let line = words(&["g", "hook", "codex", "notify", told]);
        assert!(is_done(&line, &environment(dir.path())));
        let call = received(&socket);
        assert_eq!(call.kind, "codex");
        assert_eq!(call.event.as_deref(), Some("notify"));
        assert_eq!(call.pane.as_deref(), Some("%7"));
        assert!(call.tmux_socket.unwrap().ends_with("/here"));
        assert!(call.payload.unwrap().get().contains(r#""thread-id":"t""#));
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_what_is_no_json_is_left_out() {
        let dir = private();
        let socket = UnixDatagram::bind(dir.path().join("run/d.events")).unwrap();
        let environment = environment(dir.path());
        let long = format!(r#"{{"type":"x","a":"{}"}}"#, "ab".repeat(100_000));
        for (told, length) in [(long.as_str(), 9000..MAX_HOOK_BYTES), ("{oh", 0..1)] {
            assert!(is_done(&words(&["g", "hook", "codex", told]), &environment));
            let payload = received(&socket).payload;
            let payload = payload.map_or(0, |payload| payload.get().len());
            assert!(length.contains(&payload), "{payload}");
        }
    }

    #[test]
    fn nobody_is_told_where_nobody_listens_or_others_may_enter() {
        let dir = private();
        let environment = environment(dir.path());
        let line = words(&["g", "hook", "codex", "notify", "{}"]);
        assert!(is_done(&line, &environment));
        let socket = UnixDatagram::bind(dir.path().join("run/d.events")).unwrap();
        socket.set_nonblocking(true).unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(dir.path().join("run"), open).unwrap();
        assert!(is_done(&line, &environment));
        assert!(socket.recv(&mut [0; 9]).is_err());
    }

    #[test]
    fn a_full_socket_delays_nobody() {
        let dir = private();
        let socket = UnixDatagram::bind(dir.path().join("run/d.events")).unwrap();
        let line = words(&["g", "hook", "codex", "notify", "{}"]);
        let calls = 2000;
        for _ in 0..calls {
            assert!(is_done(&line, &environment(dir.path())));
        }
        socket.set_nonblocking(true).unwrap();
        let mut heard = 0;
        while socket.recv(&mut [0; 999]).is_ok() {
            heard += 1;
        }
        assert!((1..calls).contains(&heard), "{heard}");
    }
}
