//! Whose a call of a hook is. An agent's environment names the pane that it was started in, but one with a server of its own calls from
//! there, always with the pane of whoever started the server; and an agent may start another one of its kind in its own pane.

use std::path::{Path, PathBuf};

use super::ids::{PaneId, RunnerId};
use super::kind::Kind;

/// A live runner that hooks may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which.
    pub runner: RunnerId,
    /// What it is.
    pub kind: &'static Kind,
    /// Where it lives.
    pub pane: Option<PaneId>,
    /// Its conversation, as far as it is known.
    pub conversation: Option<String>,
    /// Its working directory, as far as it is known.
    pub cwd: Option<PathBuf>,
}

/// What a call says of whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller<'a> {
    /// Kind of the agent.
    pub kind: &'static Kind,
    /// The pane that its environment names.
    pub pane: Option<PaneId>,
    /// The agent's id of the conversation.
    pub conversation: Option<&'a str>,
    /// Directory that the agent works in.
    pub cwd: Option<&'a Path>,
}

impl Caller<'_> {
    /// The runner that called: the one that has the conversation; else the one in the pane, unless it has another conversation; of an
    /// agent with a server of its own, else the only one without a conversation that it can be. `None` rather than a guess.
    pub fn runner(&self, all: impl IntoIterator<Item = Candidate>) -> Option<RunnerId> {
        let of_kind: Vec<Candidate> = all
            .into_iter()
            .filter(|one| one.kind == self.kind)
            .collect();
        if let Some(conversation) = self.conversation
            && let Some(known) = of_kind
                .iter()
                .find(|one| one.conversation.as_deref() == Some(conversation))
        {
            return Some(known.runner);
        }
        let free = |one: &&Candidate| one.conversation.is_none() || self.conversation.is_none();
        if !self.kind.hooks_from_server {
            let here = of_kind
                .iter()
                .filter(|one| one.pane.is_some() && one.pane == self.pane);
            return here.filter(free).map(|one| one.runner).next();
        }
        let fits = |one: &&Candidate| match (one.cwd.as_deref(), self.cwd) {
            (Some(one), Some(caller)) => one == caller,
            _ => true,
        };
        let mut fitting = of_kind.iter().filter(free).filter(fits);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(only.runner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: [&str; 3] = [
        "0190163d-8694-739b-aea5-966c26f8ad91",
        "0190163d-8694-739b-aea5-966c26f8ad92",
        "0190163d-8694-739b-aea5-966c26f8ad93",
    ];

    fn kind(name: &str) -> &'static Kind {
        Kind::named(name).unwrap()
    }

    /// Runners in panes 0, 1, ...: the conversation of each, and the directory.
    fn runners(name: &str, all: &[(Option<&str>, &str)]) -> Vec<Candidate> {
        (0..)
            .zip(all)
            .map(|(n, (conversation, cwd))| Candidate {
                runner: IDS[n as usize].parse().unwrap(),
                kind: kind(name),
                pane: Some(PaneId(n)),
                conversation: conversation.map(str::to_owned),
                cwd: Some(PathBuf::from(cwd)),
            })
            .collect()
    }

    /// Which of them it is.
    fn called(all: Vec<Candidate>, name: &str, pane: u32, conversation: &str) -> Option<usize> {
        let caller = Caller {
            kind: kind(name),
            pane: Some(PaneId(pane)),
            conversation: Some(conversation),
            cwd: Some(Path::new("/a")),
        };
        let found = caller.runner(all)?.to_string();
        IDS.iter().position(|id| *id == found)
    }

    #[test]
    fn the_conversation_says_more_than_the_pane() {
        let two = || runners("claude-code", &[(Some("x"), "/a"), (None, "/a")]);
        assert_eq!(called(two(), "claude-code", 1, "x"), Some(0));
        assert_eq!(called(two(), "claude-code", 1, "new"), Some(1));
        // An agent that another one started in its pane.
        assert_eq!(called(two(), "claude-code", 0, "inner"), None);
        assert_eq!(called(two(), "claude-code", 9, "new"), None);
        assert_eq!(called(two(), "gemini", 1, "new"), None);
    }

    #[test]
    fn the_pane_of_a_server_says_nothing() {
        let both = || runners("codex", &[(Some("x"), "/a"), (None, "/a")]);
        // Every call names the pane of the first.
        assert_eq!(called(both(), "codex", 0, "x"), Some(0));
        assert_eq!(called(both(), "codex", 0, "new"), Some(1));
        let new = || runners("codex", &[(None, "/a"), (None, "/a")]);
        assert_eq!(
            called(new(), "codex", 0, "new"),
            None,
            "rather than a guess"
        );
        let elsewhere = || runners("codex", &[(None, "/b"), (None, "/a")]);
        assert_eq!(called(elsewhere(), "codex", 0, "new"), Some(1));
    }
}
