//! The daemon's log: lines on stderr, which the client that starts a daemon points at the log file. Nothing
//! else logs; clients talk on stderr in sentences.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::util::TryInitError;

use crate::config::Environment;

/// The variable with the filter, as in `debug` or `info,geppetto::daemon=trace`.
const VARIABLE: &str = "GEPPETTO_LOG";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter is not one.
    #[error("the environment variable {VARIABLE} is not a log filter")]
    Filter(#[source] ParseError),
    /// Somebody else in this process logs already.
    #[error("the log was set up twice")]
    Twice(#[source] TryInitError),
}

impl LoggingError {
    /// The next step.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Filter(_) => {
                "Set GEPPETTO_LOG to error, warn, info, debug or trace, or unset it."
            }
            Self::Twice(_) => "This is a fault of geppetto; please report it.",
        }
    }
}

/// Begins to log, from `info` on unless the environment says otherwise.
///
/// # Errors
/// [`LoggingError`] when the filter is wrong or this is called twice.
pub fn init(environment: &Environment) -> Result<(), LoggingError> {
    use tracing_subscriber::util::SubscriberInitExt;
    tracing_subscriber::fmt()
        .with_env_filter(filter(environment)?)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish()
        .try_init()
        .map_err(LoggingError::Twice)
}

fn filter(environment: &Environment) -> Result<EnvFilter, LoggingError> {
    let written = environment.value(VARIABLE);
    let written = written
        .as_deref()
        .map_or("info".into(), |text| text.to_string_lossy());
    EnvFilter::try_new(written).map_err(LoggingError::Filter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_comes_from_the_environment() {
        let shown = |value| {
            filter(&Environment::given([(VARIABLE, value)])).map(|filter| filter.to_string())
        };
        assert_eq!(shown("").unwrap(), "info");
        assert_eq!(shown("debug").unwrap(), "debug");
        assert!(matches!(shown("a=b=c"), Err(LoggingError::Filter(_))));
    }
}
