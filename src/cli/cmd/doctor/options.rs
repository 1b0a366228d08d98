//! Options of tmux that make a difference for geppetto, and whether the status line shows the segment.

use super::check::{Check, note, ok};
use super::scene::Scene;
use crate::domain::survey::Survey;

/// Columns of a segment with a count for each of several statuses.
const SEGMENT_COLUMNS: u32 = 16;

/// A status line that is drawn less often is late by that much where it does not use the live segment.
const SLOW_INTERVAL: u32 = 60;

pub(super) fn checks(scene: &Scene<'_>) -> Vec<Check> {
    let Some(server) = scene.server() else {
        return Vec::new();
    };
    let simple = [
        focus_events,
        passthrough,
        clipboard,
        mouse,
        default_terminal,
        interval,
    ];
    let mut checks: Vec<Check> = simple.iter().filter_map(|check| check(server)).collect();
    checks.push(segment(server));
    checks
}

fn focus_events(server: &Survey) -> Option<Check> {
    const ID: &str = "options.focus-events";
    let value = server.option("focus-events")?;
    Some(match value {
        "off" => note(
            ID,
            "focus-events is off: tmux does not learn which terminal you look at.",
            "Put `set -g focus-events on` into tmux.conf.",
        ),
        _ => ok(
            ID,
            "focus-events is on: tmux learns which terminal you look at.",
        ),
    })
}

fn passthrough(server: &Survey) -> Option<Check> {
    const ID: &str = "options.allow-passthrough";
    let value = server.option("allow-passthrough")?;
    Some(ok(
        ID,
        match value {
            "off" => {
                "allow-passthrough is off: notices of programs to the terminal itself are swallowed, which is tmux's default."
                    .to_owned()
            }
            value => format!("allow-passthrough is {value}: programs can notify the terminal itself."),
        },
    ))
}

fn clipboard(server: &Survey) -> Option<Check> {
    const ID: &str = "options.set-clipboard";
    let value = server.option("set-clipboard")?;
    Some(match value {
        "off" => note(
            ID,
            "set-clipboard is off: what is copied in tmux does not reach the system's clipboard.",
            "Put `set -g set-clipboard external` into tmux.conf.",
        ),
        value => ok(
            ID,
            format!(
                "set-clipboard is {value}: what is copied in tmux reaches the system's clipboard."
            ),
        ),
    })
}

fn mouse(server: &Survey) -> Option<Check> {
    const ID: &str = "options.mouse";
    let value = server.option("mouse")?;
    Some(ok(
        ID,
        match value {
            "off" => "mouse is off: keys do everything, clicks nothing.",
            _ => "mouse is on.",
        },
    ))
}

fn default_terminal(server: &Survey) -> Option<Check> {
    const ID: &str = "options.default-terminal";
    let value = server.option("default-terminal")?;
    Some(if value.contains("256color") || value.contains("direct") {
        ok(ID, format!("default-terminal is {value}."))
    } else {
        note(
            ID,
            format!("default-terminal is {value}, which promises programs eight colours only."),
            "Put `set -g default-terminal tmux-256color` into tmux.conf.",
        )
    })
}

fn interval(server: &Survey) -> Option<Check> {
    const ID: &str = "options.status-interval";
    let value: u32 = server.option("status-interval")?.parse().ok()?;
    Some(match value {
        0 => note(
            ID,
            "status-interval is 0: the doors of the segment other than the live one are never drawn anew.",
            "Use `#{E:@geppetto_status}`, or put `set -g status-interval 15` into tmux.conf.",
        ),
        SLOW_INTERVAL.. => note(
            ID,
            format!(
                "status-interval is {value} s: the doors of the segment other than the live one may be as late as that."
            ),
            "Use `#{E:@geppetto_status}`, or a shorter interval.",
        ),
        _ => ok(ID, format!("status-interval is {value} s.")),
    })
}

/// Whether the segment is in the status line itself; what a theme does within its own options cannot be seen.
fn segment(server: &Survey) -> Check {
    const ID: &str = "options.segment";
    if server.option("status") == Some("off") {
        return note(
            ID,
            "The status line is off, and with it the segment.",
            "Put `set -g status on` into tmux.conf.",
        );
    }
    let side = ["status-right", "status-left"].into_iter().find(|side| {
        server.option(side).is_some_and(|text| {
            text.contains("geppetto_status") || text.contains("geppetto status")
        })
    });
    let Some(side) = side else {
        return note(
            ID,
            "Neither status-left nor status-right names the segment; a theme may do so in options of its own.",
            "To see it, put `set -g status-right '#{E:@geppetto_status} %H:%M'` into tmux.conf.",
        );
    };
    let length = format!("{side}-length");
    let columns: Option<u32> = server
        .option(&length)
        .and_then(|length| length.parse().ok());
    match columns {
        Some(columns) if columns < SEGMENT_COLUMNS => note(
            ID,
            format!("{side} has the segment, and {length} is {columns}: it may be cut off."),
            format!("Put `set -g {length} 60` into tmux.conf."),
        ),
        _ => ok(ID, format!("{side} has the segment.")),
    }
}
