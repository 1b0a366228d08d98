//! The ports, done against the world. Adapters never import each other.

pub mod agents;
pub mod clock;
pub mod files;
pub mod keyring;
pub mod notifier;
pub mod process;
pub mod sqlite;
pub mod tmux;
