//! Turns of a conversation from their parts. Parts come from files and from hooks, which tell of the same things at almost the same
//! time: what is told twice is one.

use super::finding::{TurnEnd, TurnPart, TurnPartKind};
use super::time::Timestamp;

/// The same prompt again within so many milliseconds is told by somebody else; later it was typed again.
const SAME_PROMPT_MS: u64 = 10_000;

/// A turn: what the person asked, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The conversation, as the agent names it.
    pub conversation: String,
    /// When it began.
    pub at: Timestamp,
    /// What was asked; `None` when that is not kept.
    pub prompt: Option<String>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// How it ended; `None` while it goes on, and when nobody has told.
    pub end: Option<TurnEnd>,
    /// How long it took in milliseconds, once it has ended.
    pub took_ms: Option<u64>,
}

/// Something that happened in a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: StepKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// The agent said something.
    Answer(String),
    /// It used a tool, or wanted to.
    Tool(ToolUse),
    /// It asked whether it may use a tool of which nothing else is known.
    ApprovalAsked {
        /// Name of the tool.
        tool: String,
    },
}

/// A tool that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolUse {
    /// The agent's id of the call.
    pub call: String,
    /// Name of the tool; `None` when only the result is known.
    pub tool: Option<String>,
    /// What it was to do.
    pub input: String,
    /// True when the agent asked whether it may.
    pub asked: bool,
    /// What became of it; `None` while it runs or waits, and when nobody has told.
    pub result: Option<ToolResult>,
}

/// What became of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// False when it failed or was refused.
    pub succeeded: bool,
    /// How long it took, in milliseconds; with the time in which the person was asked when only the agent's files tell.
    pub took_ms: Option<u64>,
    /// The beginning of what it gave.
    pub output: String,
}

/// Makes turns of parts, which are in the order of their times. Turns come in the order in which they began.
pub fn turns(parts: Vec<TurnPart>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for part in parts {
        let TurnPart {
            conversation,
            at,
            what,
            ..
        } = part;
        let present = turns
            .iter_mut()
            .rev()
            .find(|turn| turn.conversation == conversation);
        let what = match (present, what) {
            (Some(turn), TurnPartKind::Prompt(text)) if turn.has_prompt(&text, at) => continue,
            (_, TurnPartKind::Prompt(text)) => {
                turns.push(Turn::new(conversation, at, Some(text)));
                continue;
            }
            (Some(turn), what) => {
                turn.take(at, what);
                continue;
            }
            (None, what) => what,
        };
        let mut turn = Turn::new(conversation, at, None);
        turn.take(at, what);
        turns.push(turn);
    }
    turns
}

impl Turn {
    const fn new(conversation: String, at: Timestamp, prompt: Option<String>) -> Self {
        Self {
            conversation,
            at,
            prompt,
            steps: Vec::new(),
            end: None,
            took_ms: None,
        }
    }

    fn has_prompt(&self, text: &str, at: Timestamp) -> bool {
        self.end.is_none()
            && self.prompt.as_deref() == Some(text)
            && at.0.saturating_sub(self.at.0) <= SAME_PROMPT_MS
    }

    fn take(&mut self, at: Timestamp, what: TurnPartKind) {
        match what {
            // A turn begins with it; it is in none.
            TurnPartKind::Prompt(_) => {}
            TurnPartKind::Answer(text) => self.answer(at, text),
            TurnPartKind::ToolCall { call, tool, input } => self.tool_call(at, call, tool, input),
            TurnPartKind::ToolResult {
                call,
                succeeded,
                took_ms,
                output,
            } => {
                let result = ToolResult {
                    succeeded,
                    took_ms,
                    output,
                };
                self.tool_result(at, call, result);
            }
            TurnPartKind::ApprovalAsked { tool } => self.asked(at, tool),
            TurnPartKind::End { how, took_ms } => self.finish(at, how, took_ms),
        }
    }

    fn answer(&mut self, at: Timestamp, text: String) {
        let newest = self.steps.iter().rev().find_map(|step| match &step.what {
            StepKind::Answer(text) => Some(text),
            StepKind::Tool(_) | StepKind::ApprovalAsked { .. } => None,
        });
        if newest != Some(&text) {
            self.push(at, StepKind::Answer(text));
        }
    }

    fn tool_call(&mut self, at: Timestamp, call: String, tool: String, input: String) {
        if let Some((_, known)) = self.tool(|known| known.call == call) {
            known.tool.get_or_insert(tool);
            if known.input.is_empty() {
                known.input = input;
            }
            return;
        }
        self.push(
            at,
            StepKind::Tool(ToolUse {
                call,
                tool: Some(tool),
                input,
                asked: false,
                result: None,
            }),
        );
    }

    fn tool_result(&mut self, at: Timestamp, call: String, mut new: ToolResult) {
        let Some((began, known)) = self.tool(|known| known.call == call) else {
            let known = ToolUse {
                call,
                tool: None,
                input: String::new(),
                asked: false,
                result: Some(new),
            };
            self.push(at, StepKind::Tool(known));
            return;
        };
        match &mut known.result {
            Some(known) => {
                known.took_ms = new.took_ms.or(known.took_ms);
                if known.output.is_empty() {
                    known.output = new.output;
                }
            }
            None => {
                new.took_ms = new.took_ms.or(Some(at.0.saturating_sub(began.0)));
                known.result = Some(new);
            }
        }
    }

    fn asked(&mut self, at: Timestamp, tool: String) {
        let of_tool =
            |known: &ToolUse| known.result.is_none() && known.tool.as_ref() == Some(&tool);
        match self.tool(of_tool) {
            Some((_, known)) => known.asked = true,
            None => self.push(at, StepKind::ApprovalAsked { tool }),
        }
    }

    fn finish(&mut self, at: Timestamp, how: TurnEnd, took_ms: Option<u64>) {
        // Of two that tell, the one that has more to say than that it is over.
        if self
            .end
            .as_ref()
            .is_none_or(|end| *end == TurnEnd::Finished)
        {
            self.end = Some(how);
        }
        let seen = at.0.saturating_sub(self.at.0);
        self.took_ms = took_ms.or(self.took_ms).or(Some(seen));
    }

    /// The newest tool that fits, and when it was called.
    fn tool(&mut self, fits: impl Fn(&ToolUse) -> bool) -> Option<(Timestamp, &mut ToolUse)> {
        self.steps
            .iter_mut()
            .rev()
            .find_map(|step| match &mut step.what {
                StepKind::Tool(known) if fits(known) => Some((step.at, known)),
                _ => None,
            })
    }

    fn push(&mut self, at: Timestamp, what: StepKind) {
        self.steps.push(Step { at, what });
    }

    /// Bytes of its texts.
    pub fn text_bytes(&self) -> usize {
        let steps = self.steps.iter().map(|step| match &step.what {
            StepKind::Answer(text) => text.len(),
            StepKind::Tool(tool) => {
                let output = tool.result.as_ref().map_or(0, |result| result.output.len());
                tool.input.len() + output
            }
            StepKind::ApprovalAsked { tool } => tool.len(),
        });
        self.prompt.as_ref().map_or(0, String::len) + steps.sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(conversation: &str, at: u64, what: TurnPartKind) -> TurnPart {
        TurnPart {
            conversation: conversation.to_owned(),
            key: String::new(),
            at: Timestamp(at),
            what,
        }
    }

    fn prompt(text: &str) -> TurnPartKind {
        TurnPartKind::Prompt(text.to_owned())
    }

    fn answer(text: &str) -> TurnPartKind {
        TurnPartKind::Answer(text.to_owned())
    }

    fn call(call: &str) -> TurnPartKind {
        TurnPartKind::ToolCall {
            call: call.to_owned(),
            tool: "Bash".to_owned(),
            input: "make".to_owned(),
        }
    }

    fn result(call: &str, took_ms: Option<u64>, output: &str) -> TurnPartKind {
        TurnPartKind::ToolResult {
            call: call.to_owned(),
            succeeded: true,
            took_ms,
            output: output.to_owned(),
        }
    }

    fn asked() -> TurnPartKind {
        TurnPartKind::ApprovalAsked {
            tool: "Bash".to_owned(),
        }
    }

    fn end(how: TurnEnd, took_ms: Option<u64>) -> TurnPartKind {
        TurnPartKind::End { how, took_ms }
    }

    /// A turn as one line.
    fn told(turn: &Turn) -> String {
        let steps = turn.steps.iter().map(|step| match &step.what {
            StepKind::Answer(text) => format!("says {text}"),
            StepKind::Tool(tool) => {
                let result = tool.result.as_ref().map(|result| {
                    let took = result.took_ms.unwrap_or_default();
                    format!("{} in {took}", result.output)
                });
                let asked = if tool.asked { "asks for " } else { "" };
                let name = tool.tool.as_deref().unwrap_or("?");
                format!("{asked}{name}({}) = {result:?}", tool.input)
            }
            StepKind::ApprovalAsked { tool } => format!("asks for {tool}"),
        });
        let steps: Vec<String> = steps.collect();
        format!(
            "{}: {} {:?} {:?}",
            turn.prompt.as_deref().unwrap_or("-"),
            steps.join("; "),
            turn.end,
            turn.took_ms
        )
    }

    fn all(parts: Vec<(u64, TurnPartKind)>) -> Vec<String> {
        let parts = parts.into_iter().map(|(when, what)| at("c", when, what));
        turns(parts.collect()).iter().map(told).collect()
    }

    #[test]
    fn what_files_and_hooks_tell_of_a_turn_is_one_turn() {
        let found = all(vec![
            (1000, prompt("build it")),
            (1100, prompt("build it")),
            (2000, call("t1")),
            (2010, call("t1")),
            (2100, asked()),
            (2200, asked()),
            (9000, result("t1", Some(500), "")),
            (9010, result("t1", None, "made")),
            (9500, answer("Done.")),
            (9600, end(TurnEnd::Finished, None)),
            (9610, answer("Done.")),
            (9700, end(TurnEnd::Finished, Some(8500))),
        ]);
        assert_eq!(
            found,
            [
                "build it: asks for Bash(make) = Some(\"made in 500\"); says Done. Some(Finished) Some(8500)"
            ]
        );
    }

    #[test]
    fn a_prompt_begins_a_turn_and_the_same_one_again_another() {
        let found = all(vec![
            (0, prompt("go on")),
            (50_000, prompt("go on")),
            (50_001, end(TurnEnd::Interrupted, None)),
            (50_002, prompt("go on")),
        ]);
        assert_eq!(
            found,
            [
                "go on:  None None",
                "go on:  Some(Interrupted) Some(1)",
                "go on:  None None",
            ]
        );
    }

    #[test]
    fn parts_whose_beginning_is_gone_are_a_turn_all_the_same() {
        let failed = TurnEnd::Failed("overloaded".to_owned());
        let found = all(vec![
            (5, result("t0", None, "old")),
            (6, asked()),
            (7, end(TurnEnd::Finished, None)),
            (8, end(failed, None)),
        ]);
        assert_eq!(
            found,
            ["-: ?() = Some(\"old in 0\"); asks for Bash Some(Failed(\"overloaded\")) Some(2)"]
        );
    }

    #[test]
    fn conversations_do_not_mix() {
        let turns = turns(vec![
            at("a", 1, prompt("one")),
            at("b", 2, prompt("two")),
            at("a", 3, answer("for one")),
            at("b", 4, call("t")),
            at("b", 9, result("t", None, "x")),
        ]);
        let told: Vec<String> = turns.iter().map(told).collect();
        assert_eq!(
            told,
            [
                "one: says for one None None",
                "two: Bash(make) = Some(\"x in 5\") None None"
            ]
        );
    }
}
