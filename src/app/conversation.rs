//! Which conversation a runner goes on with when it is started, and who has it already: no two programs are ever started on one.

use super::entry::Entry;
use super::world::{RunTag, World};
use super::{App, AppError};
use crate::domain::conversation::{ConversationId, KeptConversation};
use crate::domain::finding::{Finding, TurnPartKind};
use crate::domain::ids::RunnerId;
use crate::domain::kind::Kind;
use crate::domain::resume::Lasts;
use crate::domain::runner::{Launch, Origin};
use crate::domain::time::Timestamp;

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

/// A conversation that can be taken up again later.
pub(super) struct Lasting {
    conversation: KeptConversation,
    /// When something was said in it, where that matters.
    said: Option<Timestamp>,
}

impl App {
    /// The newest one among findings.
    pub(super) fn lasting(&self, kind: &'static Kind, findings: &[Finding]) -> Option<Lasting> {
        let lasts = kind.resume.as_ref()?.lasts;
        let mut newest_first = findings.iter().rev();
        newest_first.find_map(|finding| {
            let (id, said) = match (finding, lasts) {
                (Finding::Conversation(one), Lasts::AtOnce) => (&one.id, None),
                (Finding::Conversation(one), Lasts::Written) => {
                    let file = one.file.as_ref()?;
                    (self.ports.files.is_file(file).then_some(&one.id)?, None)
                }
                (Finding::Turn(part), Lasts::Spoken) if is_spoken(&part.what) => {
                    (&part.conversation, Some(part.at))
                }
                _ => return None,
            };
            let id = ConversationId::parse(id)?;
            let conversation = KeptConversation { kind, id };
            Some(Lasting { conversation, said })
        })
    }
}

const fn is_spoken(part: &TurnPartKind) -> bool {
    matches!(part, TurnPartKind::Prompt(_) | TurnPartKind::Answer(_))
}

impl Entry {
    /// True while its agent has that conversation, or nothing tells that it has another.
    fn holds(&self, wanted: &KeptConversation) -> bool {
        let awareness = &self.awareness;
        let is_assumed = !matches!(self.assumed, Assumed::Nothing)
            && self.runner.conversation.as_ref() == Some(wanted);
        match (&awareness.conversation, &awareness.occupant) {
            (Some(told), occupant) => {
                let kind = occupant.as_ref().map_or(self.runner.kind, |one| one.kind);
                told.id == wanted.id.as_str() && kind == wanted.kind
            }
            (None, Some(occupant)) => is_assumed && occupant.kind == wanted.kind,
            // Nobody has looked yet, or its program is that agent, seen or not.
            (None, None) => {
                let is_agent = || self.launch().and_then(program) == Some(wanted.kind);
                is_assumed && (!awareness.is_known || is_agent())
            }
        }
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
    pub(super) fn keep_conversation(&mut self, tag: RunTag, lasting: Lasting) {
        let Some(entry) = self.runners.get_mut(&tag.runner) else {
            return;
        };
        let Lasting { conversation, said } = lasting;
        let told = entry.awareness.conversation.as_ref();
        // Of those before it there may be more to read.
        let is_present = told.is_some_and(|told| told.id == conversation.id.as_str());
        // An agent may look into a conversation that it does not take up.
        let is_its = said.is_none_or(|at| at >= entry.runner.started_at);
        let is_known = entry.runner.conversation.as_ref() == Some(&conversation);
        if entry.runner.run == tag.run && is_present && is_its && !is_known {
            entry.runner.conversation = Some(conversation);
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
        match others.find(|entry| entry.holds(wanted)) {
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
