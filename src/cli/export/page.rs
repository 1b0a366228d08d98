//! The log and the last screen as one page of HTML that needs nothing else: no script, no picture, no network.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

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

/// The sixteen colours that have names.
const COLOURS: [&str; 16] = [
    "#2e2e38", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
    "#6b6b78", "#ff7a85", "#b5e890", "#ffd68a", "#7cc4ff", "#e29bf0", "#73d7e3", "#ffffff",
];

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
    let mut is_open = false;
    for (number, part) in row.split("\x1b[").enumerate() {
        let text = if number == 0 {
            part
        } else {
            let (codes, text) = part.split_once('m').unwrap_or((part, ""));
            if std::mem::take(&mut is_open) {
                out.push_str("</span>");
            }
            let style = css(codes);
            if !style.is_empty() {
                let _always_ok = write!(out, "<span style=\"{style}\">");
                is_open = true;
            }
            text
        };
        out.push_str(&escaped(text));
    }
    if is_open {
        out.push_str("</span>");
    }
    out
}

/// The style that colour codes mean; each sequence of a styled row begins with a reset.
fn css(codes: &str) -> String {
    let numbers: Vec<u8> = codes
        .split(';')
        .filter_map(|code| code.parse().ok())
        .collect();
    let (mut foreground, mut background, mut style) = (None, None, String::new());
    let mut inverse = false;
    let mut rest = numbers.as_slice();
    while let [code, more @ ..] = rest {
        rest = more;
        match code {
            1 => style.push_str("font-weight:bold;"),
            2 => style.push_str("opacity:.7;"),
            3 => style.push_str("font-style:italic;"),
            4 => style.push_str("text-decoration:underline;"),
            7 => inverse = true,
            9 => style.push_str("text-decoration:line-through;"),
            30..=37 => foreground = Some(indexed(code - 30)),
            40..=47 => background = Some(indexed(code - 40)),
            90..=97 => foreground = Some(indexed(code - 82)),
            100..=107 => background = Some(indexed(code - 92)),
            38 | 48 => {
                let (colour, left) = match rest {
                    [5, index, left @ ..] => (indexed(*index), left),
                    [2, r, g, b, left @ ..] => (rgb(*r, *g, *b), left),
                    _ => break,
                };
                rest = left;
                if *code == 38 {
                    foreground = Some(colour);
                } else {
                    background = Some(colour);
                }
            }
            _ => {}
        }
    }
    if inverse {
        let back = background.unwrap_or_else(|| "#1e1e27".to_owned());
        background = Some(foreground.unwrap_or_else(|| "#dcdce0".to_owned()));
        foreground = Some(back);
    }
    if let Some(colour) = foreground {
        let _always_ok = write!(style, "color:{colour};");
    }
    if let Some(colour) = background {
        let _always_ok = write!(style, "background:{colour};");
    }
    style
}

/// A colour as CSS writes it.
fn rgb(r: u8, g: u8, b: u8) -> String {
    format!("rgb({r},{g},{b})")
}

/// A colour of the palette of 256.
fn indexed(index: u8) -> String {
    match index {
        0..=15 => COLOURS
            .get(usize::from(index))
            .copied()
            .unwrap_or("#ffffff")
            .to_owned(),
        16..=231 => {
            let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
            let cube = index - 16;
            let (r, g, b) = (cube / 36, cube / 6 % 6, cube % 6);
            rgb(level(r), level(g), level(b))
        }
        232..=255 => {
            let grey = 8 + (index - 232) * 10;
            rgb(grey, grey, grey)
        }
    }
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
        assert_eq!(css("0;7"), "color:#1e1e27;background:#dcdce0;");
        assert_eq!(css("38"), "");
    }
}
