//! Characters that are drawn, not written: lines of boxes, and blocks. They must meet at the edges of their cells, which
//! those of a font that is lower than the row do not.

use std::ops::Range;

/// Half the thickness of a thin line, in tenths of a pixel.
const HALF: usize = 5;

/// An upright box, in the units of the cell that it was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Patch {
    pub(super) x: Range<usize>,
    pub(super) y: Range<usize>,
}

/// Which edges of the cell a line comes to from its middle.
#[derive(Clone, Copy)]
struct Arms {
    left: bool,
    right: bool,
    up: bool,
    down: bool,
    half: usize,
}

/// What a character is made of in a cell of this width and height; nothing, when it has to be written.
pub(super) fn patches(character: char, (width, height): (usize, usize)) -> Vec<Patch> {
    if let Some(patch) = block(character, width, height) {
        return vec![patch];
    }
    let Some(arms) = arms(character) else {
        return Vec::new();
    };
    let (x, y) = (width / 2, height / 2);
    let mut patches = Vec::new();
    if arms.left || arms.right {
        patches.push(Patch {
            x: if arms.left { 0 } else { x - arms.half }..if arms.right {
                width
            } else {
                x + arms.half
            },
            y: y - arms.half..y + arms.half,
        });
    }
    if arms.up || arms.down {
        patches.push(Patch {
            x: x - arms.half..x + arms.half,
            y: if arms.up { 0 } else { y - arms.half }..if arms.down {
                height
            } else {
                y + arms.half
            },
        });
    }
    patches
}

fn block(character: char, width: usize, height: usize) -> Option<Patch> {
    let (x, y) = match character {
        '▀' => (0..width, 0..height / 2),
        '▐' => (width / 2..width, 0..height),
        '▁' => (0..width, height - height / 8..height),
        '▂' => (0..width, height - height / 4..height),
        '▃' => (0..width, height - height * 3 / 8..height),
        '▄' => (0..width, height / 2..height),
        '▅' => (0..width, height - height * 5 / 8..height),
        '▆' => (0..width, height - height * 3 / 4..height),
        '▇' => (0..width, height - height * 7 / 8..height),
        '█' => (0..width, 0..height),
        '▉' => (0..width * 7 / 8, 0..height),
        '▊' => (0..width * 3 / 4, 0..height),
        '▋' => (0..width * 5 / 8, 0..height),
        '▌' => (0..width / 2, 0..height),
        '▍' => (0..width * 3 / 8, 0..height),
        '▎' => (0..width / 4, 0..height),
        '▏' => (0..width / 8, 0..height),
        _ => return None,
    };
    Some(Patch { x, y })
}

/// Round corners are drawn as square ones.
fn arms(character: char) -> Option<Arms> {
    let (edges, half) = match character {
        '─' | '╌' | '┄' => ("lr", HALF),
        '│' | '╎' | '┆' => ("ud", HALF),
        '┌' | '╭' => ("rd", HALF),
        '┐' | '╮' => ("ld", HALF),
        '└' | '╰' => ("ru", HALF),
        '┘' | '╯' => ("lu", HALF),
        '├' => ("udr", HALF),
        '┤' => ("udl", HALF),
        '┬' => ("lrd", HALF),
        '┴' => ("lru", HALF),
        '┼' => ("lrud", HALF),
        '━' => ("lr", 2 * HALF),
        '┃' => ("ud", 2 * HALF),
        _ => return None,
    };
    Some(Arms {
        left: edges.contains('l'),
        right: edges.contains('r'),
        up: edges.contains('u'),
        down: edges.contains('d'),
        half,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_to_the_edges_and_meet_in_the_middle() {
        let corner = patches('╭', (84, 180));
        assert_eq!(
            corner,
            [
                Patch {
                    x: 37..84,
                    y: 85..95
                },
                Patch {
                    x: 37..47,
                    y: 85..180
                }
            ]
        );
        assert_eq!(
            patches('│', (84, 180)),
            [Patch {
                x: 37..47,
                y: 0..180
            }]
        );
        assert_eq!(patches('a', (84, 180)), []);
    }

    #[test]
    fn a_block_fills_its_part_of_the_cell() {
        assert_eq!(
            patches('▂', (84, 180)),
            [Patch {
                x: 0..84,
                y: 135..180
            }]
        );
    }
}
