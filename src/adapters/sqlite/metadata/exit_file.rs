//! What a run parent leaves when it finds no daemon: `exits/<runner>-<run>.json`. Only the fields that matter
//! here are read; who wrote it is told by the file's name.

use serde::Deserialize;

use crate::domain::exit::Outcome;
use crate::domain::ids::RunnerId;
use crate::domain::time::Timestamp;
use crate::ports::store::WrittenExit;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    code: Option<i32>,
    signal: Option<i32>,
    #[serde(default)]
    hung_up: bool,
    at_ms: u64,
}

/// Path below the state directory.
pub(super) fn name(runner: RunnerId, run: u32) -> String {
    format!("exits/{runner}-{run}.json")
}

/// The exit, or what is wrong with the content.
pub(super) fn parse(content: &[u8]) -> Result<WrittenExit, String> {
    let content: Content = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    let outcome = match (content.code, content.signal) {
        (Some(code), None) => Outcome::Code(code),
        (None, Some(signal)) => Outcome::Signal(signal),
        _ => return Err("it needs either a code or a signal".to_owned()),
    };
    Ok(WrittenExit {
        outcome,
        at: Timestamp(content.at_ms),
        hung_up: content.hung_up,
    })
}
