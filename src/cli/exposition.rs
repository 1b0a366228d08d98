//! The text format of Prometheus: families of samples, each with its help and type, labels with hostile text made harmless.

use std::fmt::Display;

use crate::domain::text::printable;

/// What a family's values mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// Goes up and down.
    Gauge,
    /// Only grows, but for restarts. Its name ends in `_total`.
    Counter,
}

/// Lines of the format.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    lines: Vec<String>,
}

/// Names and values of the labels of one sample.
pub(crate) type Labels<'a> = Vec<(&'static str, &'a str)>;

impl Exposition {
    /// Adds a family; one without samples is left out.
    pub(crate) fn family<'a, V: Display>(
        &mut self,
        name: &str,
        type_: Type,
        help: &str,
        samples: impl IntoIterator<Item = (Labels<'a>, V)>,
    ) {
        let samples: Vec<String> = samples
            .into_iter()
            .map(|(labels, value)| sample(name, &labels, &value))
            .collect();
        if samples.is_empty() {
            return;
        }
        let word = match type_ {
            Type::Gauge => "gauge",
            Type::Counter => "counter",
        };
        self.lines.push(format!("# HELP geppetto_{name} {help}"));
        self.lines.push(format!("# TYPE geppetto_{name} {word}"));
        self.lines.extend(samples);
    }

    /// The lines.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}

fn sample(name: &str, labels: &[(&'static str, &str)], value: &dyn Display) -> String {
    let labels: Vec<String> = labels
        .iter()
        .map(|(label, text)| format!("{label}=\"{}\"", escaped(text)))
        .collect();
    if labels.is_empty() {
        return format!("geppetto_{name} {value}");
    }
    format!("geppetto_{name}{{{}}} {value}", labels.join(","))
}

/// A label's value: no control characters, and what would end it is escaped.
fn escaped(text: &str) -> String {
    printable(text).replace('\\', r"\\").replace('"', "\\\"")
}

/// Thousandths as a decimal number: seconds of milliseconds, cores of permille.
pub(crate) fn thousandths(number: u64) -> String {
    format!("{}.{:03}", number / 1000, number % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_labels_stay_in_their_quotes() {
        let mut text = Exposition::default();
        let labels = vec![("runner", "a\"} 1\nx{\\\u{1b}[31m\u{202e}"), ("kind", "")];
        text.family("x_total", Type::Counter, "Things.", [(labels, 7)]);
        text.family(
            "none",
            Type::Gauge,
            "Nothing.",
            [(); 0].map(|()| (Vec::new(), 0)),
        );
        text.family("y", Type::Gauge, "One.", [(Vec::new(), thousandths(1050))]);
        assert_eq!(
            text.into_lines(),
            [
                "# HELP geppetto_x_total Things.",
                "# TYPE geppetto_x_total counter",
                r#"geppetto_x_total{runner="a\"} 1x{\\[31m",kind=""} 7"#,
                "# HELP geppetto_y One.",
                "# TYPE geppetto_y gauge",
                "geppetto_y 1.050",
            ]
        );
    }
}
