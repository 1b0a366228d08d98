//! In which order runners stand, and under which headings.

use std::cmp::Reverse;

use crate::tui::app::App;
use crate::wire::RunnerView;

/// What decides the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    /// Those that need the person first.
    #[default]
    Need,
    /// By name.
    Name,
    /// Those that printed last first.
    Activity,
    /// The newest first.
    Age,
}

impl Order {
    /// The one after this.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::Need => Self::Name,
            Self::Name => Self::Activity,
            Self::Activity => Self::Age,
            Self::Age => Self::Need,
        }
    }

    /// Its name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Need => "need",
            Self::Name => "name",
            Self::Activity => "activity",
            Self::Age => "age",
        }
    }
}

/// What runners are put together by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Group {
    /// Nothing.
    #[default]
    All,
    /// The idea of their session key.
    Idea,
    /// Their tmux session.
    Session,
}

impl Group {
    /// The one after this.
    pub(crate) const fn next(self) -> Self {
        match self {
            Self::All => Self::Idea,
            Self::Idea => Self::Session,
            Self::Session => Self::All,
        }
    }

    /// Its name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Idea => "idea",
            Self::Session => "session",
        }
    }

    /// The heading above a runner.
    fn heading(self, runner: &RunnerView) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Idea => runner.key.as_deref().and_then(|key| key.split("::").nth(1)),
            Self::Session => runner.session_name.as_deref(),
        }
    }
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Row<'a> {
    /// What the runners below it have in common; hostile text.
    Heading(&'a str),
    /// A runner, and how many runners come before it.
    Runner(usize, &'a RunnerView),
}

/// Puts the runners in order.
pub(super) fn sort(app: &mut App) {
    let (order, group) = (app.list.order, app.list.group);
    let stats = &app.stats;
    // The runner itself is told again only when its status changes.
    let activity = |runner: &RunnerView| {
        let newest = stats.get(&runner.id).and_then(|one| one.last_output_at_ms);
        newest.max(runner.last_output_at_ms)
    };
    app.runners.sort_by(|a, b| {
        let heading = |runner| {
            let heading = group.heading(runner);
            (heading.is_none(), heading)
        };
        heading(a)
            .cmp(&heading(b))
            .then_with(|| match order {
                Order::Need => need(a).cmp(&need(b)),
                Order::Name => std::cmp::Ordering::Equal,
                Order::Activity => Reverse(activity(a)).cmp(&Reverse(activity(b))),
                Order::Age => Reverse(a.created_at_ms).cmp(&Reverse(b.created_at_ms)),
            })
            .then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id)))
    });
}

/// The rows that can be seen, with headings.
pub(crate) fn rows(app: &App) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut above = None;
    for (place, runner) in app.visible().into_iter().enumerate() {
        if app.list.group != Group::All {
            let heading = app.list.group.heading(runner).unwrap_or("(none)");
            if above != Some(heading) {
                rows.push(Row::Heading(heading));
                above = Some(heading);
            }
        }
        rows.push(Row::Runner(place, runner));
    }
    rows
}

/// How soon a runner needs the person: the smaller the sooner.
fn need(runner: &RunnerView) -> u8 {
    match runner.status.as_str() {
        "waiting" | "failed" | "errored" => 0,
        "starting" | "running" => 2,
        "paused" => 3,
        "completed" | "stopped" => 4,
        // `idle`, `unknown`, and what a newer daemon may say.
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample::{self, runner};

    fn names(app: &App) -> Vec<String> {
        rows(app)
            .iter()
            .map(|row| match row {
                Row::Heading(text) => format!("[{text}]"),
                Row::Runner(_, runner) => runner.name.clone(),
            })
            .collect()
    }

    #[test]
    fn each_order_and_each_heading() {
        let mut app = sample::empty();
        app.runners = ["c", "a", "b"]
            .into_iter()
            .zip(1..)
            .map(|(name, at)| {
                let mut one = runner(name, "idle", 0);
                one.created_at_ms = at;
                one.last_output_at_ms = (name != "c").then_some(10 - at);
                one.key = (name != "a").then(|| format!("coda::{name}x::primary"));
                one
            })
            .collect();
        app.runners[0].status = "failed".to_owned();
        for (order, expected) in [
            (Order::Need, ["c", "a", "b"]),
            (Order::Name, ["a", "b", "c"]),
            (Order::Activity, ["a", "b", "c"]),
            (Order::Age, ["b", "a", "c"]),
        ] {
            app.list.order = order;
            sort(&mut app);
            assert_eq!(names(&app), expected, "{order:?}");
        }
        app.list.group = Group::Idea;
        sort(&mut app);
        assert_eq!(names(&app), ["[bx]", "b", "[cx]", "c", "[(none)]", "a"]);
        app.list.group = Group::Session;
        sort(&mut app);
        assert_eq!(names(&app), ["[work]", "b", "a", "c"]);
    }
}
