//! What a real tmux makes of quoted and literal text: a server on a private socket, spoken to through `tmux -C`.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use super::*;
use crate::adapters::tmux::frame::{Frame, Framer, Reply};

/// For one answer of tmux, on a machine that does other things too.
const DEADLINE: Duration = Duration::from_secs(30);

/// A server with one control client; both end with it.
struct Tmux {
    directory: tempfile::TempDir,
    client: Child,
    stdin: ChildStdin,
    chunks: Receiver<Vec<u8>>,
    framer: Framer,
}

impl Tmux {
    fn start() -> Self {
        let directory = tempfile::Builder::new()
            .prefix("gq")
            .tempdir_in("/tmp")
            .unwrap();
        let mut client = Command::new("tmux")
            .args(["-u", "-C", "-f", "/dev/null", "-S"])
            .arg(directory.path().join("s"))
            .args(["new-session", "-s", "q", "cat"])
            .env_remove("TMUX")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = client.stdin.take().unwrap();
        let chunks = chunks_of(client.stdout.take().unwrap());
        let mut tmux = Self {
            directory,
            client,
            stdin,
            chunks,
            framer: Framer::new(),
        };
        let first = tmux.reply();
        assert!(first.ok && first.guard.flags == 0, "{first:?}");
        tmux
    }

    /// One command line, its reply.
    fn ask(&mut self, line: &str) -> Reply {
        writeln!(self.stdin, "{line}").unwrap();
        let reply = loop {
            let reply = self.reply();
            if reply.guard.flags == 1 {
                break reply;
            }
        };
        assert!(reply.ok, "{line}: {reply:?}");
        reply
    }

    fn reply(&mut self) -> Reply {
        let mut found = None;
        while found.is_none() {
            let chunk = self.chunks.recv_timeout(DEADLINE).unwrap();
            self.framer.feed(&chunk, &mut |frame| {
                if let Frame::Reply(reply) = frame {
                    assert!(found.is_none(), "{reply:?} came without being asked for");
                    found = Some(reply);
                }
            });
        }
        found.unwrap()
    }

    /// The rows of a buffer of tmux, byte for byte, through a file.
    fn buffer(&mut self) -> Vec<u8> {
        let path = self.file("buffer");
        self.ask(&format!(
            "save-buffer {}",
            quote(path.to_str().unwrap()).unwrap()
        ));
        std::fs::read(path).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ended = Command::new("tmux")
            .arg("-S")
            .arg(self.directory.path().join("s"))
            .arg("kill-server")
            .status();
        let _reaped = self.client.wait();
    }
}

/// Reads on a thread of its own, so that waiting for tmux has a deadline. Ends with the client.
fn chunks_of(mut stdout: ChildStdout) -> Receiver<Vec<u8>> {
    let (sender, receiver) = sync_channel(16);
    std::thread::spawn(move || {
        let mut chunk = [0; 4096];
        while let Ok(size @ 1..) = stdout.read(&mut chunk)
            && sender.send(chunk[..size].to_vec()).is_ok()
        {}
    });
    receiver
}

/// Every byte that a text can hold, and characters of all lengths.
fn hostile() -> Vec<String> {
    let ascii: String = ('\u{1}'..='\u{7e}').collect();
    let mut all: Vec<String> = ('\u{1}'..='\u{7e}')
        .map(|c| format!("{c}{c}x{c}"))
        .collect();
    all.extend([
        ascii,
        "é 日本語 🦀 \u{202e}\u{200d}".to_owned(),
        "%exit\n%end 1 2 3\r\n".to_owned(),
        "'; kill-server ; '".to_owned(),
        "\\' \\\\ $HOME ~ {a} \"b\" #c ;\\;".to_owned(),
        "x".repeat(100_000),
    ]);
    all
}

#[test]
fn tmux_reads_exactly_what_was_quoted() {
    let mut tmux = Tmux::start();
    for text in hostile() {
        tmux.ask(&format!("set-buffer -- {}", quote(&text).unwrap()));
        assert_eq!(
            tmux.buffer().escape_ascii().to_string(),
            text.as_bytes().escape_ascii().to_string()
        );
    }
}

#[test]
fn tmux_gives_back_what_was_made_literal() {
    let mut tmux = Tmux::start();
    let printable: String = (' '..='~').collect();
    let texts = [
        printable,
        "#{pid} #S #H #, #} ## ### #".to_owned(),
        "#[fg=red]x#[default] ##[ ###[ [#] #".to_owned(),
        "%d %H %% 100%".to_owned(),
        "日本 #{l:x} #{?1,a,b}".to_owned(),
    ];
    for text in texts {
        let argument = quote(&literal(&text)).unwrap();
        tmux.ask(&format!("set-option -g -F @text {argument}"));
        let reply = tmux.ask("display-message -p '#{@text}'");
        assert_eq!(reply.rows, [text.as_str()]);
        tmux.ask(&format!("rename-window -- {argument}"));
        // Names are shown with every backslash twice.
        let reply = tmux.ask("display-message -p '#{window_name}'");
        assert_eq!(reply.rows, [text.replace('\\', r"\\").as_str()]);
    }
}

#[test]
fn a_job_in_a_name_does_not_run_once_it_is_literal() {
    let mut tmux = Tmux::start();
    let mark = |name: &str, tmux: &Tmux| {
        (
            tmux.file(name),
            format!("#(touch {})", tmux.file(name).display()),
        )
    };
    let (harmless, text) = mark("harmless", &tmux);
    let (runs, raw) = mark("runs", &tmux);
    tmux.ask(&format!(
        "rename-window {}",
        quote(&literal(&text)).unwrap()
    ));
    tmux.ask(&format!(
        "select-pane -T {}",
        quote(&literal(&text)).unwrap()
    ));
    // Jobs run in the order in which they were met: when this one has, the one before would have.
    tmux.ask(&format!("rename-window {}", quote(&raw).unwrap()));
    let mut turns = 0;
    while !runs.exists() {
        turns += 1;
        assert!(
            turns < 200,
            "tmux runs no jobs at all: this test shows nothing"
        );
        tmux.ask("run-shell 'sleep 0.05'");
    }
    assert!(!harmless.exists());
}
