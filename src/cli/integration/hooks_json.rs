//! Hooks in the JSON settings of an agent, put in and taken out without touching anything else: order, indentation and comments stay.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode};

use super::error::Misfit;
use crate::domain::kind::Kind;

/// How an agent writes a hook.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// `"EVENT": [{"hooks": [{"type": "command", "command": "…"}]}]`, the words of Claude Code.
    Grouped {
        /// Numbers that stand beside the command.
        extra: &'static [(&'static str, u32)],
        /// The name that the hook gets.
        name: Option<&'static str>,
    },
    /// `"EVENT": [{"command": "…"}]` in a file with a version, the words of Cursor.
    Flat,
}

/// `text` with the hooks of a kind behind those that are there. Those of ours must not be in it.
pub(super) fn with(text: &str, form: Form, kind: &Kind, program: &str) -> Result<String, Misfit> {
    let is_empty = text.trim().is_empty();
    let root = parse(if is_empty { "{}\n" } else { text })?;
    let Some(settings) = root.object_value() else {
        return Err(shape("the file", "an object"));
    };
    if matches!(form, Form::Flat) && settings.get("version").is_none() {
        settings.append("version", CstInputValue::from(1u32));
    }
    let hooks = match settings.get("hooks") {
        Some(property) => property.object_value(),
        None => settings
            .append("hooks", CstInputValue::Object(Vec::new()))
            .object_value(),
    };
    let hooks = hooks.ok_or_else(|| shape("hooks", "an object"))?;
    for event in kind.hook_events {
        let list = match hooks.get(event) {
            Some(property) => property.array_value(),
            None => hooks
                .append(event, CstInputValue::Array(Vec::new()))
                .array_value(),
        };
        let list = list.ok_or_else(|| shape(&format!("hooks.{event}"), "a list"))?;
        list.append(entry(form, kind.hook_command(program, event)));
        list.ensure_multiline();
    }
    Ok(root.to_string())
}

/// `text` without the hooks of a kind that are ours.
pub(super) fn without(text: &str, form: Form, kind: &Kind) -> Result<String, Misfit> {
    if text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    let root = parse(text)?;
    let settings = root.object_value();
    let hooks = settings.and_then(|settings| settings.get("hooks"));
    let Some((property, hooks)) =
        hooks.and_then(|hooks| Some((hooks.clone(), hooks.object_value()?)))
    else {
        return Ok(text.to_owned());
    };
    let mut is_changed = false;
    for of_event in hooks.properties() {
        let Some(list) = of_event.array_value() else {
            continue;
        };
        if take_out(&list, form, kind) {
            is_changed = true;
            if list.elements().is_empty() {
                of_event.remove();
            }
        }
    }
    if !is_changed {
        return Ok(text.to_owned());
    }
    if hooks.properties().is_empty() {
        property.remove();
    }
    Ok(root.to_string())
}

/// The hooks of a kind that are ours, each with its event.
pub(super) fn found(text: &str, form: Form, kind: &Kind) -> Result<Vec<(String, String)>, Misfit> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let settings = parse(text)?.object_value();
    let settings = settings.ok_or_else(|| shape("the file", "an object"))?;
    let Some(hooks) = settings.object_value("hooks") else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for of_event in hooks.properties() {
        let name = of_event.decoded_name().unwrap_or_default();
        let lists = of_event.array_value().map(|list| lists(&list, form));
        for (_, list) in lists.into_iter().flatten() {
            let ours = list
                .elements()
                .into_iter()
                .filter_map(|one| ours(&one, kind));
            found.extend(ours.map(|command| (name.clone(), command)));
        }
    }
    Ok(found)
}

/// Removes what is ours from a list of an event. True when there was something.
fn take_out(list: &CstArray, form: Form, kind: &Kind) -> bool {
    let mut is_changed = false;
    for (group, list) in lists(list, form) {
        let ours: Vec<CstNode> = list
            .elements()
            .into_iter()
            .filter(|one| ours(one, kind).is_some())
            .collect();
        if ours.is_empty() {
            continue;
        }
        is_changed = true;
        for one in ours {
            one.remove();
        }
        if let Some(group) = group
            && list.elements().is_empty()
        {
            group.remove();
        }
    }
    is_changed
}

/// The lists of hooks of an event, each with the group that it is in.
fn lists(of_event: &CstArray, form: Form) -> Vec<(Option<CstObject>, CstArray)> {
    match form {
        Form::Flat => vec![(None, of_event.clone())],
        Form::Grouped { .. } => of_event
            .elements()
            .iter()
            .filter_map(CstNode::as_object)
            .filter_map(|group| Some((Some(group.clone()), group.array_value("hooks")?)))
            .collect(),
    }
}

/// The command of a hook, when it is ours.
fn ours(hook: &CstNode, kind: &Kind) -> Option<String> {
    let command = hook.as_object()?.get("command")?.value()?;
    let command = command.as_string_lit()?.decoded_value().ok()?;
    kind.hook_program(&command)?;
    Some(command)
}

fn entry(form: Form, command: String) -> CstInputValue {
    let text = |text: &str| CstInputValue::from(text);
    let field = |name: &str, value: CstInputValue| (name.to_owned(), value);
    match form {
        Form::Flat => CstInputValue::Object(vec![field("command", command.into())]),
        Form::Grouped { extra, name } => {
            let mut hook = Vec::new();
            hook.extend(name.map(|name| field("name", text(name))));
            hook.push(field("type", text("command")));
            hook.push(field("command", command.into()));
            let extra = extra.iter();
            hook.extend(extra.map(|(name, number)| field(name, (*number).into())));
            let hooks = CstInputValue::Array(vec![CstInputValue::Object(hook)]);
            CstInputValue::Object(vec![field("hooks", hooks)])
        }
    }
}

/// JSON as the agents take it: with comments, and nothing else that is not JSON.
fn parse(text: &str) -> Result<CstRootNode, Misfit> {
    let options = ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    CstRootNode::parse(text, &options).map_err(|error| Misfit::Syntax {
        line: error.line_display(),
        column: error.column_display(),
        reason: error.kind().to_string(),
    })
}

fn shape(place: &str, expected: &'static str) -> Misfit {
    Misfit::Shape {
        place: place.to_owned(),
        expected,
    }
}
