//! Integration tests: the real binary and a real tmux on private sockets. Each test reads as a transcript of
//! what a person did; processes and directories belong to the harness in `support`, which ends and removes them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test says what is wrong by failing; allow-…-in-tests does not reach helpers"
)]

mod support;

mod acting;
mod agents;
mod attach;
mod cli;
mod daemon;
mod dashboard;
mod dashboard_pages;
mod dashboard_why;
mod doctor;
mod ending;
mod exits;
mod flood;
mod hooks;
mod hostile;
mod keys;
mod lifecycle;
mod logs;
mod man;
mod menu;
mod notify;
mod plugin;
mod protocol;
mod recording;
mod refusals;
mod register;
mod restore;
mod resume;
mod rules;
mod run_parent;
mod segment;
mod send;
mod slots;
mod stats;
mod status;
mod themes;
mod tmux_faults;
mod uninstall;
mod update;
mod usage;
mod viewer;
