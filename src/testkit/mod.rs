//! What tests need in place of the world: a fake for each port (a multiplexer whose panes print what the test says,
//! a clock that follows tokio's, a store in memory), and the contract test that fake and real store both pass.

pub(crate) mod agent_files_contract;
mod agents;
mod clock;
mod files;
mod hooks;
pub(crate) mod ledger_contract;
mod memory_ledger;
mod memory_store;
mod memory_transcripts;
mod mux;
mod notifier;
pub(crate) mod notifier_contract;
mod spawn;
pub(crate) mod store_contract;
pub(crate) mod terminals_contract;
pub(crate) mod transcript_contract;
pub(crate) mod typist_contract;
mod usage;
pub(crate) mod usage_contract;

pub(crate) use agents::FakeAgents;
pub(crate) use clock::ManualClock;
pub(crate) use files::FakeFiles;
pub(crate) use hooks::real_hooks;
pub(crate) use memory_ledger::MemoryLedger;
pub(crate) use memory_store::MemoryStore;
pub(crate) use memory_transcripts::MemoryTranscripts;
pub(crate) use mux::FakeMux;
pub(crate) use notifier::FakeNotifier;
pub(crate) use spawn::TestSpawn;
pub(crate) use usage::FakeUsage;
