//! The stage: all recordings at once, each in a pane of its own, the programs named as the agents are.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread::park_timeout;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::observe::{self, Said};
use crate::play;
use crate::recording::{Event, Recording};
use crate::world::World;

/// What was said, and when each recording began on the clock of that.
pub(crate) struct Performance {
    pub(crate) said: Vec<Said>,
    pub(crate) began: Vec<f64>,
}

pub(crate) fn perform(recordings: &[Recording], is_started: bool) -> Performance {
    let world = World::new();
    world.tmux(&["set", "-g", "status", "off"]);
    fs::create_dir(world.path("bin")).unwrap();
    world.geppetto(&["register", "anchor"]);
    let status: Value =
        serde_json::from_str(&world.geppetto(&["daemon", "status", "--json"])).unwrap();
    let all = observe::start(Path::new(status["daemon"]["socket"].as_str().unwrap()));
    for one in recordings {
        let script = world.path(&format!("{}.play", one.name));
        play::write(one, &script);
        begin(&world, one, &script, is_started);
    }
    let began: Vec<f64> = recordings
        .iter()
        .map(|one| began(&world.path(&format!("{}.began", one.name))))
        .collect();
    follow(&world, recordings, &began);
    Performance {
        said: all.try_iter().collect(),
        began,
    }
}

/// The command line that a person would have: agents in a language of scripts are run by its interpreter.
fn command(world: &World, agent: &str, script: &Path) -> Vec<String> {
    let myself = std::env::current_exe().unwrap();
    let place = |name: &str| -> PathBuf { world.path("bin").join(name) };
    let program = |name: &str| {
        let path = place(name);
        if !path.exists() {
            symlink(&myself, &path).unwrap();
        }
        path.display().to_string()
    };
    let tail = ["play".to_owned(), script.display().to_string()];
    let mut words = match agent {
        "gemini" => vec![program("node"), place("gemini").display().to_string()],
        "aider" => vec![program("python3"), place("aider").display().to_string()],
        "cursor" => vec![program("cursor-agent")],
        other => vec![program(other)],
    };
    words.extend(tail);
    words
}

fn begin(world: &World, one: &Recording, script: &Path, is_started: bool) {
    let words = command(world, &one.agent, script);
    let (cols, rows) = (one.size.0.to_string(), one.size.1.to_string());
    if !is_started {
        world.tmux(&[
            "new-session",
            "-d",
            "-s",
            &one.name,
            "-x",
            &cols,
            "-y",
            &rows,
        ]);
        world.geppetto(&["register", &one.name]);
        let mut args = vec!["new-window", "-d", "-t", &one.name, "-n", "agent"];
        args.extend(words.iter().map(String::as_str));
        world.tmux(&args);
    } else {
        world.tmux(&["set", "-g", "default-size", &format!("{cols}x{rows}")]);
        let name = format!("play-{}", one.name);
        let mut args = vec!["new", "--name", &name, "--"];
        args.extend(words.iter().map(String::as_str));
        world.geppetto(&args);
    }
}

fn began(file: &Path) -> f64 {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        if let Ok(text) = fs::read_to_string(file) {
            return text.parse().unwrap();
        }
        assert!(
            Instant::now() < limit,
            "{}: it has not begun",
            file.display()
        );
        park_timeout(Duration::from_millis(5));
    }
}

/// The window of the agent, whichever way it was started.
fn window(world: &World, name: &str) -> String {
    let panes = world.tmux(&[
        "list-panes",
        "-a",
        "-F",
        "#{window_id} #{pane_start_command}",
    ]);
    let script = format!("/{name}.play");
    let found = panes.lines().find(|line| line.contains(&script));
    found.unwrap().split(' ').next().unwrap().to_owned()
}

/// Resizes panes as they were, until the last recording is over.
fn follow(world: &World, recordings: &[Recording], began: &[f64]) {
    let mut resizes: Vec<(f64, &str, u16, u16)> = Vec::new();
    let mut end = 0.0_f64;
    for (one, began) in recordings.iter().zip(began) {
        let offset = began - one.begin();
        end = end.max(one.intervals.last().unwrap().to + offset + 2.0);
        for (at, event) in &one.events {
            if let Event::Resized(cols, rows) = event {
                resizes.push((at + offset, &one.name, *cols, *rows));
            }
        }
    }
    resizes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let wait = |until: f64| {
        while observe::now() < until {
            park_timeout(Duration::from_secs_f64((until - observe::now()).max(0.0)));
        }
    };
    for (at, name, cols, rows) in resizes {
        wait(at);
        let window = window(world, name);
        world.tmux(&[
            "resize-window",
            "-t",
            &window,
            "-x",
            &cols.to_string(),
            "-y",
            &rows.to_string(),
        ]);
    }
    wait(end);
}
