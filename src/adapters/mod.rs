//! The ports, done against the world. Adapters never import each other.

pub mod files;
pub mod tmux;
