//! The conversation that an agent of a runner had last: by which it can be taken up again.

use std::fmt;

use super::kind::Kind;

/// Most bytes of an id.
const LONGEST: usize = 200;

/// An id of a conversation, as an agent's own command line takes it. Never the beginning of an option, so that it can stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationId(String);

impl ConversationId {
    /// `None` for what cannot be one: ids come from files and hooks, and become an argument.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_one = begins_well && text.len() <= LONGEST && text.bytes().all(is_plain);
        is_one.then(|| Self(text.to_owned()))
    }

    /// As the agent writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ConversationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is kept of a conversation. Another kind of agent could do nothing with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptConversation {
    /// Kind of the agent.
    pub kind: &'static Kind,
    /// Its id of it.
    pub id: ConversationId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_word_that_no_program_takes_for_an_option() {
        for good in [
            "4b6a0b5e-1111-4222-8333-444455556666",
            "ses_4f2A",
            "1",
            "a.b:c",
        ] {
            assert_eq!(ConversationId::parse(good).unwrap().as_str(), good);
        }
        let long = "a".repeat(LONGEST + 1);
        for bad in [
            "", "-", "--yolo", "_", "a b", "a\n", "a/b", "größe", "a=b", &long,
        ] {
            assert_eq!(ConversationId::parse(bad), None, "{bad}");
        }
    }
}
