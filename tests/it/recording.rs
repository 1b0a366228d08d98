//! What runners print is on disk: it survives the daemon in every way it can end, and damage and full disks cost only what
//! they must.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{LONG, Sandbox, copy_program};

/// Log entries of a runner, all of them, in pages.
fn entries(sandbox: &Sandbox, runner: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut from = "0:0".to_owned();
    loop {
        let args = ["logs", runner, "--json", "--from", &from, "-n", "5000"];
        let page = sandbox.geppetto(&args).ok();
        let page: Vec<Value> = page
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let Some(last) = page.last() else { return all };
        from = format!("{}:{}", last["run"], last["seq"]);
        all.extend(page);
    }
}

fn texts(entries: &[Value]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry["text"].as_str().unwrap())
        .collect()
}

/// The databases of transcripts.
fn databases(sandbox: &Sandbox) -> Vec<PathBuf> {
    let server = fs::read_dir(sandbox.path("state/geppetto"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    let files = fs::read_dir(server.path().join("transcripts")).unwrap();
    files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "db"))
        .collect()
}

fn quick_check(database: &Path) -> String {
    let connection = Connection::open(database).unwrap();
    connection
        .query_row("PRAGMA quick_check", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn twenty_crashes_of_the_daemon_lose_no_line() {
    let sandbox = Sandbox::new();
    let names = ["p1", "p2", "p3", "p4", "p5"];
    for name in names {
        let script = format!(
            "i=0; while [ ! -e stop ]; do i=$((i+1)); echo {name} line $i; echo $i >{name}.new; mv {name}.new {name}.count; sleep 0.02; done; echo {name} done"
        );
        sandbox.start(name, &script);
    }
    let count = |name: &str| -> u64 {
        let text = fs::read_to_string(sandbox.path("work").join(format!("{name}.count")));
        text.ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0)
    };
    for _ in 0..20 {
        sandbox.crash_daemon();
        // Printed while nobody watches.
        let before: BTreeMap<&str, u64> = names.map(|name| (name, count(name))).into();
        sandbox.wait_until("every pane to print on", || {
            before.iter().all(|(name, before)| count(name) > before + 2)
        });
        sandbox.geppetto(&["list"]).ok();
        // And while somebody does, for longer than anything waits for the disk.
        let before: BTreeMap<&str, u64> = names.map(|name| (name, count(name))).into();
        sandbox.wait_until("every pane to print on", || {
            before
                .iter()
                .all(|(name, before)| count(name) > before + 30)
        });
    }
    fs::write(sandbox.path("work/stop"), "").unwrap();
    for name in names {
        sandbox.geppetto(&["wait", name, "--timeout", "20s"]).ok();
        let last = count(name);
        let entries = entries(&sandbox, name);
        let texts = texts(&entries);
        let numbers: Vec<u64> = texts
            .iter()
            .filter_map(|text| text.strip_prefix(&format!("{name} line ")))
            .map(|number| number.parse().unwrap())
            .collect();
        let wanted: Vec<u64> = (1..=last).collect();
        assert_eq!(numbers, wanted, "{name}: {texts:#?}");
        assert_eq!(texts.last().copied(), Some(&*format!("{name} done")));
        let gaps = texts
            .iter()
            .filter(|text| text.contains("geppetto was away"));
        assert_eq!(gaps.count(), 20, "{name}: {texts:#?}");
    }
    let databases = databases(&sandbox);
    assert_eq!(databases.len(), names.len());
    sandbox.geppetto(&["daemon", "stop"]).ok();
    for database in databases {
        assert_eq!(quick_check(&database), "ok", "{}", database.display());
    }
}

#[test]
fn every_byte_is_on_disk_within_a_second_of_the_crash() {
    let sandbox = Sandbox::new();
    // It prints without a pause longer than 100 ms, so no silence ever closes a frame.
    let script =
        "i=0; while :; do i=$((i+1)); echo line $i; echo $i >n.new; mv n.new n; sleep 0.05; done";
    sandbox.start("one", script);
    let count = || -> u64 {
        let text = fs::read_to_string(sandbox.path("work/n")).unwrap_or_default();
        text.trim().parse().unwrap_or(0)
    };
    sandbox.wait_until("a hundred lines", || count() > 100);
    let before = count();
    // So many lines take a second, at least.
    sandbox.wait_until("another second of lines", || count() > before + 20);
    let daemon = sandbox.daemon().pid;
    crate::support::Process::signal(daemon, rustix::process::Signal::KILL);
    let database = databases(&sandbox).pop().unwrap();
    sandbox.wait_until("the daemon's end", || {
        crate::support::Process::find(daemon).is_none()
    });
    let end: i64 = Connection::open(database)
        .unwrap()
        .query_row("SELECT max(end) FROM frame", [], |row| row.get(0))
        .unwrap();
    let wanted: usize = (1..=before).map(|n| format!("line {n}\r\n").len()).sum();
    assert!(
        usize::try_from(end).unwrap() >= wanted,
        "{end} of at least {wanted} bytes"
    );
}

#[test]
fn a_crash_right_behind_a_line_loses_no_earlier_one() {
    let sandbox = Sandbox::new();
    let script = "echo before; while read line; do echo said $line; done";
    let runner = sandbox.start("one", script);
    sandbox.wait_for_line("one", "before");
    let durable = || {
        let stored = databases(&sandbox).pop().and_then(|database| {
            let connection = Connection::open(database).ok()?;
            let end = connection.query_row("SELECT max(end) FROM frame", [], |row| row.get(0));
            end.ok()
        });
        stored == Some(8_i64)
    };
    sandbox.wait_until("the first line on disk", durable);
    // Whether this is stored or read off the screen later, what was stored stands before it.
    sandbox.type_into(&runner.pane_id.unwrap(), "something");
    sandbox.wait_for_line("one", "said something");
    sandbox.crash_daemon();
    sandbox.geppetto(&["list"]).ok();
    sandbox.wait_for_line("one", "said something");
    let entries = entries(&sandbox, "one");
    let printed: Vec<&Value> = entries
        .iter()
        .filter(|entry| entry["source"] == "pane")
        .map(|entry| &entry["text"])
        .collect();
    assert_eq!(printed, ["before", "something", "said something"]);
}

#[test]
fn a_client_that_comes_back_tells_of_no_gap_where_there_is_none() {
    let sandbox = Sandbox::new();
    let runner = sandbox.start(
        "one",
        "echo before; while read line; do echo said $line; done",
    );
    sandbox.wait_for_line("one", "before");
    let pane = runner.pane_id.unwrap();
    for word in ["first", "second", "third"] {
        // Everybody in the session has to leave, and so has geppetto's own client.
        sandbox.tmux(&["detach-client", "-s", runner.session_id.as_deref().unwrap()]);
        sandbox.type_into(&pane, word);
        sandbox.wait_for_line("one", &format!("said {word}"));
        sandbox.tmux(&["detach-client", "-s", runner.session_id.as_deref().unwrap()]);
        sandbox.wait_until("its client to be back", || {
            let clients = sandbox.tmux(&["list-clients", "-F", "#{session_id}"]);
            clients
                .lines()
                .any(|id| Some(id) == runner.session_id.as_deref())
        });
    }
    let entries = entries(&sandbox, "one");
    let texts = texts(&entries);
    let said: Vec<&&str> = texts
        .iter()
        .filter(|text| text.starts_with("said"))
        .collect();
    assert_eq!(
        said,
        [&"said first", &"said second", &"said third"],
        "{texts:#?}"
    );
    // What was typed while it was away is told as such; silence is not.
    let notes = texts.iter().filter(|text| text.starts_with("Some output"));
    assert!(notes.count() <= 3, "{texts:#?}");
}

#[test]
fn what_is_kept_is_for_its_owner_alone() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo secret; read line");
    sandbox.wait_for_line("one", "secret");
    let mut open = vec![sandbox.path("state/geppetto")];
    let mut files = 0;
    while let Some(path) = open.pop() {
        let known = fs::symlink_metadata(&path).unwrap();
        let others = known.permissions().mode() & 0o077;
        assert_eq!(others, 0, "{}", path.display());
        if known.is_dir() {
            open.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else {
            files += 1;
        }
    }
    // At least the two databases, the daemon's log and the list of its clients.
    assert!(files >= 4, "{files}");
}

#[test]
fn history_that_tmux_has_comes_first() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session(
        "work",
        "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo before $i; done; read go; echo after; read end",
    );
    sandbox.wait_until("the last line", || {
        sandbox
            .tmux(&["capture-pane", "-p", "-t", &pane])
            .contains("before 300")
    });
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.type_into(&pane, "go");
    sandbox.wait_for_line("work", "after");
    let entries = entries(&sandbox, "work");
    let texts = texts(&entries);
    let wanted: Vec<String> = (1..=300).map(|n| format!("before {n}")).collect();
    assert_eq!(texts[..300], wanted);
    assert_eq!(texts.last(), Some(&"after"));
}

#[test]
fn yesterdays_log_is_there_after_the_daemon_and_tmux_have_gone() {
    let sandbox = Sandbox::new();
    sandbox.start("one", "echo first; echo second; exit 3");
    sandbox.geppetto(&["wait", "one", "--timeout", "20s"]).ok();
    sandbox.geppetto(&["daemon", "stop"]).ok();
    sandbox.tmux(&["kill-server"]);
    sandbox.start_tmux();
    assert_eq!(sandbox.geppetto(&["logs", "one"]).ok(), "first\nsecond\n");
    let screen = sandbox.geppetto(&["logs", "one", "--screen"]).ok();
    assert!(screen.starts_with("first\nsecond\n"), "{screen}");
    assert_eq!(
        sandbox.geppetto(&["logs", "one", "--raw"]).ok(),
        "first\r\nsecond\r\n"
    );
    assert_eq!(
        sandbox.geppetto(&["logs", "one", "--grep", "^sec"]).ok(),
        "second\n"
    );
    sandbox.geppetto(&["forget", "one"]).ok();
    assert_eq!(databases(&sandbox), Vec::<PathBuf>::new());
}

#[test]
fn without_the_right_key_every_reader_says_so_and_recording_goes_on() {
    let sandbox = Sandbox::new();
    let config = sandbox.path("config/geppetto/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    let key = |byte: u8| {
        let file = sandbox.path(&format!("work/key-{byte}"));
        fs::write(&file, [byte; 32]).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let setting = format!("encryption_key_file = \"{}\"\n", file.display());
        fs::write(&config, setting).unwrap();
    };
    key(1);
    let script = "echo ready; while read line; do echo said $line; done";
    let runner = sandbox.start("one", script);
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["daemon", "stop"]).ok();
    let database = databases(&sandbox).pop().unwrap();
    let stored = fs::read(&database).unwrap();
    assert_eq!(memchr::memmem::find(&stored, b"ready"), None);

    key(2);
    let readers: [&[&str]; 5] = [
        &["logs", "one"],
        &["logs", "one", "--grep", "ready"],
        &["logs", "one", "--raw"],
        &["export", "one", "--format", "text"],
        &["replay", "one"],
    ];
    for args in readers {
        let refused = sandbox.geppetto(args).refused(1);
        assert!(
            refused.contains("cannot be decrypted"),
            "{args:?}: {refused}"
        );
        assert!(
            refused.contains("encryption_key_file"),
            "{args:?}: {refused}"
        );
    }
    // What comes now is kept behind what nobody can read, not in its place.
    sandbox.type_into(&runner.pane_id.unwrap(), "more");
    sandbox.wait_until("it to be printed", || {
        sandbox.runner("one").output_bytes > 10
    });
    sandbox.geppetto(&["daemon", "stop"]).ok();
    let connection = Connection::open(&database).unwrap();
    let end: i64 = connection
        .query_row("SELECT max(end) FROM frame", [], |row| row.get(0))
        .unwrap();
    let all = "ready\r\nmore\r\nsaid more\r\n";
    assert_eq!(usize::try_from(end).unwrap(), all.len());
}

#[test]
fn a_damaged_transcript_is_set_aside_and_recording_goes_on() {
    for damage in ["truncate", "zero", "garbage"] {
        let sandbox = Sandbox::new();
        let runner = sandbox.start(
            "one",
            "echo ready; while read line; do echo said $line; done",
        );
        let pane = runner.pane_id.unwrap();
        sandbox.wait_for_line("one", "ready");
        sandbox.geppetto(&["daemon", "stop"]).ok();
        let database = databases(&sandbox).pop().unwrap();
        let whole = fs::read(&database).unwrap();
        let bad = match damage {
            "truncate" => whole[..whole.len() / 2].to_vec(),
            "zero" => vec![0; whole.len()],
            _ => b"this is no database".repeat(500),
        };
        fs::write(&database, bad).unwrap();
        sandbox.geppetto(&["list"]).ok();
        sandbox.type_into(&pane, "hello");
        sandbox.wait_for_line("one", "said hello");
        let log = sandbox.geppetto(&["logs", "one"]).ok();
        assert!(log.contains("was damaged"), "{damage}: {log}");
        let warnings =
            sandbox.geppetto_json(&["daemon", "status"])["daemon"]["warnings"].to_string();
        assert!(warnings.contains("damaged"), "{damage}: {warnings}");
        let directory = database.parent().unwrap();
        let aside = fs::read_dir(directory).unwrap().any(|file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            name.contains("damaged")
        });
        assert!(aside, "{damage}: it was not set aside");
        sandbox.geppetto(&["daemon", "stop"]).ok();
        assert_eq!(quick_check(&database), "ok", "{damage}");
    }
}

#[test]
fn a_replaced_program_takes_the_daemon_over_and_runners_go_on() {
    let sandbox = Sandbox::new();
    let program = sandbox.path("work/geppetto");
    let install = || {
        let new = program.with_extension("new");
        copy_program(env!("CARGO_BIN_EXE_geppetto"), &new);
        fs::rename(&new, &program).unwrap();
    };
    let geppetto = |args: &[&str]| {
        let mut command = sandbox.command(program.to_str().unwrap());
        command.arg("-S").arg(sandbox.path("t")).args(args);
        sandbox.run(command).ok()
    };
    install();
    geppetto(&[
        "new",
        "--name",
        "one",
        "--",
        "sh",
        "-c",
        "echo ready; while read line; do echo said $line; done",
    ]);
    sandbox.wait_for_line("one", "ready");
    let (daemon, runner) = (sandbox.daemon().pid, sandbox.runner("one"));
    geppetto(&["list"]);
    assert_eq!(
        sandbox.daemon().pid,
        daemon,
        "the same build changes nothing"
    );
    install();
    let log = geppetto(&["logs", "one"]);
    assert!(log.starts_with("ready\n"), "{log}");
    assert_ne!(sandbox.daemon().pid, daemon);
    let after = sandbox.runner("one");
    assert_eq!(
        (after.id, after.pid, after.run),
        (runner.id, runner.pid, runner.run)
    );
    sandbox.type_into(&runner.pane_id.unwrap(), "hello");
    sandbox.wait_for_line("one", "said hello");
}

#[test]
fn a_full_disk_pauses_recording_visibly_and_it_resumes_by_itself() {
    let sandbox = Sandbox::new();
    let state = sandbox.path("state");
    let disk = SmallDisk::on(&sandbox, &state);
    let runner = sandbox.start(
        "one",
        "echo ready; while read line; do echo said $line; done",
    );
    let pane = runner.pane_id.unwrap();
    sandbox.wait_for_line("one", "ready");
    disk.fill();
    let mut number = 0;
    sandbox.wait_within(LONG, "recording to pause", || {
        number += 1;
        sandbox.type_into(&pane, &format!("{number} {}", "x".repeat(800)));
        sandbox.runner("one").recording_paused
    });
    let list = sandbox.geppetto(&["show", "one"]).ok();
    assert!(list.contains("not recorded"), "{list}");
    // The runner never suffers.
    sandbox.type_into(&pane, "still here");
    sandbox.wait_for_line("one", "said still here");
    disk.free();
    sandbox.wait_within(LONG, "recording to go on", || {
        sandbox
            .runner("one")
            .recording_paused
            .is_none()
            .then_some(())
    });
    sandbox.type_into(&pane, "the end");
    sandbox.wait_for_line("one", "said the end");
    sandbox.geppetto(&["daemon", "restart"]).ok();
    let log = sandbox.geppetto(&["logs", "one"]).ok();
    assert!(
        log.contains("ready\n") && log.contains("said the end\n"),
        "{log}"
    );
    sandbox.geppetto(&["daemon", "stop"]).ok();
    drop(disk);
}

#[test]
fn a_respawned_pane_is_another_run_of_its_runner() {
    let sandbox = Sandbox::new();
    let [_, _, pane] = sandbox.session("work", "echo first; read line");
    sandbox.geppetto(&["register", "work"]).ok();
    sandbox.wait_for_line("work", "first");
    sandbox.tmux(&["respawn-pane", "-k", "-t", &pane, "echo second; read line"]);
    sandbox.wait_until("the second run", || {
        let runner = sandbox.runner("work");
        runner.run == 2 && runner.exit.is_none()
    });
    sandbox.wait_for_line("work", "second");
    sandbox.wait_until("the line in its run", || {
        let last = entries(&sandbox, "work").pop();
        last.is_some_and(|last| last["run"] == 2 && last["text"] == "second")
    });
    let entries = entries(&sandbox, "work");
    let first = entries.first().unwrap();
    assert_eq!(
        (&first["run"], &first["text"]),
        (&1.into(), &"first".into())
    );
    assert_eq!(databases(&sandbox).len(), 1, "it is one runner");
}

#[test]
fn a_read_only_transcript_is_read_and_goes_on_when_it_can_be_written() {
    let sandbox = Sandbox::new();
    let script = "echo ready; while read line; do echo said $line; done";
    let pane = sandbox.start("one", script).pane_id.unwrap();
    sandbox.wait_for_line("one", "ready");
    sandbox.geppetto(&["daemon", "stop"]).ok();
    let directory = databases(&sandbox).pop().unwrap();
    let read_only = ReadOnly::on(&sandbox, directory.parent().unwrap());
    sandbox.geppetto(&["list"]).ok();
    assert!(sandbox.log_lines("one").contains(&"ready".to_owned()));
    sandbox.type_into(&pane, "hello");
    sandbox.wait_for_line("one", "said hello");
    sandbox.wait_until("recording to pause", || {
        sandbox.runner("one").recording_paused.is_some()
    });
    let shown = sandbox.geppetto(&["show", "one"]).ok();
    assert!(shown.contains("not recorded"), "{shown}");
    drop(read_only);
    sandbox.wait_within(LONG, "recording to go on", || {
        let runner = sandbox.runner("one");
        runner.recording_paused.is_none().then_some(())
    });
    sandbox.geppetto(&["daemon", "restart"]).ok();
    let lines = sandbox.log_lines("one");
    let printed = ["ready", "hello", "said hello"];
    assert_eq!(
        lines
            .iter()
            .filter(|line| printed.contains(&line.as_str()))
            .count(),
        3
    );
    assert!(lines.starts_with(&["ready".to_owned()]), "{lines:?}");
}

/// A directory in which nothing can be written, not even by root, who makes it so.
struct ReadOnly {
    at: PathBuf,
}

impl ReadOnly {
    fn on(sandbox: &Sandbox, at: &Path) -> Self {
        let at = at.to_owned();
        let path = at.display();
        let mounted = sandbox.sh(&format!(
            "mount --bind '{path}' '{path}' && mount -o remount,ro,bind '{path}'"
        ));
        assert_eq!(
            mounted.code,
            Some(0),
            "this test mounts a directory, for which it must run as root: {mounted:#?}"
        );
        Self { at }
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        unmount(&self.at);
    }
}

fn unmount(at: &Path) {
    // Lazily: a daemon that a failed test left still has files open in it.
    let unmounted = std::process::Command::new("umount")
        .arg("-l")
        .arg(at)
        .status();
    assert!(unmounted.is_ok_and(|status| status.success()) || std::thread::panicking());
}

/// A disk of 3 MB. Root mounts it; anybody else would need a namespace of their own, and is told so.
struct SmallDisk {
    at: PathBuf,
}

impl SmallDisk {
    fn on(sandbox: &Sandbox, at: &Path) -> Self {
        let mount = format!(
            "mount -t tmpfs -o size=3m,mode=700 tmpfs '{}'",
            at.display()
        );
        let mounted = sandbox.sh(&mount);
        assert_eq!(
            mounted.code,
            Some(0),
            "this test mounts a tmpfs, for which it must run as root: {mounted:#?}"
        );
        Self { at: at.to_owned() }
    }

    fn fill(&self) {
        let ballast = vec![b'x'; 4096];
        let mut file = fs::File::create(self.at.join("ballast")).unwrap();
        while std::io::Write::write_all(&mut file, &ballast).is_ok() {}
    }

    fn free(&self) {
        fs::remove_file(self.at.join("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.at);
    }
}
