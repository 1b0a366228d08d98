//! The public protocol: JSON lines over the daemon's Unix socket. Plain values only, no behaviour.
//!
//! One request object a line; one answer object a line, or for streams one event a line until the client
//! closes. Field names are camelCase, request and event types kebab-case. Unknown fields are ignored; unknown
//! request types get a typed error. A request `id` is echoed in its answer.

mod act;
mod answer;
mod error;
mod event;
mod explain;
mod frame;
mod hook;
mod notice;
mod plugin;
mod request;
mod run;
mod schema;
mod slot;
mod stats;
mod transcript;
mod usage;
mod view;
mod window;

pub use act::*;
pub use answer::*;
pub use error::*;
pub use event::*;
pub use explain::*;
pub use frame::*;
pub use hook::*;
pub use notice::*;
pub use plugin::*;
pub use request::*;
pub use run::*;
pub use schema::schema;
pub use slot::*;
pub use stats::*;
pub use transcript::*;
pub use usage::*;
pub use view::*;
pub use window::*;
