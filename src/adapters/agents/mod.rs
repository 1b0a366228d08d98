//! What agents leave behind on disk (registries, transcripts, rollouts, databases) and what they tell by their hooks. Files are read as
//! they grow, for one process at a time, and only what belongs to that very process.

mod aider;
mod claude;
mod codex;
mod fields;
mod following;
mod gemini;
mod header;
mod hooks;
mod limits;
mod on_disk;
mod opencode;
mod place;
mod processes;
mod records;
mod scene;
mod tail;
#[cfg(test)]
mod testing;
mod told;
mod watches;

pub use self::hooks::HooksOfAgents;
pub use self::on_disk::AgentsOnDisk;
