//! What the user wishes and where things are: the only part that reads the environment.
//! `file` is what was written, all of it optional; `resolve` makes it what is meant.

mod build;
mod environment;
mod error;
mod file;
mod notices;
mod paths;
mod prices;
mod private_dir;
mod resolve;
mod rules;
mod tmux_here;
mod value;
mod watch;

pub use crate::domain::kind::KINDS;
pub use crate::domain::screen_rule::Rules;
pub use crate::domain::settings::{KeepWindow, Settings};
pub use build::Build;
pub use environment::Environment;
pub use error::ConfigError;
pub use file::File;
pub use notices::Notices;
pub use paths::{PathsError, Wishes};
pub use private_dir::{PrivateDirError, check_private_dir, prepare_private_dir};
pub use resolve::Paths;
pub use tmux_here::TmuxHere;
pub use watch::{ConfigWatch, WatchError, watch};
