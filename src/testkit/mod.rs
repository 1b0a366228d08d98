//! What tests need in place of the world: a fake for each port, and one contract test per port that the fake and the
//! real adapter both pass.

pub(crate) mod memory_store;
pub(crate) mod store_contract;
