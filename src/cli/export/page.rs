//! The log and the last screen as one page of HTML that needs nothing else: no script, no picture, no network.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::pen::{self, Pen};
use super::sink::Sink;
use super::text::{entries, starred};
use crate::cli::client::{Client, PATIENCE};
use crate::cli::failure::Failure;
use crate::cli::render;
use crate::domain::redact::{Counts, Redactor};
use crate::wire::{GetScreen, Request, RunnerView, Tag};

const STYLE: &str = "body{background:#16161d;color:#dcdce0;font:14px/1.45 ui-monospace,Menlo,Consolas,monospace;\
margin:2em auto;max-width:72em;padding:0 1em}h1{font-size:1.3em}h2{font-size:1.05em;margin-top:2em}\
pre{background:#1e1e27;border-radius:6px;overflow-x:auto;padding:1em}time{color:#8a8a99}.note{color:#e0b050}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:0 1.5em}dt{color:#8a8a99}dd{margin:0}";

/// Writes the page; returns what was starred out.
///
/// # Errors
/// The daemon's refusal, or that the sink takes no more.
pub(crate) fn write(
    client: &mut Client<'_>,
    runner: &RunnerView,
    (from, run): (&str, Option<u32>),
    zone: &TimeZone,
    redactor: Option<&Redactor>,
    sink: &mut Sink<'_>,
) -> Result<Counts, Failure> {
    let mut counts = Counts::new();
    let name = escaped(&runner.name);
    sink.write(
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{name}</title>\n<style>{STYLE}</style>\
             </head>\n<body>\n<h1>{name}</h1>\n<dl>{}</dl>\n<h2>Log</h2>\n<pre>",
            facts(runner, zone)
        )
        .as_bytes(),
    )?;
    entries(client, &runner.id, from, run, |entry| {
        let text = escaped(&starred(&entry.text, redactor, &mut counts));
        let time = render::date_time(entry.at_ms, zone);
        let line = if entry.source == "pane" {
            format!("<time>{time}</time> {text}\n")
        } else {
            format!("<time>{time}</time> <span class=\"note\">{text}</span>\n")
        };
        sink.write(line.as_bytes())
    })?;
    sink.write(b"</pre>\n")?;
    let asked = Request::GetScreen(GetScreen {
        runner: runner.id.clone(),
        at: None,
        at_ms: None,
    });
    let screen = match client.ask(asked, Some(PATIENCE)) {
        Ok(answer) => answer.screen,
        // It has printed nothing.
        Err(failure) if failure.tag() == Some(Tag::NoScreen) => None,
        Err(failure) => return Err(failure),
    };
    if let Some(screen) = screen {
        sink.write(b"<h2>Last screen</h2>\n<pre>")?;
        for row in &screen.styled {
            let mut bytes = row.clone().into_bytes();
            if let Some(redactor) = redactor {
                redactor.bytes(&mut bytes, &mut counts);
            }
            let line = coloured(&String::from_utf8_lossy(&bytes));
            sink.write(format!("{line}\n").as_bytes())?;
        }
        sink.write(b"</pre>\n")?;
    }
    sink.write(b"</body></html>\n")?;
    Ok(counts)
}

fn facts(runner: &RunnerView, zone: &TimeZone) -> String {
    let mut text = String::new();
    let mut fact = |name: &str, value: &str| {
        // Writing to a String cannot fail.
        let _always_ok = write!(text, "<dt>{name}</dt><dd>{}</dd>", escaped(value));
    };
    fact("status", &render::status(runner));
    fact("command", &render::command(runner));
    fact("created", &render::date_time(runner.created_at_ms, zone));
    if let Some(key) = &runner.key {
        fact("key", key);
    }
    text
}

/// Text for HTML.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A row with colour sequences (and no others) as HTML.
pub(crate) fn coloured(row: &str) -> String {
    let mut out = String::new();
    for (pen, text) in pen::parts(row) {
        let (style, text) = (css(&pen), escaped(text));
        if style.is_empty() || text.is_empty() {
            out.push_str(&text);
        } else {
            let _always_ok = write!(out, "<span style=\"{style}\">{text}</span>");
        }
    }
    out
}

/// The style that a pen means.
fn css(pen: &Pen) -> String {
    let mut style = String::new();
    let words = [
        (pen.is_bold, "font-weight:bold;"),
        (pen.is_dim, "opacity:.7;"),
        (pen.is_italic, "font-style:italic;"),
        (pen.is_underlined, "text-decoration:underline;"),
        (pen.is_struck, "text-decoration:line-through;"),
    ];
    for (_, word) in words.into_iter().filter(|(is_on, _)| *is_on) {
        style.push_str(word);
    }
    if let Some(colour) = &pen.ink {
        let _always_ok = write!(style, "color:{colour};");
    }
    if let Some(colour) = &pen.paper {
        let _always_ok = write!(style, "background:{colour};");
    }
    style
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_styles_and_text_stays_text() {
        assert_eq!(
            coloured("a<b \x1b[0;1;31mred\x1b[0m & \x1b[0;38;5;200;48;2;1;2;3mx"),
            "a&lt;b <span style=\"font-weight:bold;color:#e06c75;\">red</span> &amp; \
             <span style=\"color:rgb(255,0,215);background:rgb(1,2,3);\">x</span>"
        );
        assert_eq!(escaped("<script>\x1b\"&"), "&lt;script&gt;&quot;&amp;");
        assert_eq!(
            coloured("\x1b[0;7mx"),
            "<span style=\"color:#1e1e27;background:#dcdce0;\">x</span>"
        );
    }
}
