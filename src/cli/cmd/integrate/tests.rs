//! What a person sees of integrations, and what becomes of their files.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use insta::assert_snapshot;

use crate::cli::fake::Session;

/// A person with these settings of an agent; what they type afterwards is about the same home.
struct Person {
    home: tempfile::TempDir,
}

impl Person {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { home }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn with(name: &str, text: &str) -> Self {
        let person = Self::new();
        let file = person.file(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        person
    }

    fn types(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let home = self.home.path().display().to_string();
        Session::without_daemon()
            .variable("HOME", &home)
            .run(&words)
            .replace(&home, "HOME")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap()
    }

    /// All files of the home, without the directories.
    fn files(&self) -> Vec<String> {
        fn walk(dir: &Path, found: &mut Vec<String>) {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, found);
                } else {
                    found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let mut found = Vec::new();
        walk(self.home.path(), &mut found);
        found.sort();
        found
    }
}

/// The path of the program that runs the test, taken out.
fn plain(text: &str) -> String {
    let program = std::env::current_exe().unwrap();
    text.replace(program.to_str().unwrap(), "PROGRAM")
}

const CLAUDE: &str = ".claude/settings.json";

/// With a comment, an odd indentation, and a hook of somebody else.
const SETTINGS: &str = r#"{
   // mine
   "model": "opus",
   "hooks": {
      "Stop": [ { "hooks": [{"type": "command", "command": "say done"}] } ]
   },
   "env": {"B": "1", "A": "2"}
}
"#;

#[test]
fn hooks_are_put_in_and_nothing_else_is_touched() {
    let person = Person::with(CLAUDE, SETTINGS);
    fs::set_permissions(person.file(CLAUDE), fs::Permissions::from_mode(0o640)).unwrap();
    assert_snapshot!(person.types("integrate claude-code"), @"
    The hooks of claude-code are now in HOME/.claude/settings.json.
    ! Sessions that run already may have to be started anew.
    [0]
    ");
    let text = person.read(CLAUDE);
    let (begin, _) = text.split_once(r#""UserPromptSubmit""#).unwrap();
    assert_snapshot!(plain(begin.trim_end()), @r#"
    {
       // mine
       "model": "opus",
       "hooks": {
          "Stop": [ { "hooks": [{"type": "command", "command": "say done"}] },
             {
                "hooks": [
                   {
                      "type": "command",
                      "command": "PROGRAM hook claude-code Stop",
                      "timeout": 5
                   }
                ]
             } ],
          "SessionStart": [
             {
                "hooks": [
                   {
                      "type": "command",
                      "command": "PROGRAM hook claude-code SessionStart",
                      "timeout": 5
                   }
                ]
             }
          ],
    "#);
    assert!(
        text.ends_with("\n   \"env\": {\"B\": \"1\", \"A\": \"2\"}\n}\n"),
        "{text}"
    );
    let mode = fs::metadata(person.file(CLAUDE))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn hooks_are_put_in_once_and_taken_out_letter_by_letter() {
    let person = Person::with(CLAUDE, SETTINGS);
    person.types("integrate claude-code");
    let text = person.read(CLAUDE);
    assert_snapshot!(person.types("integrate claude-code"), @"
    The hooks of claude-code are in HOME/.claude/settings.json already.
    [0]
    ");
    assert_eq!(person.read(CLAUDE), text);
    assert_eq!(
        person.files(),
        ["settings.json", "settings.json.before-geppetto"]
    );
    assert_snapshot!(person.types("integrate claude-code --remove"), @"
    The hooks of claude-code are no longer in HOME/.claude/settings.json.
    [0]
    ");
    assert_eq!(person.read(CLAUDE), SETTINGS);
    assert_eq!(person.files(), ["settings.json"]);
}

#[test]
fn what_changed_meanwhile_stays_when_hooks_are_taken_out() {
    let person = Person::with(CLAUDE, SETTINGS);
    person.types("integrate claude-code");
    let edited = person.read(CLAUDE).replace("opus", "sonnet");
    fs::write(person.file(CLAUDE), edited).unwrap();
    person.types("integrate claude-code --remove");
    let left = person.read(CLAUDE);
    assert!(!left.contains("hook claude-code"), "{left}");
    for kept in ["// mine", "sonnet", "say done", r#""A": "2""#] {
        assert!(left.contains(kept), "{kept}: {left}");
    }
}

#[test]
fn every_agent_gets_back_letter_by_letter_what_it_had() {
    let forms = [
        "",
        "{}",
        "{ }\n",
        "{\n}\n",
        "{\"a\":1}",
        "{\r\n\t\"a\": [1, 2]\r\n}\r\n",
        "{\n  \"hooks\": {}\n}",
    ];
    let json = ["claude-code", "codex", "gemini", "cursor"];
    let names = [
        CLAUDE,
        ".codex/hooks.json",
        ".gemini/settings.json",
        ".cursor/hooks.json",
    ];
    let json = json
        .iter()
        .zip(names)
        .flat_map(|of| forms.map(|text| (of, text)));
    let aider = ["model: x\n", "model: x"].map(|text| ((&"aider", ".aider.conf.yml"), text));
    for ((kind, file), before) in json.chain(aider) {
        let person = Person::with(file, before);
        person.types(&format!("integrate {kind}"));
        assert!(
            person
                .types(&format!("integrate {kind} --check"))
                .ends_with("[0]\n"),
            "{kind}: {before:?}"
        );
        person.types(&format!("integrate {kind} --remove"));
        assert_eq!(person.read(file), before, "{kind}");
    }
    for kind in ["claude-code", "codex", "gemini", "cursor", "aider"] {
        let person = Person::new();
        person.types(&format!("integrate {kind}"));
        assert_eq!(person.files().len(), 1, "{kind}");
        person.types(&format!("integrate {kind} --remove"));
        assert!(person.files().is_empty(), "{kind}");
    }
}

#[test]
fn settings_that_are_not_understood_are_left_alone() {
    for broken in [
        "{\"a\": 1",
        "[]",
        "{\"hooks\": []}",
        "{\"hooks\": {\"Stop\": {}}}",
        "{a: 1}",
    ] {
        let person = Person::with(CLAUDE, broken);
        assert!(
            person.types("integrate claude-code").ends_with("[1]\n"),
            "{broken}"
        );
        assert_eq!(person.read(CLAUDE), broken);
        assert_eq!(person.files(), ["settings.json"]);
    }
    let person = Person::with(CLAUDE, "{\n  \"a\": 1,\n  oh\n}\n");
    assert_snapshot!(person.types("integrate claude-code"), @"
    ! error: HOME/.claude/settings.json is left as it is: line 3, column 3 cannot be understood (Expected string for object property).
    ! hint: Correct it in an editor, or put the hooks in by hand, as docs/integrations.md shows them.
    [1]
    ");
}

#[test]
fn a_link_is_followed_and_what_is_read_only_is_not_written() {
    let person = Person::with("dotfiles/claude.json", "{}\n");
    fs::create_dir(person.file(".claude")).unwrap();
    symlink(person.file("dotfiles/claude.json"), person.file(CLAUDE)).unwrap();
    person.types("integrate claude-code");
    assert!(person.file(CLAUDE).is_symlink());
    assert!(
        person
            .read("dotfiles/claude.json")
            .contains("hook claude-code Stop")
    );
    let person = Person::with(CLAUDE, "{}\n");
    fs::set_permissions(person.file(CLAUDE), fs::Permissions::from_mode(0o444)).unwrap();
    assert_snapshot!(person.types("integrate claude-code"), @"
    ! error: HOME/.claude/settings.json is not yours to write.
    ! hint: Something else may write it for you: put the hooks there, as docs/integrations.md shows them.
    [1]
    ");
    assert_eq!(person.read(CLAUDE), "{}\n");
    assert_eq!(person.files(), ["settings.json"]);
}

#[test]
fn hooks_of_a_program_that_has_moved_are_seen_and_renewed() {
    let person = Person::new();
    person.types("integrate codex");
    let file = ".codex/hooks.json";
    let program = std::env::current_exe().unwrap();
    let moved = person
        .read(file)
        .replace(program.to_str().unwrap(), "/old place/geppetto");
    let moved = moved.replace("/old place/geppetto hook", "'/old place/geppetto' hook");
    fs::write(person.file(file), &moved).unwrap();
    assert_snapshot!(person.types("integrate codex --check"), @"
    The hooks of codex in HOME/.codex/hooks.json are not as they should be: SessionStart calls `'/old place/geppetto' hook codex SessionStart`.
    [1]
    ");
    person.types("integrate codex");
    assert!(!person.read(file).contains("old place"));
    person.types("integrate codex --remove");
    assert!(person.files().is_empty());
}

#[test]
fn all_are_listed_with_how_they_stand() {
    let person = Person::with(".gemini/settings.json", "{");
    person.types("integrate claude-code");
    assert_snapshot!(person.types("integrate"), @"
    KIND         HOOKS       INSTALLED  SETTINGS
    claude-code  present     no         HOME/.claude/settings.json
    codex        absent      no         HOME/.codex/hooks.json
    gemini       unreadable  no         HOME/.gemini/settings.json: HOME/.gemini/settings.json is left as it is: line 1, column 1 cannot be understood (Unterminated object)
    cursor       absent      no         HOME/.cursor/hooks.json
    aider        absent      no         HOME/.aider.conf.yml
    opencode     none        no         OpenCode has no hooks but plugins, and with any plugin it asks a package registry at each start: without a network it never becomes ready. It is watched without.
    [0]
    ");
    assert_snapshot!(person.types("integrate opencode"), @"
    ! error: OpenCode has no hooks but plugins, and with any plugin it asks a package registry at each start: without a network it never becomes ready. It is watched without.
    [1]
    ");
    assert_snapshot!(person.types("integrate vim"), @r#"
    ! error: There is no agent of the kind "vim" to integrate with.
    ! hint: `geppetto integrate` lists them.
    [2]
    "#);
    assert_snapshot!(person.types("integrate claude-code --check --json"), @r#"
    {"kind":"claude-code","state":"present","installed":false,"file":"HOME/.claude/settings.json"}
    [0]
    "#);
}
