//! What the core asks of the world: one small trait per need, each with its error type.

pub mod agents;
pub mod clock;
pub mod files;
pub mod keys;
pub mod ledger;
pub mod mux;
pub mod notifier;
pub mod occupants;
pub mod plugin;
pub mod process;
pub mod spawn;
pub mod store;
pub mod table;
pub mod terminals;
pub mod transcript;
pub mod usage;
