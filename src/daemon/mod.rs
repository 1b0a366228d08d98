//! The daemon: task tree, socket, dispatch. It turns requests into use cases and facts into answers.

mod connection;
mod dispatch;
mod failure;
pub mod limits;
mod listener;
mod ownership;
mod plugin;
mod run;
mod runs;
mod signals;
mod slots;
mod status;
mod streams;
mod tasks;
mod transcripts;
mod view;

pub use ownership::{Ownership, OwnershipError};
pub use run::{Daemon, DaemonError};
pub use tasks::Tasks;
