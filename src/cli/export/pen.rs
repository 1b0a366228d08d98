//! What colour sequences mean: parts of a row, each with its pen.

/// Ink where none is said.
pub(super) const INK: &str = "#dcdce0";

/// Paper where none is said.
pub(super) const PAPER: &str = "#1e1e27";

/// The sixteen colours that have names.
const COLOURS: [&str; 16] = [
    "#2e2e38", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
    "#6b6b78", "#ff7a85", "#b5e890", "#ffd68a", "#7cc4ff", "#e29bf0", "#73d7e3", "#ffffff",
];

/// How a part is written. Colours are those of CSS.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a terminal's attributes are independent of each other"
)]
pub(super) struct Pen {
    pub(super) ink: Option<String>,
    pub(super) paper: Option<String>,
    pub(super) is_bold: bool,
    pub(super) is_dim: bool,
    pub(super) is_italic: bool,
    pub(super) is_underlined: bool,
    pub(super) is_struck: bool,
}

/// A row with colour sequences (and no others), in parts.
pub(super) fn parts(row: &str) -> impl Iterator<Item = (Pen, &str)> {
    row.split("\x1b[").enumerate().map(|(number, part)| {
        if number == 0 {
            return (Pen::default(), part);
        }
        let (codes, text) = part.split_once('m').unwrap_or((part, ""));
        (pen(codes), text)
    })
}

/// The pen that colour codes mean; each sequence of a styled row begins with a reset.
fn pen(codes: &str) -> Pen {
    let numbers: Vec<u8> = codes
        .split(';')
        .filter_map(|code| code.parse().ok())
        .collect();
    let mut pen = Pen::default();
    let mut is_inverse = false;
    let mut rest = numbers.as_slice();
    while let [code, more @ ..] = rest {
        rest = more;
        match code {
            1 => pen.is_bold = true,
            2 => pen.is_dim = true,
            3 => pen.is_italic = true,
            4 => pen.is_underlined = true,
            7 => is_inverse = true,
            9 => pen.is_struck = true,
            30..=37 => pen.ink = Some(indexed(code - 30)),
            40..=47 => pen.paper = Some(indexed(code - 40)),
            90..=97 => pen.ink = Some(indexed(code - 82)),
            100..=107 => pen.paper = Some(indexed(code - 92)),
            38 | 48 => {
                let (colour, left) = match rest {
                    [5, index, left @ ..] => (indexed(*index), left),
                    [2, r, g, b, left @ ..] => (rgb(*r, *g, *b), left),
                    _ => break,
                };
                rest = left;
                let place = if *code == 38 {
                    &mut pen.ink
                } else {
                    &mut pen.paper
                };
                *place = Some(colour);
            }
            _ => {}
        }
    }
    if is_inverse {
        let ink = pen.paper.take().unwrap_or_else(|| PAPER.to_owned());
        pen.paper = Some(pen.ink.take().unwrap_or_else(|| INK.to_owned()));
        pen.ink = Some(ink);
    }
    pen
}

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
    fn a_pen_has_what_the_codes_say() {
        let found = |codes| {
            let Pen { ink, paper, .. } = pen(codes);
            (ink.unwrap_or_default(), paper.unwrap_or_default())
        };
        assert_eq!(found("0;7"), (PAPER.to_owned(), INK.to_owned()));
        assert_eq!(
            found("0;91;48;5;244"),
            ("#ff7a85".to_owned(), "rgb(128,128,128)".to_owned())
        );
        assert_eq!(pen("38"), Pen::default());
        assert!(pen("0;1;3;9").is_struck);
    }
}
