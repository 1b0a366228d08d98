//! Trees of processes as they are found under tmux, one a line: pid, parent, group, name, words.

use super::*;

const PANE: i32 = 100;

/// `pid parent group name | words`; the words are divided by blanks, and `~` stands for a blank within one.
fn processes(lines: &str) -> Vec<PaneProcess> {
    lines
        .split(';')
        .map(|line| line.trim())
        .filter(|line| !line.is_empty())
        .map(process)
        .collect()
}

fn process(line: &str) -> PaneProcess {
    let (head, words) = line.split_once('|').unwrap();
    let head: Vec<&str> = head.split_whitespace().collect();
    let number = |at: usize| head[at].parse::<i32>().unwrap();
    PaneProcess {
        pid: Pid::new(number(0)).unwrap(),
        parent: Pid::new(number(1)),
        group: number(2),
        started: number(0).unsigned_abs().into(),
        age: None,
        name: head[3].replace('~', " "),
        args: words
            .split_whitespace()
            .map(|word| word.replace('~', " "))
            .collect(),
        file: None,
        cwd: None,
        env: BTreeMap::new(),
    }
}

fn told(lines: &str, foreground: Option<i32>) -> String {
    match identify(&processes(lines), Pid::new(PANE).unwrap(), foreground) {
        Resident::Agent { kind, pid, .. } => format!("{} {pid}", kind.name),
        Resident::Opaque(what) => format!("opaque {what}"),
        Resident::Shell(name) => format!("shell {name}"),
        Resident::Other(name) => format!("other {name}"),
        Resident::Nobody => "nobody".to_owned(),
    }
}

/// Each line: what is told, `@` the group in front, `=` the tree.
fn check(table: &str) {
    let lines = table.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (expected, scene) = line.split_once(" @").unwrap();
        let (group, tree) = scene.split_once(" =").unwrap();
        assert_eq!(told(tree, group.parse().ok()), expected, "{line}");
    }
}

#[test]
fn agents_are_known_by_program_script_module_and_package() {
    check(
        "
        claude-code 200 @200 = 100 1 100 bash | -bash; 200 100 200 claude | claude
        claude-code 100 @100 = 100 1 100 claude | claude --resume x
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | /home/u/lib/node_modules/@anthropic-ai/claude-code/bin/claude.exe
        # A version that started itself anew.
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 2.1.3 | /home/u/.local/share/claude/versions/2.1.3 --continue
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 node | node /usr/lib/node_modules/@anthropic-ai/claude-code/cli.js
        gemini 200 @200 = 100 1 100 bash | bash; 200 100 200 node-MainThread | node --no-warnings /usr/bin/gemini -y
        gemini 200 @200 = 100 1 100 bash | bash; 200 100 200 node | node --require x.js /w/node_modules/@google/gemini-cli/bundle/index.js
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 bun | bun run /w/node_modules/.bin/claude
        aider 200 @200 = 100 1 100 bash | bash; 200 100 200 python3 | /usr/bin/python3 -m aider --model x
        aider 200 @200 = 100 1 100 bash | bash; 200 100 200 python3.12 | python3.12 -X utf8 -m aider.main
        aider 200 @200 = 100 1 100 bash | bash; 200 100 200 aider | /opt/venv/bin/python /opt/venv/bin/aider
        opencode 200 @200 = 100 1 100 bash | bash; 200 100 200 deno | deno run --allow-all /w/bin/opencode
        cursor 200 @200 = 100 1 100 bash | bash; 200 100 200 node | /home/u/.local/bin/cursor-agent --use-system-ca /home/u/.local/share/cursor-agent/versions/1/index.js
        cursor 200 @200 = 100 1 100 bash | bash; 200 100 200 node | agent --use-system-ca /home/u/.local/share/cursor-agent/versions/1/index.js
        codex 200 @200 = 100 1 100 bash | bash; 200 100 200 codex-x86_64-un | ./codex-x86_64-unknown-linux-musl
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 .claude-wrapped | /nix/store/abc/bin/.claude-wrapped
        cursor 200 @200 = 100 1 100 bash | bash; 200 100 200 .cursor-agent-w |
        claude-code 100 @100 = 100 1 100 claude | /bin/sh /home/u/bin/claude
        # Its words cannot be read.
        codex 100 @100 = 100 1 100 codex |
        ",
    );
}

#[test]
fn the_agent_is_below_its_launchers() {
    check(
        "
        codex 201 @200 = 100 1 100 bash | bash; 200 100 200 node | node /usr/bin/codex resume; 201 200 200 codex | /x/@openai/codex-linux-x64/vendor/codex/codex resume
        gemini 201 @200 = 100 1 100 bash | bash; 200 100 200 node | node /usr/bin/gemini -y; 201 200 200 node | node --max-old-space-size=4096 /usr/bin/gemini -y
        gemini 202 @200 = 100 1 100 bash | bash; 200 100 200 npm~exec~@googl | npm~exec~@google/gemini-cli; 201 200 200 sh | sh -c gemini; 202 201 200 node | node /home/u/.npm/_npx/1/node_modules/.bin/gemini
        aider 201 @200 = 100 1 100 bash | bash; 200 100 200 uv | uv tool run aider; 201 200 200 python | /u/python /u/bin/aider
        claude-code 200 @100 = 100 1 100 sh | sh -c env~X=1~claude&&exec~bash; 200 100 100 claude | claude
        codex 202 @200 = 100 1 100 bash | bash; 200 100 200 claude | /bin/bash /home/u/bin/claude; 201 200 200 sh | sh -c x; 202 201 200 codex | codex
        # A version manager's own program, under the agent's name.
        claude-code 201 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude -c; 201 200 200 claude | node /v/node_modules/@anthropic-ai/claude-code/cli.js -c
        claude-code 200 @200 = 100 1 100 geppetto | /usr/bin/geppetto internal run --runner 1 -- claude; 200 100 200 claude | claude
        ",
    );
}

#[test]
fn the_agent_is_above_its_helpers() {
    check(
        "
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude; 201 200 200 zsh | zsh -c claude~-p~hi; 202 201 200 claude | claude -p hi
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude; 201 200 200 claude | claude -p hi
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude; 201 200 200 claude | rg --files
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude; 201 200 200 claude | claude mcp serve
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude; 201 200 200 node | node /x/node_modules/@openai/codex/bin/codex.js mcp-server; 202 201 200 codex | codex mcp-server
        codex 200 @200 = 100 1 100 bash | bash; 200 100 200 codex | codex; 201 200 200 bash | bash -lc claude; 202 201 200 claude | claude -p x
        gemini 200 @200 = 100 1 100 bash | bash; 200 100 200 gemini | node /usr/bin/gemini; 201 200 200 node | node /h/.gemini/extensions/x/server.js
        # It is about to start something, and is a copy of itself until then.
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | /bin/sh ./claude; 201 200 200 claude | /bin/sh ./claude; 202 201 200 dd | dd bs=1
        gemini 200 @200 = 100 1 100 bash | bash; 200 100 200 node | node /usr/bin/gemini; 201 200 200 node | node /usr/bin/gemini
        codex 200 @200 = 100 1 100 bash | bash; 200 100 200 codex | codex; 201 200 200 codex | codex
        # It has given the terminal to a command.
        aider 200 @300 = 100 1 100 bash | bash; 200 100 200 aider | python3 /usr/bin/aider; 300 200 300 bash | bash -i; 301 300 300 vim | vim
        claude-code 200 @200 = 100 1 100 bash | bash; 200 100 200 claude | claude; 201 200 200 vim | vim x
        ",
    );
}

#[test]
fn who_is_not_in_front_does_not_count() {
    check(
        "
        shell bash @100 = 100 1 100 bash | -bash; 200 100 200 claude | claude
        other vim @300 = 100 1 100 bash | -bash; 200 100 200 claude | claude; 300 100 300 vim | vim
        claude-code 300 @300 = 100 1 100 bash | bash; 200 100 200 codex | codex; 300 100 300 claude | claude
        ",
    );
}

#[test]
fn what_hides_others_is_said_to() {
    check(
        "
        opaque ssh @200 = 100 1 100 bash | bash; 200 100 200 ssh | ssh -i secret host claude
        opaque mosh-client @200 = 100 1 100 bash | bash; 200 100 200 mosh-client | mosh-client -# host
        opaque docker exec @200 = 100 1 100 bash | bash; 200 100 200 docker | docker --context x exec -it box claude
        other docker @200 = 100 1 100 bash | bash; 200 100 200 docker | docker ps
        opaque podman run @200 = 100 1 100 bash | bash; 200 100 200 sudo | sudo podman run -it x; 201 200 200 podman | podman run -it x
        opaque kubectl exec @200 = 100 1 100 bash | bash; 200 100 200 enter.sh | bash ./enter.sh; 201 200 200 kubectl | kubectl exec -it pod -- sh
        opaque tmux @200 = 100 1 100 bash | bash; 200 100 200 tmux:~client | tmux attach
        other git @200 = 100 1 100 bash | bash; 200 100 200 git | git fetch; 201 200 200 ssh | ssh git@host
        ",
    );
}

#[test]
fn everything_else_has_a_name() {
    check(
        "
        shell zsh @100 = 100 1 100 zsh | -zsh
        shell bash @100 = 100 1 100 bash | /usr/bin/bash --rcfile x -i
        other run.sh @200 = 100 1 100 bash | bash; 200 100 200 run.sh | /bin/sh -eu ./run.sh x; 201 200 200 sleep | sleep 9
        other claude.py @200 = 100 1 100 bash | bash; 200 100 200 python3 | python3 claude.py
        other server.js @200 = 100 1 100 bash | bash; 200 100 200 node | node server.js
        other python3 @200 = 100 1 100 bash | bash; 200 100 200 python3 | python3 -c import~claude
        other node @200 = 100 1 100 bash | bash; 200 100 200 node | node
        other vim @200 = 100 1 100 bash | bash; 200 100 200 vim | vim /usr/bin/claude
        other claude-monitor @200 = 100 1 100 bash | bash; 200 100 200 claude-monitor | claude-monitor
        other npm @200 = 100 1 100 bash | bash; 200 100 200 npm | npm install @openai/codex
        other codex app-server @200 = 100 1 100 bash | bash; 200 100 200 codex | codex app-server
        other z.js @200 = 100 1 100 bash | bash; 200 100 200 node | node /x/node_modules/@google/gemini-cli/node_modules/y/z.js
        nobody @100 = 100 1 100 geppetto | geppetto internal run --runner 1 -- claude
        nobody @999 = 100 1 100 bash | bash
        nobody @100 = 
        ",
    );
}

#[test]
fn without_a_foreground_all_count() {
    let lines = "100 1 100 bash | bash; 200 100 200 claude | claude";
    assert_eq!(told(lines, None), "claude-code 200");
    assert_eq!(told("100 1 100 bash | bash", None), "shell bash");
}

#[test]
fn hostile_names_and_circles_do_no_harm() {
    let escape = "200 200 200 \u{1b}]0,x\u{7}\u{202e}y | \u{1b}[31mx\u{202e}";
    assert_eq!(told(escape, Some(200)), "other [31mx");
    let circle = "100 200 100 claude | claude; 200 100 100 claude | claude";
    assert!(told(circle, Some(100)).starts_with("claude-code "));
    let long = format!("100 1 100 x | {}", "x".repeat(9000));
    assert!(told(&long, Some(100)).len() < 80);
    assert_eq!(told("100 1 100 ) | --", Some(100)), "other -");
}

#[test]
fn how_it_was_recognised_is_told_without_its_arguments() {
    let lines = "100 1 100 node | node /usr/bin/gemini --key secret";
    let resident = identify(&processes(lines), Pid::new(PANE).unwrap(), None);
    let Resident::Agent { how, .. } = resident else {
        unreachable!("it is an agent");
    };
    assert_eq!(how, "is node, which runs /usr/bin/gemini");
}
