//! Fakes of the ports, for tests of what stands on them: a multiplexer whose panes print what the test says, a
//! clock that the test moves, a store in memory.

mod clock;
mod files;
mod mux;
mod spawn;
mod store;

pub(crate) use clock::ManualClock;
pub(crate) use files::FakeFiles;
pub(crate) use mux::FakeMux;
pub(crate) use spawn::TestSpawn;
pub(crate) use store::MemoryStore;
