//! A terminal with a program in it: its keys are written, and everything that it draws is read and counted.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::world::{Ended, until};

pub(crate) struct Pty {
    keys: File,
    chunks: Receiver<Vec<u8>>,
    drawn: Vec<u8>,
    child: Ended,
}

impl Pty {
    /// Starts the program in a terminal of that size.
    pub(crate) fn start(mut command: Command, columns: u16, rows: u16) -> Self {
        let shows = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&shows).unwrap();
        unlockpt(&shows).unwrap();
        let size = Winsize {
            ws_col: columns,
            ws_row: rows,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&shows, size).unwrap();
        let name = ptsname(&shows, Vec::new()).unwrap();
        let mut options = OpenOptions::new();
        let programs = options.read(true).write(true);
        let programs = programs.open(name.to_str().unwrap()).unwrap();
        command
            .stdin(Stdio::from(programs.try_clone().unwrap()))
            .stdout(Stdio::from(programs.try_clone().unwrap()))
            .stderr(Stdio::from(programs))
            .process_group(0);
        let child = Ended(command.spawn().unwrap());
        drop(command);
        let (into, chunks) = sync_channel(1024);
        let shows = File::from(shows);
        let mut from = shows.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            while let Ok(count @ 1..) = from.read(&mut chunk) {
                if into.send(chunk[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            keys: shows,
            chunks,
            drawn: Vec::new(),
            child,
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.0.id()
    }

    pub(crate) fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Bytes drawn so far; they are counted anew from here.
    pub(crate) fn take(&mut self) -> usize {
        self.drawn.extend(self.chunks.try_iter().flatten());
        std::mem::take(&mut self.drawn).len()
    }

    /// How long until this text was drawn.
    pub(crate) fn until(&mut self, text: &str, limit: Duration) -> Duration {
        let start = Instant::now();
        until(text, limit, || {
            self.drawn.extend(self.chunks.try_iter().flatten());
            memchr::memmem::find(&self.drawn, text.as_bytes()).is_some()
        });
        start.elapsed()
    }
}
