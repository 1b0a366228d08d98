//! What agents leave behind, and what they tell.

mod hooks;

pub use self::hooks::HooksOfAgents;
