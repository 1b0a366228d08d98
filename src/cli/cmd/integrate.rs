//! `integrate`: puts geppetto's hooks into the settings of an agent, looks whether they are there, or takes them out. Needs no daemon.

use serde::Serialize;

use crate::cli::args::IntegrateArgs;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::cli::integration::{Integration, IntegrationError, State, without_integration};
use crate::cli::programs::find_program;
use crate::cli::table;
use crate::domain::kind;
use crate::domain::text::printable;

/// One agent, as it is told to people and scripts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct View {
    kind: &'static str,
    /// `absent`, `present`, `outdated`, `unreadable`, or `none` where there is no integration.
    state: &'static str,
    /// Whether `PATH` leads to the agent.
    installed: bool,
    /// The agent's settings.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// What is to be said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Whether something was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<bool>,
}

#[derive(Serialize)]
struct Views {
    integrations: Vec<View>,
}

pub(crate) fn run(args: &IntegrateArgs, context: &mut Context<'_>) -> Result<u8, Failure> {
    let all = Integration::all(context.environment, context.paths).map_err(failed)?;
    let Some(name) = &args.kind else {
        return list(&all, args.json, context).map(|()| 0);
    };
    let wanted = all.iter().find(|one| one.kind.name == name.as_str());
    let integration = wanted.ok_or_else(|| refusal(name))?;
    let view = if args.remove {
        let changed = integration.remove().map_err(failed)?;
        changed_view(integration, changed, context)?
    } else if args.check {
        view(integration, context)
    } else {
        let changed = integration.put().map_err(failed)?;
        changed_view(integration, changed, context)?
    };
    let is_as_wanted = !args.check || view.state == "present";
    if args.json {
        context.output.json(&view)?;
    } else {
        context.output.answer(sentence(&view))?;
        if view.changed == Some(true) && view.state == "present" {
            context.output.talk(integration.then());
        }
    }
    Ok(u8::from(!is_as_wanted))
}

fn list(all: &[Integration], json: bool, context: &mut Context<'_>) -> Result<(), Failure> {
    let mut views: Vec<View> = all.iter().map(|one| view(one, context)).collect();
    let others = without_integration().into_iter();
    views.extend(others.map(|(kind, reason)| View {
        kind: kind.name,
        state: "none",
        installed: is_installed(kind, context),
        file: None,
        detail: Some(reason.to_owned()),
        changed: None,
    }));
    if json {
        return context.output.json(&Views {
            integrations: views,
        });
    }
    let rows = views.into_iter().map(|view| {
        let installed = if view.installed { "yes" } else { "no" };
        let about = match (view.state, view.file, view.detail) {
            ("absent" | "present", Some(file), _) => file,
            (_, Some(file), Some(detail)) => format!("{file}: {detail}"),
            (_, file, detail) => detail.or(file).unwrap_or_default(),
        };
        [view.kind, view.state, installed, &about].map(str::to_owned)
    });
    table::print(
        ["KIND", "HOOKS", "INSTALLED", "SETTINGS"],
        rows,
        context.output,
    )
}

fn view(integration: &Integration, context: &Context<'_>) -> View {
    let (state, detail) = match integration.state() {
        Ok(State::Absent) => ("absent", None),
        Ok(State::Present) => ("present", None),
        Ok(State::Outdated(how)) => ("outdated", Some(how)),
        Err(error) => ("unreadable", Some(error.to_string())),
    };
    View {
        kind: integration.kind.name,
        state,
        installed: is_installed(integration.kind, context),
        file: Some(integration.file.display().to_string()),
        detail,
        changed: None,
    }
}

fn changed_view(
    integration: &Integration,
    changed: bool,
    context: &Context<'_>,
) -> Result<View, Failure> {
    integration.state().map_err(failed)?;
    Ok(View {
        changed: Some(changed),
        ..view(integration, context)
    })
}

fn sentence(view: &View) -> String {
    let file = printable(view.file.as_deref().unwrap_or_default());
    let kind = view.kind;
    match (view.state, view.changed) {
        ("present", Some(true)) => format!("The hooks of {kind} are now in {file}."),
        ("present", Some(false)) => format!("The hooks of {kind} are in {file} already."),
        ("present", None) => format!("The hooks of {kind} are in {file}."),
        ("absent", Some(true)) => format!("The hooks of {kind} are no longer in {file}."),
        ("absent", _) => format!("There are no hooks of geppetto in {file}."),
        (_, _) => {
            let detail = printable(view.detail.as_deref().unwrap_or_default());
            format!("The hooks of {kind} in {file} are not as they should be: {detail}.")
        }
    }
}

fn is_installed(kind: &kind::Kind, context: &Context<'_>) -> bool {
    let search = context.environment.value("PATH").unwrap_or_default();
    let mut names = kind.executables.iter();
    names.any(|name| find_program(&search, name).is_some())
}

fn refusal(name: &str) -> Failure {
    let without = without_integration();
    let found = without.iter().find(|(kind, _)| kind.name == name);
    match found {
        Some((_, reason)) => Failure::new(Kind::Refused, *reason),
        None => Failure::new(
            Kind::Usage,
            format!(
                "There is no agent of the kind \"{}\" to integrate with.",
                printable(name)
            ),
        )
        .hint("`geppetto integrate` lists them."),
    }
}

fn failed(error: IntegrationError) -> Failure {
    let hint = error.hint();
    Failure::from_error(Kind::Refused, error).hint(hint)
}

#[cfg(test)]
mod tests;
