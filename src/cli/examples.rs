//! The examples at the end of the long help. Text only.

pub(crate) const GEPPETTO: &str = "\
Examples:
  geppetto register                  watch the session you are in
  geppetto new -- claude             start an agent in a window of its own
  geppetto list                      see who works, who is idle, who is done
  geppetto dashboard                 see them all, live, and act with single keys
  geppetto logs -f work              read along
  geppetto attach work               go there

Exit codes: 0 done, 1 refused or not found, 2 usage, 3 no daemon or tmux server,
4 timed out, 130 interrupted. Answers go to stdout, everything else to stderr;
with --json, errors are one line of JSON on stderr.

Environment: GEPPETTO_SOCKET (socket of the daemon), GEPPETTO_CONFIG (config file),
TTY_SESSION_PREFIX (first part of session keys), GEPPETTO_LOG (the daemon's log filter),
XDG_RUNTIME_DIR, XDG_STATE_HOME, XDG_CONFIG_HOME, TMUX, TMUX_TMPDIR.";

pub(crate) const NEW: &str = "\
Examples:
  geppetto new -- claude
  geppetto new --kind codex --key checkout/review --attach
  geppetto new --name build --cwd ~/src --max-duration 30m -- make -j8
  geppetto new --env DEBUG=1 --env TOKEN -- ./agent.sh";

pub(crate) const REGISTER: &str = "\
Examples:
  geppetto register                  the session you are in
  geppetto register --pane --name review
  geppetto register work             the session with that name
  geppetto register %7               one pane
  geppetto register --pid 4711       the pane in which that process runs";

pub(crate) const LIST: &str = "\
Examples:
  geppetto list
  geppetto list --session work
  geppetto list --json | jq -r '.runners[] | select(.status == \"failed\") | .name'";

pub(crate) const SEND: &str = "\
Into an agent it is typed with care: not while that asks something, Enter only once the text stands
in its prompt, and the answer comes when the agent has it. Nothing is typed or pressed twice.

Examples:
  geppetto send work \"go on\"
  geppetto send work \"what do the tests do?\" --wait --timeout 10m
  geppetto send work --no-enter \"/review \"
  geppetto send work -- -v            text that begins with a dash";

pub(crate) const APPROVE: &str = "\
Presses the keys that the screen rule of that question names, once, and only while that very
question is on the screen; `deny` does the same for no. Answers when the question is gone.

Examples:
  geppetto approve work
  geppetto wait work --for waiting && geppetto approve work
  id=$(geppetto show work --json | jq -r .runner.prompt.id)
  geppetto approve work --prompt \"$id\"     this question and no other";

pub(crate) const PEEK: &str = "\
The answer is what the agent itself wrote down, where geppetto can read that; else it is what
its screen shows above its prompt. Which one it is goes to stderr.

Examples:
  geppetto peek work
  geppetto wait work --for done && geppetto peek work > answer.txt";

pub(crate) const START: &str = "\
Claude Code, Codex, Gemini, opencode and Cursor go on with the conversation that they had last, by
their own means (`claude --resume ID`, `codex resume ID`, ...). That takes the place of a conversation
which the command names itself. Commands that choose one in another way (`claude --resume` alone,
`codex resume --last`, `--fork-session`) or keep none (`claude -p`) run as they were typed; so does
what the command only reaches through another program. A conversation that another runner has
now is refused. A prompt in the command is asked again.

Examples:
  geppetto start work
  geppetto start --fresh work        as it was typed: its agent begins a new conversation";

pub(crate) const STOP: &str = "\
Examples:
  geppetto stop work
  geppetto stop work --grace 30s
  geppetto stop work --force";

pub(crate) const WAIT: &str = "\
Examples:
  geppetto wait build && echo ended
  geppetto wait work --for idle,waiting --timeout 10m
  geppetto wait work --for done,waiting    its turn is over, or it needs you
  geppetto wait build --exit-code && ./deploy";

pub(crate) const EXPLAIN: &str = "\
Examples:
  geppetto explain work          The status, why, how sure, and every piece of evidence
  geppetto explain work --json   The same for a program";

pub(crate) const LOGS: &str = "\
Examples:
  geppetto logs work
  geppetto logs work -n 20 --time
  geppetto logs work -f
  geppetto logs work --since 2h --grep 'error|panic' -C 3
  geppetto logs work --screen --at 14:02
  geppetto logs work --raw --from 1:0 >bytes
  geppetto logs work --turns -n 3
  geppetto logs build --until-end --json";

pub(crate) const CAPTURE_FIXTURE: &str = "\
Examples:
  geppetto capture-fixture work --expect 'waiting approval'
  geppetto capture-fixture work --expect waiting -o wrong.txt
  geppetto capture-fixture work --expect 'idle ready' --note 'was shown as running' -o wrong.txt

Secrets are starred out; your home directory, your name and your host's are replaced. Read it all the same before you give it away.";

pub(crate) const EXPORT: &str = "\
Examples:
  geppetto export work --format html -o work.html
  geppetto export work --format asciicast -o work.cast     asciinema play work.cast
  geppetto export work --format text --run 2";

pub(crate) const ATTACH: &str = "\
Inside tmux this switches your client, elsewhere it attaches a new one.

Examples:
  geppetto attach work
  geppetto attach work --print       print a command that works when pasted";

pub(crate) const NEXT: &str = "\
Those that wait for you come first, then those that failed, have completed, are idle; the one
that has needed you for longest goes before others of its kind. Snoozed ones are left out.
The README shows how to make it a key.

Examples:
  geppetto next
  geppetto next --print              print a command that works when pasted";

pub(crate) const STATUS: &str = "\
Prints nothing when there is nothing to tell or no daemon runs; never starts a daemon.

Examples:
  geppetto status
  set -g status-right '#(exec geppetto status --follow)'";

pub(crate) const STATS: &str = "\
CPU is in percent of one core; CPU and memory are of a program with all its descendants.

Examples:
  geppetto stats
  geppetto stats work
  geppetto stats --json | jq '.stats[] | {name, memory: .usage.memoryBytes}'";

pub(crate) const USAGE: &str = "\
Counted is what agents themselves write down of their messages; one that is written down several
times counts once. INPUT is what was sent and not in a cache. Costs are by public list prices,
unless the agent tells its own cost; [[price]] in the config file gives a model another price.

Examples:
  geppetto usage
  geppetto usage --by runner --since 7d
  geppetto usage --by model --runner work
  geppetto usage --by key --json | jq '.usage.rows[] | {of, cost: (.spent.costMicros / 1e6)}'";

pub(crate) const METRICS: &str = "\
Never starts a daemon: without one it leaves with exit code 3.

Examples:
  geppetto metrics
  geppetto metrics > /var/lib/node_exporter/geppetto.prom.new &&
    mv /var/lib/node_exporter/geppetto.prom.new /var/lib/node_exporter/geppetto.prom";

pub(crate) const DASHBOARD: &str = "\
Keys: j k and arrows move, / filters, Enter goes to the runner's pane, s stops, S starts,
p freezes, r resumes, f forgets, l shows a log, e says why a runner has its status, w that it
is wrong, ? shows the keys, q leaves.

With NO_COLOR set, or with TERM=dumb, there are no colours.

Examples:
  geppetto dashboard --logs RUNNER    # its log; h shows the keys";

pub(crate) const MENU: &str = "\
Examples:
  geppetto menu                 # in a shell in tmux: the menu of its pane
  geppetto menu --pane %3
  bind m geppetto-menu          # in tmux.conf, where the plugin is loaded

Its entries are verbs that can be run by hand: popup logs, pause, resume, stop, start, snooze, register, next and
dashboard.";

pub(crate) const COMPLETIONS: &str = "\
Examples:
  geppetto completions bash > ~/.local/share/bash-completion/completions/geppetto
  geppetto completions zsh > ~/.zfunc/_geppetto            with ~/.zfunc in fpath before compinit
  geppetto completions fish > ~/.config/fish/completions/geppetto.fish";

pub(crate) const MAN: &str = "\
Examples:
  geppetto man logs | man -l -       read one page
  geppetto man --dir ~/.local/share/man/man1
  man geppetto-logs                  and then as any other";

pub(crate) const HOOK: &str = "\
It prints nothing, waits for nobody, starts no daemon and always leaves with exit code 0.

Examples:
  geppetto hook claude-code Stop < payload.json
  geppetto hook codex notify '{\"type\":\"agent-turn-complete\"}'";

pub(crate) const INTEGRATE: &str = "\
Only its own lines are put in or taken out; the settings are kept beside themselves as they were
before, in a file that ends with .before-geppetto. What cannot be understood is left alone.

Examples:
  geppetto integrate                      see which agents there are, and how it stands with them
  geppetto integrate claude-code
  geppetto integrate claude-code --check && echo integrated
  geppetto integrate claude-code --remove";
