//! What agents spent and what their turns were, as plain values of the wire.

use super::dispatch::{Result, Service, refused, wrong};
use super::view;
use crate::app::{ModelSpent, Spending, UsageNow, UsageRow};
use crate::domain::finding::{RateLimit, TurnEnd};
use crate::domain::time::Timestamp;
use crate::domain::tokens::{By, Spent};
use crate::domain::turns::{Step, StepKind, Turn};
use crate::wire::{
    Answer, GetTurns, GetUsage, ModelSpentView, RateLimitView, SpendingReport, SpendingView,
    SpentView, StepView, ToolResultView, TurnView, UsageRowView,
};

impl Service {
    pub(super) async fn usage(&self, request: GetUsage) -> Result<Answer> {
        let by = match &request.by {
            Some(word) => By::from_word(word).ok_or_else(|| {
                wrong(
                    "by",
                    "Usage is by \"day\", \"runner\", \"kind\", \"key\" or \"model\".",
                )
            })?,
            None => By::Day,
        };
        let since = request.since_ms.map(Timestamp);
        let now = self.app.usage(by, since, request.runner).await;
        Ok(Answer {
            usage: Some(Box::new(report(now.map_err(refused)?))),
            ..Answer::default()
        })
    }

    pub(super) async fn turns(&self, request: GetTurns) -> Result<Answer> {
        let now = self.app.turns(request.runner, request.limit).await;
        let now = now.map_err(refused)?;
        Ok(Answer {
            runner: Some(Box::new(view::runner(&now.runner))),
            turns: Some(now.turns.into_iter().map(turn).collect()),
            unreadable: Some(now.unreadable).filter(|count| *count > 0),
            ..Answer::default()
        })
    }
}

fn report(now: UsageNow) -> SpendingReport {
    SpendingReport {
        rows: now.rows.into_iter().map(row).collect(),
        total: spent(now.total),
        unpriced_models: now.unpriced.into_iter().collect(),
        prices_as_of: now.prices_as_of,
    }
}

fn row(row: UsageRow) -> UsageRowView {
    UsageRowView {
        of: row.of,
        name: row.name,
        spent: spent(row.spent),
        models: row.models.into_iter().map(model).collect(),
    }
}

fn model(one: ModelSpent) -> ModelSpentView {
    ModelSpentView {
        kind: one.kind,
        model: one.model,
        spent: spent(one.spent),
    }
}

const fn spent(spent: Spent) -> SpentView {
    SpentView {
        messages: spent.messages,
        input_tokens: spent.tokens.input,
        cached_tokens: spent.tokens.cache_read,
        cache_write_tokens: spent.tokens.cache_write,
        output_tokens: spent.tokens.output,
        cost_micros: spent.cost_micros,
        unpriced_messages: spent.unpriced,
    }
}

pub(super) fn spending(of: &Spending) -> SpendingView {
    SpendingView {
        total: spent(of.total),
        today: spent(of.today),
        day: of.day.to_string(),
        context_tokens: of.context.map(|context| context.used),
        context_window: of.context.and_then(|context| context.window),
        limits: of.limits.iter().map(limit).collect(),
    }
}

fn limit(limit: &RateLimit) -> RateLimitView {
    RateLimitView {
        window: limit.window.clone(),
        used_permille: limit.used_permille,
        resets_at_ms: limit.resets_at.map(|at| at.0),
    }
}

fn turn(turn: Turn) -> TurnView {
    let (end, error) = match turn.end {
        Some(TurnEnd::Finished) => (Some("finished"), None),
        Some(TurnEnd::Interrupted) => (Some("interrupted"), None),
        Some(TurnEnd::Failed(error)) => (Some("failed"), Some(error)),
        None => (None, None),
    };
    TurnView {
        conversation: turn.conversation,
        at_ms: turn.at.0,
        prompt: turn.prompt,
        steps: turn.steps.into_iter().map(step).collect(),
        end: end.map(str::to_owned),
        error,
        took_ms: turn.took_ms,
    }
}

fn step(step: Step) -> StepView {
    let at_ms = step.at.0;
    match step.what {
        StepKind::Answer(text) => StepView::Answer { at_ms, text },
        StepKind::Tool(tool) => StepView::Tool {
            at_ms,
            tool: tool.tool,
            input: tool.input,
            asked: tool.asked,
            result: tool.result.map(|result| ToolResultView {
                succeeded: result.succeeded,
                took_ms: result.took_ms,
                output: result.output,
            }),
        },
        StepKind::ApprovalAsked { tool } => StepView::ApprovalAsked { at_ms, tool },
    }
}
