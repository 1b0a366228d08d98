//! The tables of what is known of runners and session keys. Migrations are only ever added to: every released schema must be
//! readable for ever. Times are milliseconds since 1970; numbers of 64 bits without a sign keep their bits.

/// All migrations, oldest first.
pub(super) const MIGRATIONS: [&str; 3] = [
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
];
