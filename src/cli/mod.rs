//! The command line: an ordinary client of the wire, with no more power than any other JSON client.
//! It knows no tmux syntax: tmux commands that it runs or prints come from the daemon as they are, but for the one that
//! takes text into a buffer (`clipboard.rs`).

mod args;
mod attach_argv;
mod browse;
mod changes;
mod client;
mod clipboard;
mod clock;
mod cmd;
mod context;
mod drafting;
mod examples;
mod explanation;
mod export;
mod exposition;
mod failure;
#[cfg(test)]
mod fake;
mod fixture;
mod glance;
mod integration;
mod invocation;
mod log_asks;
mod log_pages;
mod moment;
mod output;
mod pacer;
mod pieces;
mod player;
mod programs;
mod raw_log;
mod render;
mod respond;
mod run;
mod segment;
mod span;
mod spent;
mod start;
mod table;
mod turn_log;
mod why;

pub use cmd::hook::is_done as is_hook_done;
pub use context::LookAtTmux;
pub use failure::{Failure, Kind};
pub use invocation::{ClientArgs, DaemonArgs, Invocation, RunParentArgs, parse};
pub use output::Output;
pub use run::run;
