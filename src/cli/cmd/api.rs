//! `api schema`: the protocol as a JSON Schema, from the same types that speak it.

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Kind};
use crate::wire;

pub(crate) fn run(context: &mut Context<'_>) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(&wire::schema())
        .map_err(|error| Failure::from_error(Kind::Refused, error))?;
    context.output.answer(text)
}

#[cfg(test)]
mod tests {
    use crate::cli::fake::Session;

    #[test]
    fn the_schema_is_json_and_names_every_request() {
        let said = Session::without_daemon().run(&["api", "schema"]);
        let json = said.strip_suffix("[0]\n").unwrap();
        let schema: serde_json::Value = serde_json::from_str(json).unwrap();
        assert!(schema["request"].is_object());
        for request in ["create-runner", "stream-runner-logs", "subscribe"] {
            assert!(json.contains(request), "{request}");
        }
    }
}
