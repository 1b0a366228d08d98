//! What an agent gives its hook on stdin: all of it or nothing, bounded in bytes and in time.

use std::io::{IsTerminal, Read};
use std::os::fd::AsFd;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::cli::clock::Deadline;

/// Most bytes that are kept. What is longer is read to its end all the same, so that the agent can write it, and then left out.
const MOST: usize = 1024 * 1024;

/// Time for the agent to write it: on a loaded machine it may begin after us. One that neither writes nor closes the pipe is no
/// longer waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads to the end. `None` when it is a terminal, when nothing came or too much, or when the time is up.
pub(super) fn read(mut stdin: impl Read + AsFd + IsTerminal) -> Option<Vec<u8>> {
    if stdin.is_terminal() {
        return None;
    }
    let end = Deadline::after(PATIENCE);
    let (mut kept, mut room, mut length) = (Vec::new(), vec![0; 64 * 1024], 0);
    loop {
        let left = Timespec::try_from(end.left()).ok()?;
        let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
        if poll(&mut fds, Some(&left)).ok()? == 0 {
            return None;
        }
        match stdin.read(&mut room) {
            Ok(0) => break,
            Ok(read) => {
                length += read;
                if length <= MOST {
                    kept.extend_from_slice(room.get(..read)?);
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
    (1..=MOST).contains(&length).then_some(kept)
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;

    use super::*;

    #[test]
    fn all_or_nothing_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let given = |bytes: usize| {
            let path = dir.path().join("in");
            std::fs::write(&path, vec![b'x'; bytes]).unwrap();
            read(File::open(path).unwrap()).map(|kept| kept.len())
        };
        assert_eq!(given(0), None);
        assert_eq!(given(200_000), Some(200_000));
        assert_eq!(given(MOST), Some(MOST));
        assert_eq!(given(MOST + 1), None);
    }

    #[test]
    fn one_who_never_ends_is_not_waited_for() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(b"{").unwrap();
        assert_eq!(read(File::from(std::os::fd::OwnedFd::from(reader))), None);
    }
}
