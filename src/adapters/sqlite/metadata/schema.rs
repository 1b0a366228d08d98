//! The tables of what is known of runners and session keys. Migrations are only ever added to: every released schema must be
//! readable for ever. Times are milliseconds since 1970; numbers of 64 bits without a sign keep their bits.

/// All migrations, oldest first.
pub(super) const MIGRATIONS: [&str; 5] = [
    "
CREATE TABLE server (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    pid INTEGER NOT NULL,
    start_time INTEGER NOT NULL      -- seconds since 1970
);
CREATE TABLE forgotten_pane (
    position INTEGER PRIMARY KEY,
    pane INTEGER NOT NULL
);
CREATE TABLE runner (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,       -- orders the list; may have holes
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    launch TEXT,                     -- JSON
    idle_after INTEGER NOT NULL,     -- milliseconds
    max_duration INTEGER,            -- milliseconds
    output_dir TEXT,                 -- JSON
    key TEXT,
    place TEXT,                      -- JSON
    session_name TEXT NOT NULL,
    pid INTEGER,
    run INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    exit TEXT,                       -- JSON
    created_at INTEGER NOT NULL,
    started_at INTEGER NOT NULL
);
CREATE TABLE status_history (
    id INTEGER PRIMARY KEY,
    runner TEXT NOT NULL,
    run INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
);
CREATE INDEX status_history_runner ON status_history (runner, id);
CREATE TABLE epoch (
    runner TEXT NOT NULL,
    run INTEGER NOT NULL,
    server_pid INTEGER,
    server_start INTEGER,            -- seconds since 1970
    pane TEXT NOT NULL,
    pane_pid INTEGER NOT NULL,
    began INTEGER NOT NULL,
    ended INTEGER,
    PRIMARY KEY (runner, run)
) WITHOUT ROWID;
CREATE TABLE ideas_terminal_sessions (
    prefix TEXT NOT NULL,
    idea TEXT NOT NULL,
    slot TEXT NOT NULL,
    tmux_name TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    runner TEXT,
    created_at INTEGER NOT NULL,
    last_connected_at INTEGER,
    last_detach_at INTEGER,
    cursor_epoch INTEGER,
    cursor_seq INTEGER,
    snapshot BLOB,                   -- text of the screen, compressed by zstd
    PRIMARY KEY (prefix, idea, slot)
);
",
    "
ALTER TABLE runner ADD COLUMN lifetime TEXT;    -- JSON; what is counted
",
    "
ALTER TABLE runner ADD COLUMN snoozed_until INTEGER;
",
    "
CREATE TABLE message (
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    conversation TEXT NOT NULL,
    runner TEXT NOT NULL,            -- under which it was found first
    key TEXT NOT NULL,               -- empty: none
    model TEXT NOT NULL,
    at INTEGER NOT NULL,             -- of the first record
    last_at INTEGER NOT NULL,        -- of the last one
    day INTEGER NOT NULL,            -- as in 20261126, where the daemon was
    input INTEGER NOT NULL,
    cache_read INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    output INTEGER NOT NULL,
    told_micros INTEGER,             -- what the agent says that it cost
    PRIMARY KEY (kind, message, conversation)
) WITHOUT ROWID;
CREATE INDEX message_at ON message (at);
CREATE INDEX message_runner ON message (runner, at);
CREATE TABLE spender (
    runner TEXT PRIMARY KEY,
    name TEXT NOT NULL               -- the last one
) WITHOUT ROWID;
CREATE TABLE turn_part (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    conversation TEXT NOT NULL,
    key TEXT NOT NULL,
    runner TEXT NOT NULL,            -- under which it was found first
    at INTEGER NOT NULL,
    body BLOB NOT NULL,              -- JSON, compressed and perhaps encrypted
    UNIQUE (kind, conversation, key)
);
CREATE INDEX turn_part_runner ON turn_part (runner, at, id);
CREATE INDEX turn_part_at ON turn_part (at, id);
CREATE TABLE file_mark (
    id INTEGER PRIMARY KEY,          -- grows whenever the file is read
    runner TEXT NOT NULL,
    path BLOB NOT NULL,
    inode INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    UNIQUE (runner, path)
);
",
    "
ALTER TABLE runner ADD COLUMN conversation TEXT;    -- JSON; the one that its agent had last
ALTER TABLE runner ADD COLUMN given_kind TEXT;      -- what its user says that it is
",
];
