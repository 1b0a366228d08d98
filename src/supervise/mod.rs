//! The two tiny processes that stand between others: the run parent above a program that geppetto starts, and
//! the control child that becomes `tmux -C` and dies with the daemon. Ordinary clients of the wire.
//!
//! Plain blocking code, on purpose without tokio: both must start at once and cost next to no memory, since
//! there is one of them for every program that is watched.

pub mod control_child;
mod daemon_line;
pub(crate) mod exit_file;
mod helper_thread;
mod program;
pub mod run_parent;
mod terminal;
