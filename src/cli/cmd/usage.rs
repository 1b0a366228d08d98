//! `usage`: what agents used of their models and what that cost, by day, runner, kind, key or model.

use crate::cli::args::{UsageArgs, UsageBy};
use crate::cli::context::{Context, missing};
use crate::cli::failure::Failure;
use crate::cli::moment::parse_moment;
use crate::cli::{render, spent, table};
use crate::wire::{GetUsage, Request, SpendingReport, SpentView, UsageRowView};

pub(crate) fn run(args: &UsageArgs, context: &mut Context<'_>) -> Result<(), Failure> {
    let (now, zone) = (context.now_ms, context.zone());
    let since = args.since.as_ref();
    let since = since.map(|text| parse_moment("--since", text, now, &zone));
    let answer = context.ask(Request::GetUsage(GetUsage {
        by: Some(word(args.by).to_owned()),
        since_ms: since.transpose()?,
        runner: args.runner.clone(),
    }))?;
    if args.json {
        return context.output.json(&answer);
    }
    let report = answer.usage.ok_or_else(|| missing("usage"))?;
    if report.rows.is_empty() {
        context
            .output
            .talk("Nothing was used, as far as the agents' files tell.");
        return Ok(());
    }
    let head = [
        head(args.by),
        "MESSAGES",
        "INPUT",
        "CACHED",
        "CACHE WRITE",
        "OUTPUT",
        "COST",
    ];
    let rows = report.rows.iter().map(|one| row(&name(one), one.spent));
    let rows = rows.chain([row("TOTAL", report.total)]);
    table::print(head, rows, context.output)?;
    tell_of_costs(&report, context);
    Ok(())
}

/// What a person has to know of the costs.
fn tell_of_costs(report: &SpendingReport, context: &mut Context<'_>) {
    if !report.unpriced_models.is_empty() {
        context.output.talk(format!(
            "No price is known of {}, so the cost of {} is missing; [[price]] in the config file gives one.",
            report.unpriced_models.join(", "),
            render::counted(usize::try_from(report.total.unpriced_messages).unwrap_or(usize::MAX), "message"),
        ));
    }
    if report.total.cost_micros > 0 {
        context.output.talk(format!(
            "Costs are by list prices of {}, unless the agent tells its own; they may be wrong, and are no bill.",
            report.prices_as_of
        ));
    }
}

const fn word(by: UsageBy) -> &'static str {
    match by {
        UsageBy::Day => "day",
        UsageBy::Runner => "runner",
        UsageBy::Kind => "kind",
        UsageBy::Key => "key",
        UsageBy::Model => "model",
    }
}

const fn head(by: UsageBy) -> &'static str {
    match by {
        UsageBy::Day => "DAY",
        UsageBy::Runner => "RUNNER",
        UsageBy::Kind => "KIND",
        UsageBy::Key => "KEY",
        UsageBy::Model => "MODEL",
    }
}

fn name(row: &UsageRowView) -> String {
    match &row.name {
        Some(name) => name.clone(),
        None if row.of.is_empty() => "-".to_owned(),
        None => row.of.clone(),
    }
}

fn row(name: &str, spent: SpentView) -> [String; 7] {
    [
        name.to_owned(),
        spent.messages.to_string(),
        spent::tokens(spent.input_tokens),
        spent::tokens(spent.cached_tokens),
        spent::tokens(spent.cache_write_tokens),
        spent::tokens(spent.output_tokens),
        spent::cost(spent),
    ]
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::cli::fake::Session;

    const SPENT: &str = r#"{"messages":5,"inputTokens":36618,"cachedTokens":36614,"cacheWriteTokens":0,"outputTokens":626,"costMicros":130228}"#;
    const UNPRICED: &str = r#"{"messages":1,"inputTokens":1234567,"cachedTokens":0,"cacheWriteTokens":12,"outputTokens":999,"costMicros":0,"unpricedMessages":1}"#;

    fn answer(rows: &str, unpriced: &str) -> String {
        let total = r#"{"messages":6,"inputTokens":1271185,"cachedTokens":36614,"cacheWriteTokens":12,"outputTokens":1625,"costMicros":130228,"unpricedMessages":1}"#;
        format!(
            r#"{{"success":true,"usage":{{"rows":[{rows}],"total":{total}{unpriced},"pricesAsOf":"2026-01-31"}}}}"#
        )
    }

    #[test]
    fn days_are_summed_up_and_what_is_not_known_is_told() {
        let rows = format!(
            r#"{{"of":"2026-11-25","spent":{SPENT},"models":[]}},{{"of":"2026-11-26","spent":{UNPRICED},"models":[]}}"#
        );
        let answer = answer(&rows, r#","unpricedModels":["stub\u001b[31m"]"#);
        assert_snapshot!(Session::new(&[&answer]).run(&["usage", "--since", "2025-11-24"]), @r#"
        > {"type":"get-usage","by":"day","sinceMs":1763942400000}
        DAY         MESSAGES  INPUT  CACHED  CACHE WRITE  OUTPUT  COST
        2026-11-25  5         36.6k  36.6k   0            626     $0.13
        2026-11-26  1         1.2M   0       12           999     -
        TOTAL       6         1.2M   36.6k   12           1.6k    $0.13+
        ! No price is known of stub[31m, so the cost of 1 message is missing; [[price]] in the config file gives one.
        ! Costs are by list prices of 2026-01-31, unless the agent tells its own; they may be wrong, and are no bill.
        [0]
        "#);
    }

    #[test]
    fn runners_are_told_by_their_names() {
        let rows = format!(
            r#"{{"of":"0190163d-8694-739b-aea5-966c26f8ad90","name":"work","spent":{SPENT},"models":[]}}"#
        );
        let answer = answer(&rows, "");
        assert_snapshot!(Session::new(&[&answer]).run(&["usage", "--by", "runner", "--runner", "work"]), @r#"
        > {"type":"get-usage","by":"runner","runner":"work"}
        RUNNER  MESSAGES  INPUT  CACHED  CACHE WRITE  OUTPUT  COST
        work    5         36.6k  36.6k   0            626     $0.13
        TOTAL   6         1.2M   36.6k   12           1.6k    $0.13+
        ! Costs are by list prices of 2026-01-31, unless the agent tells its own; they may be wrong, and are no bill.
        [0]
        "#);
    }

    #[test]
    fn json_is_the_wires_own() {
        let rows = format!(
            r#"{{"of":"","spent":{SPENT},"models":[{{"kind":"codex","model":"gpt-5","spent":{SPENT}}}]}}"#
        );
        let answer = answer(&rows, "");
        assert_snapshot!(Session::new(&[&answer]).run(&["usage", "--by", "key", "--json"]), @r#"
        > {"type":"get-usage","by":"key"}
        {"usage":{"rows":[{"of":"","spent":{"messages":5,"inputTokens":36618,"cachedTokens":36614,"cacheWriteTokens":0,"outputTokens":626,"costMicros":130228},"models":[{"kind":"codex","model":"gpt-5","spent":{"messages":5,"inputTokens":36618,"cachedTokens":36614,"cacheWriteTokens":0,"outputTokens":626,"costMicros":130228}}]}],"total":{"messages":6,"inputTokens":1271185,"cachedTokens":36614,"cacheWriteTokens":12,"outputTokens":1625,"costMicros":130228,"unpricedMessages":1},"pricesAsOf":"2026-01-31"}}
        [0]
        "#);
    }

    #[test]
    fn nothing_is_no_table() {
        let answer = r#"{"success":true,"usage":{"rows":[],"total":{"messages":0,"inputTokens":0,"cachedTokens":0,"cacheWriteTokens":0,"outputTokens":0,"costMicros":0},"pricesAsOf":"2026-01-31"}}"#;
        assert_snapshot!(Session::new(&[answer]).run(&["usage"]), @r#"
        > {"type":"get-usage","by":"day"}
        ! Nothing was used, as far as the agents' files tell.
        [0]
        "#);
        assert_snapshot!(Session::new(&[]).run(&["usage", "--since", "soon"]), @r#"
        ! error: "soon" is not a time (--since).
        ! hint: Write 10m (ago), 14:02, 2026-11-26, "2026-11-26 14:02:30" or 2026-11-26T14:02:30Z.
        [2]
        "#);
    }
}
