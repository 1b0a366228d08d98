//! Which conversation a runner goes on with when it is started, and who has it already: no two programs are ever started on one.

use super::entry::Entry;
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::conversation::{ConversationId, KeptConversation};
use crate::domain::finding::Finding;
use crate::domain::ids::RunnerId;
use crate::domain::kind::Kind;
use crate::domain::runner::{Launch, Origin};

/// What is taken for granted of the conversation of a run, until its agent tells which one it has.
#[derive(Debug, Default)]
pub(super) enum Assumed {
    /// Nothing.
    #[default]
    Nothing,
    /// It was started to go on with this one.
    Resumed(ConversationId),
    /// Its agent told an earlier daemon, and may have it still.
    Recalled,
}

impl App {
    /// The newest conversation among findings that can be taken up again later; its agent may refuse those of which nothing is written
    /// down yet.
    pub(super) fn lasting(
        &self,
        kind: &'static Kind,
        findings: &[Finding],
    ) -> Option<KeptConversation> {
        let resume = kind.resume.as_ref()?;
        let mut newest_first = findings.iter().rev();
        newest_first.find_map(|finding| {
            let Finding::Conversation(one) = finding else {
                return None;
            };
            let lasts = match &one.file {
                Some(file) => self.ports.files.is_file(file),
                None => !resume.is_written,
            };
            let id = ConversationId::parse(&one.id).filter(|_| lasts)?;
            Some(KeptConversation { kind, id })
        })
    }
}

impl Entry {
    /// The conversation that its agent has now, of those that can be taken up again.
    fn holds(&self) -> Option<&KeptConversation> {
        let kept = self.runner.conversation.as_ref()?;
        let awareness = &self.awareness;
        let is_assumed = !matches!(self.assumed, Assumed::Nothing);
        let holds = match (&awareness.conversation, &awareness.occupant) {
            (Some(told), _) => told.id == kept.id.as_str(),
            (None, Some(occupant)) => is_assumed && occupant.kind == kept.kind,
            // Nobody has looked yet, or its program is that agent, seen or not.
            (None, None) => {
                let is_agent = || self.launch().and_then(program) == Some(kept.kind);
                is_assumed && (!awareness.is_known || is_agent())
            }
        };
        (holds && !self.status().is_ended()).then_some(kept)
    }

    /// The conversation that its present run was started to go on with.
    pub(super) fn resumed(&self) -> Option<&ConversationId> {
        match &self.assumed {
            Assumed::Resumed(id) => Some(id),
            Assumed::Nothing | Assumed::Recalled => None,
        }
    }

    fn launch(&self) -> Option<&Launch> {
        match &self.runner.origin {
            Origin::Started(launch) => Some(launch),
            Origin::Registered => None,
        }
    }
}

/// The kind whose program a command line begins with.
fn program(launch: &Launch) -> Option<&'static Kind> {
    launch
        .command
        .first()
        .map(|program| Kind::of_command(program))
}

/// A command line that goes on with a conversation; `None` when it is to be run as it was typed.
pub(super) fn command(launch: &Launch, id: &ConversationId) -> Option<Vec<String>> {
    program(launch)?
        .resume
        .as_ref()?
        .command(&launch.command, id)
}

impl World {
    /// Keeps the conversation that the agent of a run has.
    pub(super) fn keep_conversation(&mut self, tag: RunTag, lasting: KeptConversation) {
        let Some(entry) = self.runners.get_mut(&tag.runner) else {
            return;
        };
        if entry.runner.run == tag.run && entry.runner.conversation.as_ref() != Some(&lasting) {
            entry.runner.conversation = Some(lasting);
            self.touch(tag.runner);
        }
    }

    /// What a runner would go on with if it were started now.
    pub(super) fn resumable(&self, id: RunnerId) -> Option<&KeptConversation> {
        let entry = self.runners.get(&id)?;
        let kept = entry.runner.conversation.as_ref()?;
        let launch = entry.launch()?;
        let is_its = program(launch) == Some(kept.kind) && command(launch, &kept.id).is_some();
        is_its.then_some(kept)
    }

    /// Refuses a second program for a conversation.
    pub(super) fn check_conversation(
        &self,
        id: RunnerId,
        wanted: &KeptConversation,
    ) -> Result<(), AppError> {
        let mut others = self.live().filter(|entry| entry.runner.id != id);
        match others.find(|entry| entry.holds() == Some(wanted)) {
            None => Ok(()),
            Some(holder) => Err(AppError::ConversationInUse {
                conversation: wanted.id.clone(),
                holder: holder.runner.id,
                holder_name: holder.runner.name.to_string(),
                name: self.entry(id)?.runner.name.to_string(),
            }),
        }
    }
}
