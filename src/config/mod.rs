//! What the user wishes and where things are: the only part that reads the environment.
//! `file` is what was written, all of it optional; `resolve` makes it what is meant.

mod resolve;

pub use resolve::{KeepWindow, Paths, Settings};
