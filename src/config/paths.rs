//! Where everything of one daemon is, told from flags and environment. Reads links and looks for files, but
//! makes nothing. The daemon's place depends on the tmux server alone, so every client finds the same one.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::net::SocketAddr;
use std::path::{Path, PathBuf};

use crc::{CRC_32_CKSUM, Crc};

use super::{Environment, Paths, TmuxHere};

/// Where tmux is often installed while `PATH` does not say so (tmux servers started from a desktop).
const USUAL_PLACES: [&str; 3] = ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"];

/// What flags say about places; they win over the environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// `-S PATH`: socket of the tmux server.
    pub tmux_socket: Option<PathBuf>,
    /// `-L NAME`: name of that socket in tmux's own directory.
    pub tmux_name: Option<OsString>,
    /// The daemon's socket.
    pub socket: Option<PathBuf>,
    /// The config file.
    pub config: Option<PathBuf>,
}

/// Why the places cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    /// Neither `HOME` nor the system knows a home directory.
    #[error("the home directory is not known")]
    NoHome,
    /// A relative path was given and the working directory is gone.
    #[error("the working directory cannot be read")]
    NoWorkingDirectory(#[source] std::io::Error),
    /// The path of this program is not known.
    #[error("the path of the geppetto program cannot be read")]
    NoProgram(#[source] std::io::Error),
    /// `-L` takes a name.
    #[error("\"{}\" is not the name of a tmux socket, since it has a slash or is empty", .0.display())]
    SocketName(OsString),
    /// The path does not fit into a socket address.
    #[error("the daemon's socket path is too long for a Unix socket: {}", .0.display())]
    SocketTooLong(PathBuf),
}

impl PathsError {
    /// The next step.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::NoHome => "Set HOME to your home directory.",
            Self::NoWorkingDirectory(_) => {
                "Change to a directory that exists, or give absolute paths."
            }
            Self::NoProgram(_) => "Start geppetto by its absolute path.",
            Self::SocketName(_) => "Give a plain name to -L, or a path to -S.",
            Self::SocketTooLong(_) => {
                "Set GEPPETTO_SOCKET to a path of less than 100 bytes, in a directory of mode 0700."
            }
        }
    }
}

impl Paths {
    /// Tells where everything is.
    ///
    /// # Errors
    /// [`PathsError`] when flags or environment leave it open.
    pub fn resolve(environment: &Environment, wishes: &Wishes) -> Result<Self, PathsError> {
        let uid = rustix::process::getuid().as_raw();
        let home = environment.home().ok_or(PathsError::NoHome)?;
        let tmux_socket = tmux_socket(environment, wishes, uid)?;
        let server = server_name(&tmux_socket, uid);
        let socket = match wishes
            .socket
            .clone()
            .or_else(|| path(environment, "GEPPETTO_SOCKET"))
        {
            Some(given) => absolute(given)?,
            None => environment
                .absolute("XDG_RUNTIME_DIR")
                .map_or_else(
                    || PathBuf::from(format!("/tmp/geppetto-{uid}")),
                    |runtime| runtime.join("geppetto"),
                )
                .join(format!("{server}.sock")),
        };
        if SocketAddr::from_pathname(&socket).is_err() {
            return Err(PathsError::SocketTooLong(socket));
        }
        let state_dir = environment
            .absolute("XDG_STATE_HOME")
            .unwrap_or_else(|| home.join(".local/state"))
            .join("geppetto")
            .join(&server);
        Ok(Self {
            tmux_program: tmux_program(environment),
            lock: socket.with_extension("lock"),
            log_file: state_dir.join("daemon.log"),
            config_file: config_file(environment, wishes, &home)?,
            program: std::env::current_exe().map_err(PathsError::NoProgram)?,
            tmux_socket,
            server,
            socket,
            state_dir,
            home,
        })
    }

    /// Where the daemon hears of hooks; beside its socket, as a name of its own.
    pub fn hook_socket(&self) -> PathBuf {
        self.socket.with_extension("events")
    }

    /// Where fixtures of screens are kept, for all servers.
    pub fn fixtures_dir(&self) -> PathBuf {
        self.state_dir.with_file_name("fixtures")
    }

    /// True when this process runs inside the tmux server of these paths.
    pub fn serves(&self, here: &TmuxHere) -> bool {
        canonical(here.socket.clone()) == self.tmux_socket
    }
}

fn path(environment: &Environment, name: &str) -> Option<PathBuf> {
    environment.value(name).map(PathBuf::from)
}

fn absolute(path: PathBuf) -> Result<PathBuf, PathsError> {
    if path.is_absolute() {
        return Ok(path);
    }
    std::path::absolute(path).map_err(PathsError::NoWorkingDirectory)
}

fn config_file(
    environment: &Environment,
    wishes: &Wishes,
    home: &Path,
) -> Result<PathBuf, PathsError> {
    if let Some(given) = wishes
        .config
        .clone()
        .or_else(|| path(environment, "GEPPETTO_CONFIG"))
    {
        return absolute(given);
    }
    Ok(environment
        .absolute("XDG_CONFIG_HOME")
        .unwrap_or_else(|| home.join(".config"))
        .join("geppetto/config.toml"))
}

fn tmux_socket(
    environment: &Environment,
    wishes: &Wishes,
    uid: u32,
) -> Result<PathBuf, PathsError> {
    if let Some(given) = &wishes.tmux_socket {
        return Ok(canonical(absolute(given.clone())?));
    }
    let name = match &wishes.tmux_name {
        Some(name) if name.is_empty() || name.as_bytes().contains(&b'/') => {
            return Err(PathsError::SocketName(name.clone()));
        }
        Some(name) => name.clone(),
        None => {
            if let Some(here) = TmuxHere::of(environment) {
                return Ok(canonical(absolute(here.socket)?));
            }
            OsString::from("default")
        }
    };
    // tmux itself skips a TMUX_TMPDIR that is not there.
    let base = path(environment, "TMUX_TMPDIR")
        .filter(|dir| dir.is_dir())
        .unwrap_or_else(|| PathBuf::from("/tmp"));
    Ok(canonical(
        absolute(base)?.join(format!("tmux-{uid}")).join(name),
    ))
}

/// `path` with the links of its directory followed, as far as that exists; the last part stays as it is,
/// since the socket need not be there yet.
fn canonical(path: PathBuf) -> PathBuf {
    for ancestor in path.ancestors().skip(1) {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return real.join(rest);
        }
    }
    path
}

/// The server's name in our file names. Must give the same as the plugin's shell, which uses `cksum`.
fn server_name(tmux_socket: &Path, uid: u32) -> String {
    let usual = canonical(PathBuf::from(format!("/tmp/tmux-{uid}/default")));
    if tmux_socket == usual {
        return "default".to_owned();
    }
    let file: String = tmux_socket
        .file_name()
        .unwrap_or_default()
        .as_bytes()
        .iter()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => char::from(*byte),
            _ => '_',
        })
        .collect();
    format!("{file}-{}", cksum(tmux_socket.as_os_str().as_bytes()))
}

/// The sum that POSIX `cksum` prints: a CRC over the bytes and then over their number, lowest byte first.
fn cksum(bytes: &[u8]) -> u32 {
    let crc = Crc::<u32>::new(&CRC_32_CKSUM);
    let mut digest = crc.digest();
    digest.update(bytes);
    let length = (bytes.len() as u64).to_le_bytes();
    let used = length
        .iter()
        .rposition(|byte| *byte != 0)
        .map_or(0, |last| last + 1);
    digest.update(length.get(..used).unwrap_or_default());
    digest.finalize()
}

fn tmux_program(environment: &Environment) -> PathBuf {
    let search = environment.value("PATH").unwrap_or_default();
    let named = search
        .as_bytes()
        .split(|byte| *byte == b':')
        .map(|dir| PathBuf::from(OsString::from_vec(dir.to_vec())));
    named
        .chain(USUAL_PLACES.iter().map(PathBuf::from))
        .filter(|dir| dir.is_absolute())
        .map(|dir| dir.join("tmux"))
        .find(|file| is_program(file))
        .unwrap_or_else(|| PathBuf::from("tmux"))
}

fn is_program(file: &Path) -> bool {
    file.is_file() && rustix::fs::access(file, rustix::fs::Access::EXEC_OK).is_ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    fn resolve(pairs: &[(&str, &str)], wishes: &Wishes) -> Paths {
        let home = [("HOME", "/home/ann"), ("PATH", "")];
        let pairs = home
            .iter()
            .chain(pairs)
            .map(|(name, value)| (*name, *value));
        Paths::resolve(&Environment::given(pairs), wishes).unwrap()
    }

    fn uid() -> u32 {
        rustix::process::getuid().as_raw()
    }

    #[test]
    fn the_default_server_has_plain_names() {
        let paths = resolve(&[], &Wishes::default());
        assert_eq!(paths.server, "default");
        assert!(
            paths
                .tmux_socket
                .ends_with(format!("tmux-{}/default", uid()))
        );
        assert_eq!(
            paths.socket,
            PathBuf::from(format!("/tmp/geppetto-{}/default.sock", uid()))
        );
        assert_eq!(paths.lock, paths.socket.with_extension("lock"));
        assert_eq!(
            paths.state_dir,
            PathBuf::from("/home/ann/.local/state/geppetto/default")
        );
        assert_eq!(
            paths.fixtures_dir(),
            PathBuf::from("/home/ann/.local/state/geppetto/fixtures")
        );
        assert_eq!(
            paths.config_file,
            PathBuf::from("/home/ann/.config/geppetto/config.toml")
        );
    }

    #[test]
    fn the_environment_moves_everything() {
        let paths = resolve(
            &[
                ("XDG_RUNTIME_DIR", "/run/user/1"),
                ("XDG_STATE_HOME", "/var/ann"),
                ("XDG_CONFIG_HOME", "relative/is/ignored"),
                ("TMUX", "/nowhere/at all,77,3"),
            ],
            &Wishes::default(),
        );
        let name = format!("at_all-{}", cksum(b"/nowhere/at all"));
        assert_eq!(paths.server, name);
        assert_eq!(
            paths.socket,
            PathBuf::from(format!("/run/user/1/geppetto/{name}.sock"))
        );
        assert_eq!(
            paths.log_file,
            PathBuf::from(format!("/var/ann/geppetto/{name}/daemon.log"))
        );
        assert!(paths.config_file.starts_with("/home/ann/.config"));
    }

    #[test]
    fn flags_win() {
        let environment = [
            ("TMUX", "/a/b,1,2"),
            ("GEPPETTO_SOCKET", "/e.sock"),
            ("GEPPETTO_CONFIG", "/e.toml"),
        ];
        let named = resolve(
            &environment,
            &Wishes {
                tmux_name: Some("x".into()),
                ..Wishes::default()
            },
        );
        assert!(named.tmux_socket.ends_with(format!("tmux-{}/x", uid())));
        assert_eq!(named.socket, PathBuf::from("/e.sock"));
        assert_eq!(named.config_file, PathBuf::from("/e.toml"));
        let flags = Wishes {
            tmux_socket: Some("/c/d".into()),
            socket: Some("/f.sock".into()),
            config: Some("/f.toml".into()),
            ..Wishes::default()
        };
        let all = resolve(&environment, &flags);
        assert_eq!(all.tmux_socket, PathBuf::from("/c/d"));
        assert_eq!(all.socket, PathBuf::from("/f.sock"));
        assert_eq!(all.config_file, PathBuf::from("/f.toml"));
    }

    #[test]
    fn a_link_to_the_directory_is_the_same_server() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap().join("real");
        std::fs::create_dir(&real).unwrap();
        let link = dir.path().join("link");
        symlink(&real, &link).unwrap();
        let flags = Wishes {
            tmux_socket: Some(link.join("s")),
            ..Wishes::default()
        };
        let paths = resolve(&[], &flags);
        assert_eq!(paths.tmux_socket, real.join("s"));
        let here = |socket: PathBuf| TmuxHere {
            socket,
            session: None,
            pane: None,
        };
        assert!(paths.serves(&here(link.join("s"))));
        assert!(!paths.serves(&here(link.join("t"))));
    }

    #[test]
    fn wrong_places_are_refused() {
        let home = || Environment::given([("HOME", "/h")]);
        let name = Wishes {
            tmux_name: Some("a/b".into()),
            ..Wishes::default()
        };
        assert!(matches!(
            Paths::resolve(&home(), &name),
            Err(PathsError::SocketName(_))
        ));
        let long = Wishes {
            socket: Some(format!("/{}", "x".repeat(110)).into()),
            ..Wishes::default()
        };
        assert!(matches!(
            Paths::resolve(&home(), &long),
            Err(PathsError::SocketTooLong(_))
        ));
        let none = Environment::given([("A", "b")]);
        assert!(matches!(
            Paths::resolve(&none, &Wishes::default()),
            Err(PathsError::NoHome)
        ));
    }

    #[test]
    fn the_sum_is_that_of_the_real_cksum() {
        for text in ["", "a", "/tmp/tmux-0/default", &"long/".repeat(200)] {
            let shell = Command::new("sh")
                .args(["-c", "printf %s \"$1\" | cksum | cut -d' ' -f1", "sh", text])
                .output()
                .unwrap();
            let shell = String::from_utf8(shell.stdout).unwrap();
            assert_eq!(shell.trim(), cksum(text.as_bytes()).to_string(), "{text}");
        }
    }

    #[test]
    fn tmux_is_looked_up_in_path_and_must_be_a_program() {
        let dir = tempfile::tempdir().unwrap();
        for (name, mode) in [("not", 0o644), ("yes", 0o755)] {
            let file = dir.path().join(name).join("tmux");
            std::fs::create_dir(dir.path().join(name)).unwrap();
            std::fs::write(&file, "").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let search = format!("relative:{0}/not:{0}/yes", dir.path().display());
        let found = tmux_program(&Environment::given([("PATH", search)]));
        assert_eq!(found, dir.path().join("yes/tmux"));
    }
}
