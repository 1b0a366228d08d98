//! The daemon: task tree, socket, dispatch. It turns requests into use cases and facts into answers.

mod acting;
mod arrivals;
mod connection;
mod dispatch;
mod explain;
mod failure;
mod hooks;
pub mod limits;
mod listener;
mod notices;
mod ownership;
mod plugin;
mod run;
mod runs;
mod sessions;
mod signals;
mod slots;
mod stats;
mod status;
mod streams;
mod tasks;
mod transcripts;
mod usage;
mod view;

pub use ownership::{Ownership, OwnershipError};
pub use run::{Daemon, DaemonError};
pub use tasks::Tasks;
