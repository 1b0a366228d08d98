//! What geppetto knows and decides, without doing anything: no tasks, no input or output, no clock.
//! Time always comes in as an argument.

pub mod activity;
pub mod align;
pub mod evidence;
pub mod exit;
pub mod ids;
pub mod key;
pub mod kind;
pub mod lifetime;
pub mod line;
pub mod log;
pub mod menu;
pub mod name;
pub mod need;
pub mod notice;
pub mod outflow;
pub mod pane_screen;
pub mod rate;
pub mod redact;
pub mod runner;
pub mod seed;
pub mod segment;
pub mod settings;
pub mod slot;
pub mod status;
pub mod survey;
pub mod tally;
pub mod text;
pub mod time;
pub mod transcript;
pub mod usage;
pub mod view;
